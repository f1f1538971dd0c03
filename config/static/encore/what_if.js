// Counts anew while figures are typed or slid: the page is asked the same question as by its button, and only what
// follows is exchanged, so that nobody loses the place they type at. Without this the button does it.
(() => {
  "use strict";

  const form = document.querySelector("[data-what-if]");
  if (!form) return;
  const PAUSE_MS = 300;
  let waiting, asked;

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const address = `${location.pathname}?${new URLSearchParams(new FormData(form))}`;
    const headers = { Accept: "text/html-fragment" };
    const answer = await fetch(address, { headers, signal: asked.signal }).catch(() => null);
    // Whoever has to log in anew, or cannot be reached, still has the button.
    if (!answer?.ok || answer.redirected) return;
    const parts = document.createElement("template");
    parts.innerHTML = await answer.text().catch(() => "");
    for (const part of [...parts.content.children]) document.getElementById(part.id)?.replaceWith(part);
    history.replaceState(null, "", address);
  }

  const sliderOf = (field) => form.querySelector(`[data-moves="${field.id}"]`);

  form.addEventListener("input", ({ target }) => {
    const field = document.getElementById(target.dataset.moves);
    if (field) field.value = String(Math.round(Number(target.value) * 100) / 100);
    else if (sliderOf(target)) sliderOf(target).value = target.value;
    clearTimeout(waiting);
    waiting = setTimeout(ask, PAUSE_MS);
  });

  for (const slider of form.querySelectorAll("[data-moves]")) {
    slider.value = document.getElementById(slider.dataset.moves).value;
    slider.hidden = false;
  }
  // Typed before this was there, or brought back by the browser.
  if ([...form.querySelectorAll("[name]")].some((field) => field.value !== field.defaultValue)) ask();
})();
