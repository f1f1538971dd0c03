// On the page of channels: subscribes this browser, so that a test can be sent to it.
import { subscribe } from "./push_subscribe.js";

const form = document.getElementById("push-test-message");

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  subscribe(form.dataset).then((subscription) => {
    form.elements.subscription.value = JSON.stringify(subscription);
    form.submit();
  }, () => (form.querySelector("[role=status]").textContent = form.dataset.unable));
});
