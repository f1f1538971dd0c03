// Shows fields only while other fields say so; crm/admin/conditional.py tells which and how a form asks for it.
(() => {
  "use strict";

  const shownWhen = JSON.parse(document.currentScript.dataset.shownWhen);
  const line = (name) => document.querySelector(`.field-line.field-${name}`);

  // Who may only read a page finds words there instead of fields, and all of them are shown.
  function has(name, values) {
    const field = line(name)?.querySelector("input[type=radio]:checked") ?? line(name)?.querySelector("select, input");
    return !field || values.includes(field.value);
  }

  const holds = (oneCase) => Object.entries(oneCase).every(([name, values]) => has(name, values));

  function refresh() {
    for (const [name, cases] of Object.entries(shownWhen)) {
      line(name)?.toggleAttribute("hidden", !cases.some(holds));
    }
  }

  refresh();
  document.addEventListener("change", refresh);
})();
