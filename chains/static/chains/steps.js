// Shows of each step only the fields that its kind, and the kind of its wait, ask for.
(() => {
  const FIELDS = {
    message: ["purpose", "template", "at_hour", "late_after_hours"],
    staff_task: ["purpose", "script", "due_days", "owner_group", "at_hour", "late_after_hours"],
    wait: ["wait"],
  };
  const WAITS = {
    time: ["wait_amount", "wait_unit"],
    offset: ["wait_amount", "wait_unit", "wait_from"],
    hour: ["wait_hour", "wait_weekdays"],
  };
  const ALL = new Set([...Object.values(FIELDS).flat(), ...Object.values(WAITS).flat()]);

  const shown = (kind, wait) => new Set([...(FIELDS[kind] || []), ...(kind === "wait" ? WAITS[wait] || [] : [])]);

  function refresh(group) {
    const value = (name) => group.querySelector(`[name$="-${name}"]`)?.value;
    const wanted = shown(value("kind"), value("wait"));
    for (const name of ALL) {
      const control = group.querySelector(`[name$="-${name}"]`);
      const box = control?.closest(".field-line") || control?.closest(`.field-${name}`);
      if (box) box.style.display = wanted.has(name) ? "" : "none";
    }
    for (const row of group.querySelectorAll(".field-row")) {
      const boxes = [...row.querySelectorAll(".field-line")];
      row.style.display = boxes.length && boxes.every((box) => box.style.display === "none") ? "none" : "";
    }
  }

  const groups = () => document.querySelectorAll("#steps-group .form-group");

  function nextPlace(added) {
    const places = [...groups()].map((group) => Number(group.querySelector('[name$="-position"]')?.value) || 0);
    const field = added.querySelector('[name$="-position"]');
    if (field && !field.value) field.value = Math.max(0, ...places) + 1;
  }

  document.addEventListener("DOMContentLoaded", () => {
    groups().forEach(refresh);
    document.addEventListener("change", (event) => {
      const group = event.target.closest("#steps-group .form-group");
      if (group && /-(kind|wait)$/.test(event.target.name || "")) refresh(group);
    });
    document.addEventListener("formset:added", (event) => {
      const group = event.target.closest(".form-group") || event.target;
      nextPlace(group);
      refresh(group);
    });
  });
})();
