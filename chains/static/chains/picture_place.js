// Where steps are put: the list behind every plus, moving by drag or by pressing the target, and the clipboard.
(() => {
  "use strict";

  const { root, body, words, ask, act, tell, say, open, together } = window.encorePicture;
  const list = root.querySelector("[data-additions]");
  const CLIPBOARD = "encore-copied-steps";
  let place = null;
  let picked = null;

  const placeOf = (plus) => ({ arm: plus.closest("[data-arm]").dataset.arm, after: plus.dataset.after });
  const stepOf = (node) => node.closest("[data-step]");
  const numbers = (step) => together(step).map((one) => one.dataset.step);
  const behind = (step) => ({ arm: step.closest("[data-arm]").dataset.arm, after: step.dataset.step });

  // The list behind a plus.
  function offer(plus) {
    place = placeOf(plus);
    const mayPart = "mayPart" in plus.closest("[data-arm]").dataset;
    for (const one of list.querySelectorAll("[data-parts]")) one.closest("li").toggleAttribute("data-unfit", !mayPart);
    const copied = JSON.parse(localStorage.getItem(CLIPBOARD) || "null");
    list.querySelector("[data-paste]").hidden = !copied;
    list.querySelector("[data-copied]").textContent = copied?.said ?? "";
    list.querySelector("[data-search]").value = "";
    search("");
    list.showModal();
  }

  function search(text) {
    const asked = text.toLowerCase().split(/\s+/);
    for (const item of list.querySelectorAll("li")) {
      const said = item.textContent.toLowerCase();
      item.hidden = "unfit" in item.dataset || !asked.every((word) => said.includes(word));
    }
  }

  const offered = () => [...list.querySelectorAll("li:not([hidden]) > button:not([hidden])")];

  function choose(button) {
    list.close();
    if (button.matches("[data-paste]")) return paste(place);
    const about = new URLSearchParams({ chain: words.chain, ...place });
    if (!place.arm) about.delete("arm");
    open(`${words.add}?${about}&${button.dataset.query}`);
  }

  list?.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) choose(button);
    else if (event.target === list) list.close();
  });
  list?.addEventListener("input", (event) => search(event.target.value));
  list?.addEventListener("keydown", (event) => {
    const buttons = offered();
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "Enter" && at < 0 && buttons.length) choose(buttons[0]);
    else if (event.key === "ArrowDown") buttons[Math.min(at + 1, buttons.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (buttons[at - 1] ?? list.querySelector("[data-search]")).focus();
    else return;
    event.preventDefault();
  });

  // Moving without dragging: the step is picked, then a plus is pressed.
  function pick(step) {
    picked = step;
    root.classList.add("is-picking");
    step.classList.add("is-picked");
    tell(words.pick);
    [...body.querySelectorAll(".pic-plus")].find((plus) => plus.offsetParent)?.focus();
  }

  function unpick() {
    picked?.classList.remove("is-picked");
    picked = null;
    root.classList.remove("is-picking");
  }

  function putPicked(plus) {
    const step = picked.dataset.step;
    const { arm, after } = placeOf(plus);
    unpick();
    if (after !== step) act("move", { step, arm, after });
  }

  // The clipboard is the browser's, so that it leads to other chains too.
  async function copy(step) {
    const asked = new URLSearchParams(numbers(step).map((number) => ["step", number]));
    const answer = await ask(`${words.copy}?${asked}`);
    if (!answer) return false;
    localStorage.setItem(CLIPBOARD, JSON.stringify({ steps: answer.steps, said: answer.said }));
    tell(answer.said);
    return true;
  }

  async function cut(step) {
    const steps = numbers(step);
    if (await copy(step)) await act("remove", { step: steps });
  }

  function paste(where) {
    const copied = JSON.parse(localStorage.getItem(CLIPBOARD) || "null");
    if (copied) act("paste", { ...where, steps: copied.steps });
    else tell(words.nothing);
  }

  const remove = (step) => act("remove", { step: numbers(step) });

  // One place up or down among its neighbours.
  function shift(step, by) {
    const neighbours = [...step.parentElement.children].filter((one) => one.matches("[data-step]"));
    const at = neighbours.indexOf(step);
    const after = by < 0 ? neighbours[at - 2] : neighbours[at + 1];
    if ((by < 0 && at === 0) || (by > 0 && at === neighbours.length - 1)) return;
    act("move", { step: step.dataset.step, arm: step.parentElement.dataset.arm, after: after?.dataset.step ?? "" });
  }

  const VERBS = { pick, copy, cut, remove };
  root.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (pressed?.matches(".pic-plus")) (picked ? putPicked : offer)(pressed);
    else if (pressed?.dataset.stepDo) VERBS[pressed.dataset.stepDo](stepOf(pressed));
  });
  addEventListener("keydown", (event) => event.key === "Escape" && picked && (unpick(), say("")));

  // Dragging by the handle.
  function makeDraggable() {
    for (const steps of body.querySelectorAll("[data-arm]")) {
      new Sortable(steps, {
        group: "steps", draggable: "[data-step]", handle: "[data-grip]", animation: 120, forceFallback: true,
        scrollSensitivity: 80, ghostClass: "is-ghost", onEnd: dropped,
      });
    }
  }

  async function dropped({ item, from, to, oldIndex, oldDraggableIndex, newDraggableIndex }) {
    if (from === to && oldDraggableIndex === newDraggableIndex) return;
    let before = item.previousElementSibling;
    while (before && !before.matches("[data-step]")) before = before.previousElementSibling;
    const isMoved = await act("move", {
      step: item.dataset.step, arm: to.dataset.arm, after: before?.dataset.step ?? "",
    });
    if (!isMoved && item.isConnected) from.insertBefore(item, from.children[oldIndex] ?? null);
  }

  if (list) {
    makeDraggable();
    root.addEventListener("picture:renewed", makeDraggable);
  }
  root.addEventListener("picture:renewed", unpick);

  Object.assign(window.encorePicture, { offer, copy, cut, paste, remove, shift, pick, behind });
})();
