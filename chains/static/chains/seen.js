// That a person looks is told once the page was before somebody's eyes for some seconds.
const SECONDS = 3;
const { url } = document.currentScript.dataset;
let seen = 0;

const counting = setInterval(() => {
  if (navigator.webdriver || document.visibilityState !== "visible") return;
  seen += 1;
  if (seen < SECONDS) return;
  clearInterval(counting);
  fetch(url, { method: "POST" }).catch(() => {});
}, 1000);
