// A form with data-progress says how far the server has read its file while its answer is awaited.
for (const form of document.querySelectorAll("form[data-progress]")) {
  const place = form.querySelector("[data-progress-place]");
  const bar = place.querySelector("progress");
  const words = place.querySelector("[role=status]");

  form.addEventListener("submit", () => {
    place.hidden = false;
    for (const button of form.querySelectorAll("button")) {
      // Disabled only once the form is on its way: a disabled button would not be sent with it.
      setTimeout(() => { button.disabled = true; });
    }
    const started = Date.now();
    setInterval(async () => {
      const answer = await fetch(form.dataset.progress).catch(() => null);
      const read = answer?.ok ? await answer.json() : {};
      const seconds = Math.round((Date.now() - started) / 1000);
      if (read.rows && read.percent < 100) bar.value = read.percent;
      else bar.removeAttribute("value");
      words.textContent = (read.rows ? place.dataset.reading : place.dataset.waiting)
        .replace("{rows}", (read.rows ?? 0).toLocaleString(document.documentElement.lang))
        .replace("{seconds}", seconds);
    }, 1000);
  });
}

// The browser brings a page back as it was left.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
