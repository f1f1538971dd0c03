// The answer pressed in a message is confirmed by itself once the page was before somebody's eyes for three seconds.
const SECONDS = 3;
const form = document.getElementById("question");
const noted = document.getElementById("noted");
let isAnswered = !("confirms" in form.dataset) || navigator.webdriver;
let seen = 0;

function confirm() {
  isAnswered = true;
  const told = new FormData(form);
  told.append("by_itself", "1");
  fetch(location.pathname, { method: "POST", body: told })
    .then((answer) => {
      noted.hidden = answer.status !== 200;
    })
    .catch(() => {}); // The button still sends it.
}

// What somebody chose on a page of several questions is kept at once, so that whoever stops loses nothing.
function keep() {
  const told = new FormData(form);
  told.append("meanwhile", "1");
  fetch(location.pathname, { method: "POST", body: told }).catch(() => {}); // The button still sends it.
}

form.addEventListener("change", () => {
  isAnswered = true;
  noted.hidden = true;
  if ("keeps" in form.dataset) keep();
});
form.addEventListener("input", () => {
  isAnswered = true;
});
setInterval(() => {
  if (isAnswered || document.visibilityState !== "visible") return;
  seen += 1;
  if (seen >= SECONDS) confirm();
}, 1000);
