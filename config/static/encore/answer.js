// The form that writes to a customer: files that are dropped, pasted or picked wait with the case before it is sent,
// and ready answers are found by a word and put in with the keyboard alone.
(() => {
  "use strict";

  const form = document.querySelector("[data-answer]");
  if (!form) return;
  const text = form.elements.text;
  const picker = form.querySelector("input[type=file]");
  const list = form.querySelector("[data-file-list]");
  const channel = form.elements.channel;
  const ready = form.querySelector("[data-ready]");

  // Files.

  function ask(content, told) {
    const request = new XMLHttpRequest();
    request.open("POST", form.dataset.files);
    request.setRequestHeader("Accept", "text/html-fragment");
    content.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    const bar = document.createElement("progress");
    list.append(bar);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("loadend", () => {
      bar.remove();
      const isTaken = request.status === 200 && request.responseURL.endsWith(form.dataset.files);
      if (isTaken) list.innerHTML = request.responseText;
      else complain();
      noteFiles();
      told();
    });
    request.send(content);
  }

  function complain() {
    const words = document.createElement("p");
    words.className = "enc-error";
    words.setAttribute("role", "alert");
    words.textContent = form.dataset.broken;
    list.append(words);
  }

  // One after the other, so that their sum is counted right.
  function upload(files) {
    const [first, ...others] = files;
    if (!first) return;
    const content = new FormData();
    content.append("files", first, first.name || "picture.png");
    ask(content, () => upload(others));
  }

  function noteFiles() {
    const isWithout = "withoutFiles" in (channel.selectedOptions[0]?.dataset ?? {});
    form.querySelector("[data-no-files]").hidden = !(isWithout && list.querySelector("[data-remove-file]"));
  }

  const pick = (event) => {
    // The admin's own listener looks for a field that shows the name, and there is none.
    event.stopImmediatePropagation();
    const files = [...picker.files];
    // They go at once, and must not come with the words once more.
    picker.value = "";
    upload(files);
  };
  picker.addEventListener("change", pick, { capture: true });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove-file]");
    if (!button) return;
    event.preventDefault();
    const content = new FormData();
    content.append("remove", button.value);
    ask(content, () => picker.focus());
  });
  form.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("enc-dropping");
  });
  form.addEventListener("dragleave", () => form.classList.remove("enc-dropping"));
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    form.classList.remove("enc-dropping");
    upload(event.dataTransfer.files);
  });
  text.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    upload(event.clipboardData.files);
  });
  channel.addEventListener("change", noteFiles);
  noteFiles();

  // What speaks against sending is asked with the safe answer at hand.
  const back = form.querySelector("[data-back]");
  back?.focus();
  back?.addEventListener("click", (event) => {
    event.preventDefault();
    text.focus();
  });

  // Ready answers.

  if (!ready) return;
  const search = ready.querySelector("[data-ready-search]");
  const answers = [...ready.querySelectorAll("[data-ready-answer]")];
  const shown = () => answers.filter((answer) => !answer.parentElement.hidden);

  function find() {
    const words = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    for (const answer of answers) {
      answer.parentElement.hidden = !words.every((word) => answer.dataset.search.includes(word));
    }
    ready.querySelector("[data-ready-none]").hidden = shown().length > 0;
  }

  function open() {
    ready.open = true;
    search.value = "";
    find();
    search.focus();
  }

  function put(answer) {
    const start = text.selectionStart;
    text.setRangeText(answer.dataset.text, start, text.selectionEnd, "end");
    form.elements.ready.value = answer.dataset.readyAnswer;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    ready.open = false;
    text.focus();
    // What is not known is the first thing to be typed.
    const hole = /{{[^}]*}}/.exec(answer.dataset.text);
    if (hole) text.setSelectionRange(start + hole.index, start + hole.index + hole[0].length);
  }

  text.addEventListener("keydown", (event) => {
    if (event.key !== "/" || text.value) return;
    event.preventDefault();
    open();
  });
  search.addEventListener("input", find);
  ready.addEventListener("click", (event) => {
    const answer = event.target.closest("[data-ready-answer]");
    if (!answer) return;
    event.preventDefault();
    put(answer);
  });
  ready.addEventListener("keydown", (event) => {
    const all = shown();
    const at = all.indexOf(document.activeElement);
    if (event.key === "Escape") {
      ready.open = false;
      text.focus();
    } else if (event.key === "ArrowDown") {
      all[Math.min(at + 1, all.length - 1)]?.focus();
    } else if (event.key === "ArrowUp") {
      (at > 0 ? all[at - 1] : search).focus();
    } else if (event.key === "Enter" && event.target === search) {
      if (all.length) put(all[0]);
    } else return;
    event.preventDefault();
  });
})();
