// Until a source is heard for the first time, its page looks every few seconds whether it was: whoever connects a site
// has it open beside. An element with data-unheard, which has an id, is replaced by what the server shows in its place.
(async () => {
  const UNHEARD = "[data-unheard]";
  const MOST = 200;

  for (let looks = 0; looks < MOST && document.querySelector(UNHEARD); looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) continue;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll(UNHEARD)) old.replaceWith(page.getElementById(old.id) ?? "");
  }
})();
