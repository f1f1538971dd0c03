// The picture of a chain: asks the server for every act and shows the page as it is afterwards. Other files of this
// folder add the panel, the places where steps are put, and the keys.
(() => {
  "use strict";

  const root = document.querySelector("[data-picture]");
  const body = root.querySelector("[data-body]");
  const words = root.dataset;
  const TOAST_MS = 8000;
  let fading;

  const state = () => body.querySelector("[data-state]").dataset.state;

  // Null when there was no answer that could be shown; that is told already.
  async function ask(url, data) {
    const token = root.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { "X-Encore-Piece": "1", "X-CSRFToken": token };
    try {
      const response = await fetch(url, { method: data ? "POST" : "GET", body: data, headers });
      const isJson = (response.headers.get("Content-Type") || "").includes("json");
      if (response.redirected || (!response.ok && ![400, 409].includes(response.status))) throw new Error(response.status);
      const answer = isJson ? await response.json() : { piece: await response.text() };
      return { ...answer, status: response.status };
    } catch {
      tell(words.lost);
      return null;
    }
  }

  async function act(verb, fields = {}) {
    const data = new URLSearchParams({ verb, seen: state() });
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) data.append(name, one);
    const answer = await ask(words.act, data);
    if (!answer) return false;
    if (answer.problem) tell(answer.problem);
    else renew(answer, { mayUndo: answer.status === 200 && !["undo", "redo"].includes(verb) });
    return answer.status === 200;
  }

  function renew(answer, { mayUndo = false } = {}) {
    const left = body.querySelector(".pic-scroll")?.scrollLeft ?? 0;
    const open = document.activeElement?.closest("[data-card]")?.id;
    body.innerHTML = answer.html;
    body.querySelector(".pic-scroll").scrollLeft = left;
    root.dispatchEvent(new CustomEvent("picture:renewed", { detail: { focus: answer.focus || open } }));
    if (answer.said) tell(answer.said, mayUndo);
  }

  function tell(text, mayUndo = false) {
    const toast = root.querySelector("[data-toast]");
    toast.querySelector("[data-told]").textContent = text;
    toast.querySelector("[data-toast-undo]").hidden = !mayUndo;
    toast.hidden = false;
    say(text);
    clearTimeout(fading);
    fading = setTimeout(() => (toast.hidden = true), TOAST_MS);
  }

  const say = (text) => (root.querySelector("[data-spoken]").textContent = text);

  root.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (pressed?.matches("[data-do]")) act(pressed.dataset.do);
    if (pressed?.matches("[data-toast-undo]")) act("undo");
    if (pressed?.matches("[data-show-keys]")) root.querySelector("[data-keys]").showModal();
    for (const menu of root.querySelectorAll(".pic-menu[open]")) {
      if (!menu.contains(event.target) || pressed) menu.removeAttribute("open");
    }
  });

  // A chain wider than the window is looked at from its start.
  const scroll = body.querySelector(".pic-scroll");
  const entry = body.querySelector("#entry");
  scroll.scrollLeft += entry.getBoundingClientRect().left + entry.offsetWidth / 2 -
    scroll.getBoundingClientRect().left - scroll.clientWidth / 2;

  window.encorePicture = { root, body, words, ask, act, renew, tell, say, state };
})();
