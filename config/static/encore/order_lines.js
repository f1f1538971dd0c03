// Lines of an order while they are typed: one more, a name for a product that is new, and what it comes to.
(() => {
  "use strict";

  const lines = document.querySelector("[data-lines]");
  if (!lines) return;
  const form = lines.closest("form");
  const total = form.querySelector("[data-sum]");
  const count = form.querySelector(`[name=${lines.dataset.lines}-TOTAL_FORMS]`);
  const prices = new Map();

  function number(text) {
    const plain = text.replace(/[\s\u00a0\u202f]/g, "");
    const point = Math.max(plain.lastIndexOf(","), plain.lastIndexOf("."));
    if (point < 0) return Number(plain);
    return Number(`${plain.slice(0, point).replace(/[.,]/g, "")}.${plain.slice(point + 1)}`);
  }

  function remember() {
    for (const option of document.querySelectorAll("#products option")) {
      prices.set(option.value, option.dataset.price);
      prices.set(option.dataset.sku, option.dataset.price);
    }
  }

  function field(line, name) {
    return line.querySelector(`[name$="-${name}"]`);
  }

  function sum() {
    let all = 0;
    for (const line of lines.children) {
      if (field(line, "DELETE")?.checked || !field(line, "sku").value) continue;
      const price = field(line, "price").value || prices.get(field(line, "sku").value) || "";
      all += price ? number(price) * number(field(line, "quantity").value) : NaN;
    }
    all -= number(form.elements.discount?.value || "0");
    const typed = form.elements.total?.value;
    total.hidden = Number.isNaN(all) || Boolean(typed);
    const money = { style: "currency", currency: lines.dataset.currency };
    total.querySelector("span").textContent = all.toLocaleString(document.documentElement.lang, money);
  }

  // Only of what the list does not know is a name asked.
  function askName(line) {
    const typed = field(line, "sku").value;
    const name = line.querySelector(".enc-line-name");
    const isOffered = [...prices.keys()].some((known) => known.toLowerCase().includes(typed.toLowerCase()));
    name.hidden = !field(line, "name").value && (!typed || isOffered);
  }

  function refresh() {
    remember();
    for (const line of lines.children) askName(line);
    sum();
  }

  form.querySelector("[data-add-line]").addEventListener("click", () => {
    const html = document.getElementById("one-more-line").innerHTML.replaceAll("__prefix__", count.value);
    lines.insertAdjacentHTML("beforeend", html);
    count.value = Number(count.value) + 1;
    htmx.process(lines.lastElementChild);
    field(lines.lastElementChild, "sku").focus();
  });
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  document.body.addEventListener("htmx:afterSwap", refresh);
  refresh();
})();
