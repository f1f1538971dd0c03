// Several neighbouring steps at once: from the card last gone to as far as a press or an arrow with Shift leads.
(() => {
  "use strict";

  const { root, body, words, tell } = window.encorePicture;
  const stepOf = (node) => node?.closest("[data-step]");
  let anchor = null;
  let chosen = [];

  function mark(steps) {
    for (const step of chosen) step.classList.remove("is-chosen");
    chosen = steps;
    for (const step of chosen) step.classList.add("is-chosen");
    if (chosen.length > 1) tell(words.chosen);
  }

  const clear = () => mark([]);
  const neighbours = (step) => [...step.parentElement.children].filter((one) => one.matches("[data-step]"));

  // Steps of one arm only: those of two have no order between them.
  function reach(step) {
    const from = anchor?.parentElement === step.parentElement ? anchor : step;
    anchor = from;
    const all = neighbours(step);
    const [first, last] = [all.indexOf(from), all.indexOf(step)].sort((a, b) => a - b);
    mark(all.slice(first, last + 1));
  }

  // Those together with which something is done to this step.
  const together = (step) => (chosen.includes(step) ? chosen : [step]);

  // As far as the neighbour above or below; null at the end of the arm.
  function stretch(step, by) {
    const all = neighbours(step);
    const next = all[all.indexOf(step) + by];
    if (!next) return null;
    if (!chosen.includes(step)) anchor = step;
    reach(next);
    return next.querySelector("[data-card]");
  }

  const isPlain = (target) => !target.closest("a, summary, .pic-menu, .pic-plus");

  if (root.querySelector("[data-additions]")) {
    body.addEventListener("mousedown", (event) => {
      const step = stepOf(event.target.closest("[data-card]"));
      if (event.shiftKey && step && isPlain(event.target)) event.preventDefault();
      else if (isPlain(event.target)) anchor = step;
    });
    body.addEventListener("click", (event) => {
      const step = stepOf(event.target.closest("[data-card]"));
      if (!isPlain(event.target)) return;
      if (!event.shiftKey || !step) return clear();
      event.preventDefault();
      event.stopPropagation();
      reach(step);
      step.querySelector("[data-card]").focus();
    }, true);
  }
  addEventListener("keydown", (event) => event.key === "Escape" && clear());
  root.addEventListener("picture:renewed", () => {
    anchor = null;
    chosen = [];
  });

  Object.assign(window.encorePicture, { together, stretch, clear });
})();
