// Photos take a while: says so, and says at once which are too many or too large. Without it the form sends itself.
function refuses(input) {
  const { most, megabytes } = input.dataset;
  return input.files.length > most || [...input.files].some((file) => file.size > megabytes * 1e6);
}

function send(form, button) {
  const told = new FormData(form);
  if (button?.name) told.append(button.name, button.value);
  const request = new XMLHttpRequest();
  const sending = document.getElementById("sending");
  const buttons = form.querySelectorAll("button");
  sending.hidden = false;
  buttons.forEach((one) => (one.disabled = true));
  request.upload.addEventListener("progress", (event) => {
    sending.querySelector("progress").value = (100 * event.loaded) / event.total;
  });
  request.addEventListener("load", () => {
    if (request.status < 300 && request.responseURL !== location.href) location.assign(request.responseURL);
    else show(request.responseText);
  });
  request.addEventListener("error", () => {
    sending.hidden = true;
    buttons.forEach((one) => (one.disabled = false));
    form.submit(); // The browser says what is wrong with the line.
  });
  request.open("POST", location.href);
  request.send(told);
}

function show(page) {
  const answer = new DOMParser().parseFromString(page, "text/html");
  document.querySelector("main").replaceWith(answer.querySelector("main"));
  document.querySelector("main").scrollIntoView();
  listen();
}

function listen() {
  const asked = document.getElementById("review");
  if (!asked) return;
  const input = asked.querySelector("[type=file]");
  const tooMuch = document.getElementById("too-much");
  input.addEventListener("change", () => {
    tooMuch.hidden = !refuses(input);
  });
  asked.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    if (refuses(input)) input.focus();
    else send(asked, event.submitter);
  });
}

listen();
