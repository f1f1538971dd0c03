// The desk by keyboard, and its counts anew every minute. The list itself never moves under a hand: that it changed is
// said, with a link to it as it is now.
(() => {
  "use strict";

  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const LOOK_MS = 60_000;
  const TYPED_INTO = "input, textarea, select, [contenteditable]";
  const lines = () => [...desk.querySelectorAll("[data-line]")];
  const chosen = () => lines().indexOf(document.activeElement?.closest("li")?.querySelector("[data-line]"));

  function step(by) {
    const all = lines();
    all[Math.min(Math.max(chosen() + by, 0), all.length - 1)]?.focus();
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => lines()[Math.max(chosen(), 0)]?.closest("li").querySelector("[data-assign]")?.requestSubmit(),
    n: () => desk.querySelector("[data-take]")?.requestSubmit(),
    "/": () => desk.querySelector("#desk-search").focus(),
    "?": () => {
      const help = desk.querySelector("[data-keys]");
      help.open = !help.open;
      help.querySelector("summary").focus();
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.(TYPED_INTO)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  async function look() {
    if (document.hidden) return;
    const answer = await fetch(desk.dataset.desk, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const counts = await answer.json();
    for (const place of desk.querySelectorAll("[data-count]")) {
      const count = String(counts[place.dataset.count] ?? place.textContent);
      const isShown = place.closest("[aria-current]");
      if (isShown && count !== place.textContent.trim()) desk.querySelector("[data-changed]").hidden = false;
      place.textContent = count;
    }
  }

  setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);
})();
