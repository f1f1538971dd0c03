// A button with data-copy puts the text of the element it names on the clipboard, or selects it where that is refused.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy);
  getSelection().selectAllChildren(text);
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.classList.add("enc-button-main");
  } catch {
    // The text is selected: the keyboard copies it.
  }
});
