// The panel beside the picture: the form of a step or of a part of the chain, asked for and saved without leaving.
(() => {
  "use strict";

  const { root, words, ask, act, renew, tell, state } = window.encorePicture;
  const panel = root.querySelector("[data-panel]");
  const inside = panel.querySelector("[data-panel-body]");
  const edge = panel.querySelector("[data-resize]");
  const WIDTH = "encore-panel-width";
  const [NARROWEST, WIDEST, STEP] = [320, 960, 40];
  let isChanged = false;
  let opener = null;

  const mayLeave = () => !isChanged || confirm(words.unsaved);

  async function open(url, { by = document.activeElement, isAsked = true } = {}) {
    if (isAsked && !mayLeave()) return;
    const answer = await ask(url);
    if (!answer) return;
    opener = by?.closest("[data-card]")?.id ?? opener;
    show(answer.piece);
  }

  function show(piece) {
    inside.innerHTML = piece;
    isChanged = false;
    panel.hidden = false;
    root.classList.add("is-editing");
    begin(inside);
    (inside.querySelector(".errorlist")?.parentElement.querySelector("input, select, textarea") ?? firstField()).focus();
  }

  const firstField = () =>
    [...inside.querySelectorAll("input:not([type=hidden]), select, textarea")].find((one) => one.offsetParent) ??
    inside.querySelector("h2");

  // Scripts of forms know their fields from when the page was loaded; these have come since.
  function begin(within) {
    within.dispatchEvent(new CustomEvent("formset:added", { bubbles: true }));
    within.dispatchEvent(new Event("change", { bubbles: true }));
    isChanged = false;
    const { jQuery } = window.django ?? {};
    jQuery?.(within).find(".admin-autocomplete").not("[name*=__prefix__]").djangoAdminSelect2?.();
  }

  function close({ isAsked = true } = {}) {
    if (panel.hidden || (isAsked && !mayLeave())) return false;
    panel.hidden = true;
    isChanged = false;
    inside.replaceChildren();
    root.classList.remove("is-editing");
    if (opener) document.getElementById(opener)?.focus();
    return true;
  }

  async function save(form, submitter) {
    const data = new FormData(form, submitter);
    data.set("seen", state());
    const answer = await ask(form.action, data);
    if (!answer) return;
    if (answer.problem) return tell(answer.problem);
    if (answer.piece !== undefined) {
      show(answer.piece);
      isChanged = true;
      return;
    }
    const isSaved = answer.status === 200;
    if (isSaved) {
      opener = answer.focus || opener;
      close({ isAsked: false });
    }
    renew(answer, { mayUndo: isSaved && form.matches(".pic-form") });
    if (answer.compose) compose(answer.compose);
  }

  // What a message says is written over the picture; the picture is asked for anew when it is closed.
  const composing = root.querySelector("[data-composer]");

  function compose(url) {
    const composer = document.createElement("encore-composer");
    Object.assign(composer.dataset, { url, failed: composing.dataset.failed });
    composing.append(composer);
    composing.showModal();
  }

  composing.addEventListener("composer:saved", (event) => event.detail.isDone && composing.close());
  composing.addEventListener("close", () => {
    composing.querySelector("encore-composer")?.remove();
    act("refresh");
  });

  inside.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-piece]")) return;
    event.preventDefault();
    placeArms(form);
    if (form.method === "get") open(`${form.action}?${new URLSearchParams(new FormData(form))}`, { isAsked: false });
    else save(form, event.submitter);
  });
  for (const kind of ["input", "change"]) inside.addEventListener(kind, () => (isChanged = true));

  // What a message is for is said by its template.
  inside.addEventListener("change", ({ target }) => {
    const purpose = target.selectedOptions?.[0]?.dataset.purpose;
    if (purpose) target.form.elements.purpose.value = purpose;
  });

  // Arms of a branch or a split: more, fewer, and their order.
  function placeArms(form) {
    form.querySelectorAll("[data-arm-form] [name$=-position]").forEach((field, index) => (field.value = index + 1));
  }

  function addArm(arms) {
    const total = arms.querySelector(`[name=${arms.dataset.prefix}-TOTAL_FORMS]`);
    if (Number(total.value) >= Number(arms.dataset.most)) return;
    const empty = arms.querySelector("template[data-empty]");
    empty.insertAdjacentHTML("beforebegin", empty.innerHTML.replaceAll("__prefix__", total.value));
    total.value = Number(total.value) + 1;
    const added = empty.previousElementSibling;
    begin(added);
    added.querySelector("input:not([type=hidden])").focus();
    isChanged = true;
  }

  function dropArm(arm) {
    const name = arm.querySelector("[name$=-position]").name.replace(/position$/, "DELETE");
    arm.insertAdjacentHTML("beforeend", `<input type="hidden" name="${name}" value="on">`);
    arm.hidden = true;
    isChanged = true;
  }

  function moveArmUp(arm) {
    const before = arm.previousElementSibling;
    if (before?.matches("[data-arm-form]")) before.before(arm);
    isChanged = true;
  }

  root.addEventListener("click", (event) => {
    const pressed = event.target.closest("button, a, summary");
    if (!pressed) return openCard(event.target.closest("[data-card]"));
    const { open: step, part } = pressed.dataset;
    if (pressed.dataset.compose && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      compose(pressed.dataset.compose);
    } else if (step) open(stepUrl(step), { by: pressed });
    else if (part) open(`${words.page}?part=${part}`, { by: pressed });
    else if (pressed.matches("[data-publish-panel]")) open(words.publish, { by: pressed });
    else if (pressed.matches("[data-history]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open(pressed.href, { by: pressed });
    } else if (pressed.matches("[data-close]")) close();
    else if (pressed.matches("[data-arm-add]")) addArm(pressed.closest("[data-arm-forms]"));
    else if (pressed.matches("[data-arm-up]")) moveArmUp(pressed.closest("[data-arm-form]"));
    else if (pressed.matches("[data-arm-drop]")) dropArm(pressed.closest("[data-arm-form]"));
  });

  const stepUrl = (step) => words.add.replace(/add\/$/, `${step}/change/`);
  const openCard = (card) => card?.querySelector("[data-open], [data-part]")?.click();

  // As wide as the marketer likes it, by mouse and by keys, and so again tomorrow.
  function widen(width) {
    const kept = Math.round(Math.min(Math.max(width, NARROWEST), WIDEST, innerWidth * 0.66));
    document.documentElement.style.setProperty("--panel", `${kept}px`);
    edge.setAttribute("aria-valuenow", kept);
    localStorage.setItem(WIDTH, kept);
  }

  edge.addEventListener("pointerdown", (event) => edge.setPointerCapture(event.pointerId));
  edge.addEventListener("pointermove", (event) => {
    if (edge.hasPointerCapture(event.pointerId)) widen(innerWidth - event.clientX);
  });
  edge.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (by) widen(panel.offsetWidth + by);
  });
  if (localStorage.getItem(WIDTH)) widen(Number(localStorage.getItem(WIDTH)));

  addEventListener("beforeunload", (event) => isChanged && event.preventDefault());
  addEventListener("keydown", (event) => event.key === "Escape" && !document.querySelector("dialog[open]") && close());

  // Links from elsewhere name the step, or ask to publish.
  addEventListener("load", () => {
    const step = location.hash.match(/^#step-(\d+)$/);
    if (step && document.getElementById(`step-${step[1]}`)) open(stepUrl(step[1]), { by: document.getElementById(`step-${step[1]}`) });
    if (location.hash === "#publish") open(words.publish);
  });

  Object.assign(window.encorePicture, { open, close, stepUrl, openCard });
})();
