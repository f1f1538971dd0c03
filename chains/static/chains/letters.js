// Loads a letter into its frame when somebody opens it: ten of them at once make a page heavy.
(() => {
  "use strict";

  // "toggle" does not bubble, so it is caught on its way down.
  document.addEventListener("toggle", (event) => {
    const frame = event.target.open && event.target.querySelector("iframe[data-src]");
    if (frame) {
      frame.src = frame.dataset.src;
      frame.removeAttribute("data-src");
    }
  }, true);
})();
