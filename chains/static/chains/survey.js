// The form of a survey: each question shows the fields of its kind, and beside it stands what customers will see.
(() => {
  "use strict";

  const PAUSE_MS = 400;
  const SCALES = ["nps", "rating", "ease"];
  const CHOSEN = ["exit", "stage"];
  const frames = document.querySelectorAll("iframe[data-preview]");
  const questions = () => document.querySelectorAll("#questions-data > .form-group:not(.empty-form)");
  let timer = 0;

  function show(question, part, isShown) {
    for (const field of question.querySelectorAll(`[name*="-${part}"]`)) {
      field.closest(".field-line")?.toggleAttribute("hidden", !isShown);
    }
  }

  function fit(question) {
    const kind = question.querySelector('[name$="-kind"]')?.value;
    const asked = question.querySelector('[name$="-asked_if"]')?.value;
    show(question, "low_", SCALES.includes(kind));
    show(question, "high_", SCALES.includes(kind));
    show(question, "answers_", CHOSEN.includes(kind));
    show(question, "asked_if_score", asked === "at_most" || asked === "at_least");
  }

  function refresh() {
    questions().forEach(fit);
    clearTimeout(timer);
    timer = setTimeout(preview, PAUSE_MS);
  }

  async function preview() {
    const form = document.querySelector('form[id$="_form"]');
    if (!form) return;
    for (const frame of frames) {
      const answer = await fetch(frame.dataset.preview, { method: "POST", body: new FormData(form) }).catch(() => null);
      if (answer?.ok) frame.srcdoc = await answer.text();
    }
  }

  // A question that is added counts on from the last.
  document.addEventListener("formset:added", (event) => {
    const place = event.target.querySelector('[name$="-position"]');
    if (place) place.value = questions().length;
    refresh();
  });
  document.addEventListener("formset:removed", refresh);
  document.addEventListener("input", refresh);
  document.addEventListener("change", refresh);
  refresh();
})();
