// Subscribes this browser to notifications of the shop; refused where a browser cannot.
export async function subscribe({ worker, key }) {
  if (!("serviceWorker" in navigator && "PushManager" in window)) throw new Error("no push");
  await navigator.serviceWorker.register(worker);
  const registration = await navigator.serviceWorker.ready;
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: keyBytes(key) });
}

function keyBytes(written) {
  const plain = atob(written.replace(/-/g, "+").replace(/_/g, "/").padEnd(Math.ceil(written.length / 4) * 4, "="));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
