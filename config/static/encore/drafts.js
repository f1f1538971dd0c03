// What staff type into a form with room for words is kept in this browser until the server says that it was saved: it
// is there again after another form of the page was sent, after a refusal, after signing in anew, after a crash.
// A form takes part when it has a textarea or data-draft; config/unsaved_words.py tells what was saved.
(() => {
  "use strict";

  const script = document.currentScript.dataset;
  const PREFIX = "encore-draft:";
  const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
  const RECEIPT = "encore_saved";
  const FIELDS = "textarea[name], select[name], input[name]";
  const WITHOUT_WORDS = new Set(["hidden", "password", "file", "submit", "button", "image", "reset"]);
  const OWN = `${PREFIX}${script.user}:`;
  const forms = new Map();
  let isLeavingByForm = false;

  const pathOf = (address) => new URL(address, location.href).pathname;
  const actionOf = (form, submitter) =>
    pathOf(submitter?.getAttribute("formaction") || form.getAttribute("action") || location.href);

  function draftsBelow(prefix) {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(prefix))
      .map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) }));
  }

  function keep(key, draft) {
    const isEmpty = Object.keys(draft.values).length === 0;
    if (isEmpty) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify({ ...draft, at: Date.now() }));
  }

  function fieldsOf(form) {
    return [...form.elements].filter(
      (field) => field.matches(FIELDS) && !WITHOUT_WORDS.has(field.type) && !field.closest("[data-rule]")
    );
  }

  const isTick = (field) => field.type === "checkbox" || field.type === "radio";
  const nameOf = (field) => (isTick(field) ? `${field.name}=${field.value}` : field.name);

  function valueOf(field) {
    if (isTick(field)) return field.checked;
    return field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
  }

  function isChanged(field, values) {
    return nameOf(field) in values && JSON.stringify(values[nameOf(field)]) !== JSON.stringify(valueOf(field));
  }

  function put(field, value) {
    if (isTick(field)) field.checked = value;
    else if (field.multiple) for (const option of field.options) option.selected = value.includes(option.value);
    else field.value = value;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
  }

  function notice(words, texts, forget) {
    const box = document.createElement("div");
    box.className = "enc enc-draft";
    box.setAttribute("role", "status");
    const told = document.createElement("p");
    told.className = "enc-strong";
    told.textContent = words;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "enc-button";
    button.textContent = script.forget;
    button.addEventListener("click", () => {
      forget();
      box.remove();
    });
    const quotes = texts.filter(Boolean).map((text) => {
      const quote = document.createElement("p");
      quote.className = "enc-pre enc-break";
      quote.textContent = text;
      return quote;
    });
    box.append(told, ...quotes, button);
    return box;
  }

  // The server named what it saved just now; what else was sent came back refused, or never arrived.
  function takeReceipt() {
    const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${RECEIPT}=`));
    if (!found) return;
    const saved = decodeURIComponent(found.slice(RECEIPT.length + 1));
    document.cookie = `${RECEIPT}=; path=/; max-age=0`;
    for (const draft of draftsBelow(OWN)) if (draft.sentTo === saved) localStorage.removeItem(draft.key);
  }

  function forgetOld() {
    for (const draft of draftsBelow(PREFIX)) if (Date.now() - draft.at > KEPT_MS) localStorage.removeItem(draft.key);
  }

  function restore(form, state) {
    const before = new Map();
    for (const field of fieldsOf(form)) {
      if (!isChanged(field, state.values)) continue;
      before.set(field, valueOf(field));
      put(field, state.values[nameOf(field)]);
    }
    if (!before.size) return;
    form.closest("details")?.setAttribute("open", "");
    for (const field of before.keys()) field.closest("details")?.setAttribute("open", "");
    const forget = () => {
      for (const [field, value] of before) put(field, value);
      state.values = {};
      keep(state.key, state);
    };
    form.prepend(notice(script.restored, [], forget));
  }

  function watch(form, key) {
    const draft = JSON.parse(localStorage.getItem(key) || "null");
    const state = { key, page: location.pathname, values: draft?.values ?? {}, isRefused: Boolean(draft?.sentTo) };
    forms.set(form, state);
    const initial = new Map(fieldsOf(form).map((field) => [field, JSON.stringify(valueOf(field))]));
    restore(form, state);
    form.addEventListener("input", (event) => note(state, event.target, initial));
    form.addEventListener("change", (event) => note(state, event.target, initial));
  }

  function note(state, field, initial) {
    if (!field.form || !fieldsOf(field.form).includes(field)) return;
    for (const one of field.type === "radio" ? field.form.elements[field.name] : [field]) {
      // What the server sent back of a refused form is not saved either.
      const isAsItWas = !state.isRefused && initial.get(one) === JSON.stringify(valueOf(one));
      if (isAsItWas) delete state.values[nameOf(one)];
      else state.values[nameOf(one)] = valueOf(one);
    }
    keep(state.key, state);
  }

  const isUnsaved = (state) => Object.keys(state.values).length > 0;

  function showGone() {
    const keys = new Set([...forms.values()].map((state) => state.key));
    for (const draft of draftsBelow(OWN)) {
      if (draft.page !== location.pathname || keys.has(draft.key)) continue;
      const texts = Object.values(draft.values).filter((value) => typeof value === "string");
      const box = notice(script.gone, texts, () => localStorage.removeItem(draft.key));
      document.getElementById("content").prepend(box);
    }
  }

  function submitted(event) {
    const form = event.target;
    if (form.id === "logout-form") return forgetAll();
    if (!form.closest("#content") || event.defaultPrevented) return;
    const others = [...forms].filter(([other, state]) => other !== form && isUnsaved(state));
    if ("closes" in form.dataset && others.length && !confirm(script.ask)) return event.preventDefault();
    isLeavingByForm = form.method === "post";
    const state = forms.get(form);
    if (state) keep(state.key, { ...state, sentTo: actionOf(form, event.submitter) });
  }

  function forgetAll() {
    for (const draft of draftsBelow(OWN)) localStorage.removeItem(draft.key);
  }

  function begin() {
    forgetOld();
    takeReceipt();
    const counts = new Map();
    for (const form of document.querySelectorAll("#content form")) {
      if (form.method !== "post" || form.id === "changelist-form" || "noDraft" in form.dataset) continue;
      if (!form.querySelector("textarea:not([hidden])") && !("draft" in form.dataset)) continue;
      const action = actionOf(form);
      const number = counts.get(action) ?? 0;
      counts.set(action, number + 1);
      watch(form, `${OWN}${action}#${form.id || number}`);
    }
    showGone();
    document.addEventListener("submit", submitted);
    addEventListener("beforeunload", (event) => {
      if (!isLeavingByForm && [...forms.values()].some(isUnsaved)) event.preventDefault();
    });
  }

  begin();
})();
