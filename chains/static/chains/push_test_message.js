// On the page of channels: subscribes this browser, so that a test can be sent to it.
const form = document.getElementById("push-test-message");

function keyBytes(written) {
  const plain = atob(written.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(written.length / 4) * 4, "="));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

async function subscribe() {
  await navigator.serviceWorker.register(form.dataset.worker);
  const registration = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: keyBytes(form.dataset.key) };
  return registration.pushManager.subscribe(options);
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  const refuse = () => (form.querySelector("[role=status]").textContent = form.dataset.unable);
  if (!("serviceWorker" in navigator && "PushManager" in window)) return refuse();
  subscribe().then((subscription) => {
    form.elements.subscription.value = JSON.stringify(subscription);
    form.submit();
  }, refuse);
});
