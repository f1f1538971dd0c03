// Shows of a step only the fields that its kind of wait, or of change, asks for.
(() => {
  "use strict";

  const ASKED = {
    wait: {
      time: ["wait_amount", "wait_unit"],
      event: ["wait_event", "wait_this_order", "looks_back", "wait_rule", "wait_amount", "wait_unit"],
      offset: ["wait_amount", "wait_unit", "wait_from"],
      hour: ["wait_hour", "wait_weekdays"],
      date: ["wait_on", "wait_hour"],
      monthday: ["wait_month_day", "wait_hour"],
    },
    change: { add_tag: ["tag"], remove_tag: ["tag"], attribute: ["attribute", "attribute_value"],
      points: ["points", "points_days"],
      coupon: ["coupon_kind", "coupon_category", "coupon_product", "coupon_minimum", "coupon_days"],
    },
  };
  const MORE = [
    ["wait_custom_event", (value) => value("wait") === "event" && value("wait_event") === "custom"],
    ["wait_attribute", (value) => value("wait") === "offset" && value("wait_from") === "attribute"],
    ["if_unknown", (value) => value("wait") === "offset" && value("wait_from") !== "trigger" && value("wait_from") !== "placed"],
    ["coupon_value", (value) => value("change") === "coupon" && ["percent", "amount", "points"].includes(value("coupon_kind"))],
    ["coupon_gift", (value) => value("change") === "coupon" && value("coupon_kind") === "gift"],
    ["wait_hour", (value) => value("wait") === "offset" && DAYS.includes(value("wait_from"))],
  ];
  // Dates without an hour.
  const DAYS = ["warranty_end", "repurchase", "birthday", "attribute"];

  const value = (name) => document.getElementById(`id_${name}`)?.value;

  function refresh() {
    const choice = Object.keys(ASKED).find((name) => document.getElementById(`id_${name}`));
    if (!choice) return;
    const wanted = new Set(ASKED[choice][value(choice)]);
    for (const [name, isAsked] of MORE) if (isAsked(value)) wanted.add(name);
    const all = new Set([...Object.values(ASKED[choice]).flat(), ...MORE.map(([name]) => name)]);
    for (const name of all) {
      const line = document.querySelector(`#id_${name}, [name="${name}"]`)?.closest(".field-line");
      if (line) line.style.display = wanted.has(name) ? "" : "none";
    }
    for (const row of document.querySelectorAll(".field-row")) {
      const lines = [...row.querySelectorAll(".field-line")];
      row.style.display = lines.length && lines.every((line) => line.style.display === "none") ? "none" : "";
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    refresh();
    document.addEventListener("change", refresh);
  });
})();
