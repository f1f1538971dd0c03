// The page where a customer turns notifications on and off in this browser.
const push = document.getElementById("push");
const words = push.querySelector("[role=status]");
const buttons = Object.fromEntries([...push.querySelectorAll("[data-do]")].map((button) => [button.dataset.do, button]));

function show(state) {
  words.textContent = push.dataset[state];
  words.hidden = false;
  buttons.on.hidden = state === "on" || state === "unable";
  buttons.off.hidden = state !== "on";
}

function tell(subscription, stop) {
  return fetch(location.href, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ subscription, stop }),
  }).then((answer) => {
    if (!answer.ok) throw new Error(answer.status);
  });
}

function bytes(written) {
  const plain = atob(written.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(written.length / 4) * 4, "="));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

async function turnOn(registration) {
  if ((await Notification.requestPermission()) !== "granted") return show("refused");
  const options = { userVisibleOnly: true, applicationServerKey: bytes(push.dataset.key) };
  await tell(await registration.pushManager.subscribe(options), false);
  show("on");
}

async function turnOff(registration) {
  const subscription = await registration.pushManager.getSubscription();
  if (subscription) {
    await tell(subscription, true);
    await subscription.unsubscribe();
  }
  show("off");
}

async function start() {
  if (!("serviceWorker" in navigator && "PushManager" in window)) return show("unable");
  await navigator.serviceWorker.register(push.dataset.worker);
  const registration = await navigator.serviceWorker.ready;
  buttons.on.addEventListener("click", () => turnOn(registration).catch(() => show("failed")));
  buttons.off.addEventListener("click", () => turnOff(registration).catch(() => show("failed")));
  show((await registration.pushManager.getSubscription()) ? "on" : "off");
}

start().catch(() => show("failed"));
