// A form with data-progress says how far the server has read its file while its answer is awaited.
for (const form of document.querySelectorAll("form[data-progress]")) {
  const place = form.querySelector("[data-progress-place]");
  const bar = place.querySelector("progress");
  const words = place.querySelector("[role=status]");
  let timer;

  function wait(isWaiting) {
    place.hidden = !isWaiting;
    for (const button of form.querySelectorAll("button")) button.disabled = isWaiting;
    clearInterval(timer);
  }

  async function tell(started) {
    const answer = await fetch(form.dataset.progress).catch(() => null);
    const read = answer?.ok ? await answer.json() : {};
    if (read.rows && read.percent < 100) bar.value = read.percent;
    else bar.removeAttribute("value");
    words.textContent = (read.rows ? place.dataset.reading : place.dataset.waiting)
      .replace("{rows}", (read.rows ?? 0).toLocaleString(document.documentElement.lang))
      .replace("{seconds}", Math.round((Date.now() - started) / 1000));
  }

  form.addEventListener("submit", () => {
    // Only once the form is on its way: a button disabled before would not be sent with it.
    setTimeout(() => {
      wait(true);
      timer = setInterval(tell, 1000, Date.now());
    });
  });
  // Who goes back finds the page as it was left.
  addEventListener("pageshow", () => wait(false));
}
