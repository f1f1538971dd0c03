// Colours the cells of a table by what they hold. The share is computed, so it can stand in no stylesheet.
for (const cell of document.querySelectorAll("[data-shade]")) {
  cell.style.setProperty("--shade", `${cell.dataset.shade}%`);
}
