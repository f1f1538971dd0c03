// Shows what the shop pushes. The tag makes a message that came twice replace itself.
self.addEventListener("push", (event) => {
  const told = event.data ? event.data.json() : {};
  event.waitUntil(
    self.registration.showNotification(told.title || "", {
      body: told.body || "",
      image: told.image || undefined,
      tag: told.tag || undefined,
      data: { url: told.url || "" },
      actions: told.url && told.label ? [{ action: "open", title: told.label }] : [],
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = event.notification.data.url;
  if (url) event.waitUntil(self.clients.openWindow(url));
});
