// Sends each kind of call and many events by the client named first: send.mjs segment|rudder ADDRESS KEY EVENTS
import process from "node:process";

const [which, address, key, events] = process.argv.slice(2);
const person = { userId: "7", anonymousId: "device-7" };

async function client() {
  if (which === "segment") {
    const { Analytics } = await import("@segment/analytics-node");
    const own = new Analytics({ writeKey: key, host: address, flushAt: 10 });
    own.on("error", (problem) => fail(problem.reason ?? problem));
    return [own, () => own.closeAndFlush({ timeout: 60_000 })];
  }
  const { default: RudderAnalytics } = await import("@rudderstack/rudder-sdk-node");
  // Its three retries are over within two seconds; a server may need longer to come up again.
  const own = new RudderAnalytics(key, { dataPlaneUrl: address, flushAt: 10, retryCount: 10, logLevel: "error" });
  return [own, () => flushed(own)];
}

async function flushed(rudder) {
  do {
    await rudder.flush();
  } while (rudder.queue.length);
}

function fail(problem) {
  console.error(problem);
  process.exitCode = 1;
}

const [analytics, finish] = await client();
analytics.identify({ ...person, traits: { email: "ann@example.com", firstName: "Ann" } });
analytics.page({ ...person, name: "Home", properties: { url: "https://kettle.example.com/" } });
analytics.screen({ ...person, name: "Basket" });
analytics.group({ ...person, groupId: "g1", traits: { name: "Initech" } });
analytics.alias({ userId: "7", previousId: "device-8" });
for (let number = 0; number < Number(events); number += 1) {
  analytics.track({ ...person, event: `Step ${number}`, timestamp: new Date() });
}
console.log("called");
await finish();
