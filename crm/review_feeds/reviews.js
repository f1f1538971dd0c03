// Reviews on a page of the shop's site. docs/reviews.md says how it is used. It is served without indentation and
// without the lines that are only a comment, so no text may run over several lines here.
(() => {
  "use strict";

  const tag = document.currentScript;
  const encore = tag.src.replace(/\/reviews\.js.*/, "");
  const { key, product, category, language, limit } = tag.dataset;
  const place = document.createElement("div");
  const asked = new URLSearchParams();
  const told = { product, category, limit, language: language || document.documentElement.lang };
  for (const [name, value] of Object.entries(told)) if (value) asked.set(name, value);

  // What comes is Encore's own HTML, every word of a customer escaped there; no script in it would run here.
  async function read(address) {
    const answer = await fetch(address, { credentials: "omit" });
    if (!answer.ok) throw new Error(answer.status);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  function follow(next) {
    next.addEventListener("click", async (event) => {
      event.preventDefault();
      next.setAttribute("aria-disabled", "true");
      try {
        const page = await read(next.href);
        const list = place.querySelector(".enc-reviews-list");
        const first = page.querySelector(".enc-review");
        list.append(...page.querySelectorAll(".enc-review"));
        const further = page.querySelector("a[rel=next]");
        next.parentNode.replaceChildren(...(further ? [further] : []));
        if (further) follow(further);
        if (first) first.focus();
      } catch {
        next.removeAttribute("aria-disabled");
      }
    });
  }

  async function show() {
    const page = await read(`${encore}/reviews/${key}.html?${asked}`);
    const found = page.querySelector(".enc-reviews");
    if (!found) return;
    const look = page.querySelector("link[rel=stylesheet]");
    if (look && tag.dataset.look !== "own") place.append(look);
    place.append(found);
    const next = place.querySelector("a[rel=next]");
    if (next) follow(next);
  }

  tag.after(place);
  // A page of the shop is whole without it.
  show().catch(() => place.remove());
})();
