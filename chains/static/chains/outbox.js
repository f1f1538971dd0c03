// Another day is chosen: its letters are asked for at once.
document.getElementById("day")?.addEventListener("change", (event) => event.target.form.submit());
