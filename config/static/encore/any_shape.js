// Shows what the message would make whenever a field is picked, and the chosen message when another is chosen.
(() => {
  "use strict";

  const PAUSE = 400;
  let timer, asked = 0;

  async function show(form) {
    const mine = ++asked;
    const body = new FormData(form);
    body.set("do", "preview");
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Encore-Preview": "1" } });
    // An answer to what was asked before something else was picked comes too late.
    if (answer.ok && mine === asked) document.getElementById("shape-result").innerHTML = await answer.text();
  }

  function showSoon(form) {
    clearTimeout(timer);
    timer = setTimeout(() => show(form), PAUSE);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("shape");
    form.addEventListener("submit", () => clearTimeout(timer));
    form.addEventListener("input", (event) => {
      if (event.target.name === "sample") form.querySelector('[value="look"]').click();
      else if (event.target.name !== "pasted") showSoon(form);
    });
    if (!document.querySelector("#shape-result :is(h2, .errorlist)")) showSoon(form);
  });
})();
