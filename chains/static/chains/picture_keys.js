// The picture by keyboard: one card at a time has the focus, arrows walk the tree.
(() => {
  "use strict";

  const { root, body, act, openCard, offer, copy, cut, paste, remove, shift, pick, behind, stretch, clear } =
    window.encorePicture;
  const mayChange = Boolean(root.querySelector("[data-additions]"));
  const cards = () => [...body.querySelectorAll("[data-card]")];
  const stepOf = (node) => node.closest("[data-step]");
  let current = "entry";

  function focus(node) {
    if (!node) return;
    node.focus();
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // One stop for Tab; arrows do the rest.
  function rove(id) {
    const known = id && document.getElementById(id)?.matches("[data-card]") ? id : "entry";
    current = known;
    for (const card of cards()) card.tabIndex = card.id === known ? 0 : -1;
  }

  const firstOf = (steps) => steps.querySelector(":scope > [data-step] > [data-card]") ?? steps.querySelector(".pic-plus");

  function next(node, way) {
    let at = node.closest("li");
    if (!at) return way > 0 && node.id === "entry" ? firstOf(body.querySelector(".pic-steps")) : lastBefore(node);
    const arms = node.matches("[data-card]") && at.querySelector(":scope > .pic-arms");
    if (way > 0 && arms) return firstOf(arms.querySelector(".pic-steps"));
    while (at) {
      const found = neighbour(at, way);
      if (found) return found;
      const around = at.parentElement.closest("[data-step]");
      if (around && way < 0) return around.querySelector("[data-card]");
      at = around;
    }
    return document.getElementById(way > 0 ? "end" : "entry");
  }

  function neighbour(at, way) {
    let one = at;
    do one = way > 0 ? one.nextElementSibling : one.previousElementSibling;
    while (one && !one.matches("[data-step]"));
    return one?.querySelector("[data-card]");
  }

  const lastBefore = (node) =>
    node.id === "end" ? [...body.querySelectorAll(".pic-canvas > .pic-steps > [data-step] > [data-card]")].pop() ??
      document.getElementById("entry") : null;

  function aside(node, way) {
    const arms = [...(node.closest("li")?.querySelectorAll(":scope > .pic-arms > .pic-arm") ?? [])];
    if (node.matches("[data-card]") && arms.length && way > 0) return firstOf(arms[0].querySelector(".pic-steps"));
    const arm = node.closest(".pic-arm");
    const other = way > 0 ? arm?.nextElementSibling : arm?.previousElementSibling;
    return other && firstOf(other.querySelector(".pic-steps"));
  }

  const WALKS = {
    ArrowDown: (node) => next(node, 1), ArrowUp: (node) => next(node, -1),
    ArrowRight: (node) => aside(node, 1), ArrowLeft: (node) => aside(node, -1),
    Home: () => document.getElementById("entry"), End: () => document.getElementById("end"),
  };
  const plusBehind = (card) => {
    const steps = card.id === "entry" ? body.querySelector(".pic-steps") : null;
    return steps ? steps.querySelector(".pic-plus") : (stepOf(card) ?? card).nextElementSibling?.querySelector(".pic-plus");
  };

  function edit(event, card) {
    const step = stepOf(card);
    const isCtrl = event.ctrlKey || event.metaKey;
    const key = event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key;
    if (isCtrl && key === "c" && step) return copy(step);
    if (isCtrl && key === "x" && step) return cut(step);
    if (isCtrl && key === "v") return paste(step ? behind(step) : { arm: "", after: "" });
    if (isCtrl) return false;
    if (event.shiftKey && step && ["ArrowUp", "ArrowDown"].includes(event.key)) {
      return focus(stretch(step, event.key === "ArrowUp" ? -1 : 1));
    }
    if (event.altKey && step && ["ArrowUp", "ArrowDown"].includes(event.key)) return shift(step, event.key === "ArrowUp" ? -1 : 1);
    if (event.key === "Delete" && step) return remove(step);
    if (key === "m" && step) return pick(step);
    const plus = event.key === "+" && plusBehind(card);
    return plus ? offer(plus) : false;
  }

  function pressed(event) {
    const card = event.target.closest("[data-card], .pic-plus");
    if (!card || event.target !== card) return;
    const isCard = card.matches("[data-card]");
    const isDone = mayChange && isCard && edit(event, card);
    const walk = !event.altKey && !event.ctrlKey && WALKS[event.key];
    if (isDone !== false && mayChange && isCard) event.preventDefault();
    else if (walk) {
      clear();
      focus(walk(card));
    }
    else if (event.key === "Enter" && isCard) openCard(card);
    else return;
    event.preventDefault();
  }

  const isTyping = (node) => node.closest("input, select, textarea, [contenteditable], dialog, [data-panel]");

  function anywhere(event) {
    if (isTyping(event.target)) return;
    const isUndo = (event.ctrlKey || event.metaKey) && event.code === "KeyZ";
    if (isUndo && mayChange) act(event.shiftKey ? "redo" : "undo");
    else if (event.key === "?") root.querySelector("[data-keys]").showModal();
    else return;
    event.preventDefault();
  }

  body.addEventListener("keydown", pressed);
  addEventListener("keydown", anywhere);
  body.addEventListener("focusin", (event) => event.target.matches("[data-card]") && rove(event.target.id));
  root.addEventListener("picture:renewed", (event) => {
    rove(event.detail.focus || current);
    if (event.detail.focus) focus(document.getElementById(event.detail.focus));
  });
  rove("entry");
  body.inert = false;
})();
