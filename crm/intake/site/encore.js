// Encore on the shop's site: which pages somebody looks at and for how long, and what the site itself tells.
// docs/connect.md says how it is used, and what it keeps in the browser. It is served without indentation and without
// the lines that are only a comment, so no text may run over several lines here.
(() => {
  "use strict";

  const tag = document.currentScript ?? document.querySelector("script[src*='/encore.js']");
  const address = tag.src.replace(/\/encore\.js.*/, "") + "/v1/batch";
  const SECOND = 1000;
  const YEAR = 31536000;
  const TICK = 5 * SECOND;
  const ABANDONED = 30 * SECOND;
  const AWAY = 1800 * SECOND;
  const MOST = 100;

  let key = tag.dataset.key;
  let isGranted = tag.dataset.consent === "granted";
  let queue = [];
  let isSending = false;
  let pause = SECOND;
  let look;
  let visible = 0;
  let since = 0;
  let hiddenAt = 0;

  // What stays in the browser; where it keeps nothing, what is known lasts as long as the page.
  const memory = {};
  function box(work) {
    try {
      return work(localStorage);
    } catch {
      return undefined;
    }
  }
  const read = (name) => box((kept) => kept.getItem("encore." + name)) ?? memory[name];
  function write(name, value) {
    memory[name] = value;
    box((kept) => (value ? kept.setItem("encore." + name, value) : kept.removeItem("encore." + name)));
  }

  // A browser that asks not to be tracked is not, whatever is pressed. Until somebody agreed nothing is kept or sent.
  const isSilent = navigator.globalPrivacyControl || navigator.doNotTrack === "1";
  const said = () => read("consent");
  const isAllowed = () => key && !isSilent && (said() === "yes" || (isGranted && !said()));

  // On a page without https there is only the second.
  const randomId = () => crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint32Array(4)).join("-");

  function setCookie(id, seconds) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `encore_id=${encodeURIComponent(id)}; Max-Age=${seconds}; Path=/; SameSite=Lax${secure}`;
  }

  function remember(id) {
    write("id", id);
    write("until", String(Date.now() + YEAR * SECOND));
    setCookie(id, YEAR);
    return id;
  }

  function anonymousId() {
    if (!isAllowed()) return null;
    const cookie = document.cookie.match(/(?:^|; )encore_id=([^;]+)/);
    const known = cookie ? decodeURIComponent(cookie[1]) : read("until") > Date.now() && read("id");
    return known || remember(randomId());
  }

  function forgetPerson() {
    ["id", "until", "user"].forEach((name) => write(name));
    setCookie("", 0);
  }

  // Messages are kept until Encore has them, each with an id by which it is taken once.
  const nameOf = (message) => "encore:" + message.messageId;
  const forget = (message) => box((kept) => kept.removeItem(nameOf(message)));
  const keptNames = () => box((kept) => Object.keys(kept).filter((name) => name.startsWith("encore:"))) ?? [];
  function keep(message) {
    message.anonymousId ??= anonymousId();
    box((kept) => kept.setItem(nameOf(message), JSON.stringify({ at: Date.now(), message })));
  }

  function written(type, fields, encore) {
    const page = { url: location.href, title: document.title, referrer: document.referrer };
    return { type, messageId: randomId(), timestamp: new Date().toISOString(), ...fields, context: { page, encore } };
  }

  function tell(...what) {
    const message = written(...what);
    if (isSilent || (said() || "yes") !== "yes" || JSON.stringify(message).length > 16000) return;
    queue.push(message);
    queue.splice(0, queue.length - MOST).forEach(forget);
    if (isAllowed()) keep(message);
    flush();
  }

  const packed = (batch) => JSON.stringify({ writeKey: key, sentAt: new Date().toISOString(), batch });

  async function flush() {
    if (isSending || !queue.length || !isAllowed()) return;
    isSending = true;
    const sent = queue.slice(0, 20);
    const body = packed(sent);
    try {
      // Browsers let at most 64 KB outlive their page.
      const keepalive = body.length < 20000;
      const answer = await fetch(address, { method: "POST", body, credentials: "omit", keepalive });
      if (answer.status === 429 || answer.status > 499) throw answer;
      // What is refused for good would be refused again.
      sent.forEach(forget);
      queue = queue.filter((one) => !sent.includes(one));
      pause = SECOND;
      setTimeout(flush);
    } catch {
      setTimeout(flush, pause);
      pause = Math.min(pause * 2, 60 * SECOND);
    }
    isSending = false;
  }

  // What other pages of this site could not send: their tab was killed, or Encore did not answer.
  function adopt() {
    if (!isAllowed()) return;
    const own = [look, ...queue].map(nameOf);
    for (const name of keptNames().filter((one) => !own.includes(one))) {
      const { at, message } = box((kept) => JSON.parse(kept.getItem(name))) ?? {};
      if (Date.now() - at > ABANDONED) queue.push(message);
    }
    flush();
  }

  // A look at a page: begun when it is shown, told once when it is left, with the seconds for which it was visible.
  const placeOf = (url) => url.replace(/#(?![!/]).*/, "");

  function begin() {
    look = written("page", { properties: { url: location.href, referrer: document.referrer } });
    visible = hiddenAt = 0;
    since = performance.now();
  }

  function count() {
    // A computer that slept was not looked at.
    if (!hiddenAt) visible += Math.min(performance.now() - since, 2 * TICK);
    since = performance.now();
    look.properties.title = document.title;
    look.properties.seconds = Math.round(visible / SECOND);
  }

  function tick() {
    if (!hiddenAt) count();
    if (!hiddenAt && isAllowed()) keep(look);
    adopt();
  }

  // While it is open, the tab may be shown again: Encore waits for more seconds of the same look.
  function leave(open) {
    count();
    look.context.encore = { open };
    // What was only loaded ahead, or in a tab that nobody opened, was not seen.
    if (!visible || !isAllowed()) return;
    keep(look);
    if (navigator.sendBeacon(address, new Blob([packed([look])], { type: "text/plain" }))) forget(look);
  }

  function moved() {
    if (placeOf(look.properties.url) === placeOf(location.href)) return;
    leave(false);
    begin();
  }

  function seen() {
    if (document.hidden && !hiddenAt) {
      leave(true);
      hiddenAt = Date.now();
    } else if (!document.hidden) {
      if (Date.now() - hiddenAt > AWAY) begin();
      hiddenAt = 0;
      since = performance.now();
    }
  }

  // Who comes from a letter of the shop's: told once, and taken out of the address before anybody copies it.
  function recognise() {
    const token = location.href.match(/[?&]enc=([^&#]*)/)?.[1];
    if (!token) return;
    const rest = location.href.replace(/([?&])enc=[^&#]*(&?)/, (_all, before, after) => (after ? before : ""));
    history.replaceState(history.state, "", rest);
    tell("identify", {}, { token });
  }

  function start() {
    if (look || !key) return;
    recognise();
    begin();
    if (document.hidden) hiddenAt = Date.now();
    for (const name of ["pushState", "replaceState"]) {
      const change = history[name];
      history[name] = function (...told) {
        change.apply(this, told);
        moved();
      };
    }
    addEventListener("popstate", moved);
    addEventListener("hashchange", moved);
    addEventListener("pagehide", () => {
      leave(false);
      hiddenAt = Date.now();
    });
    addEventListener("pageshow", (event) => event.persisted && begin());
    document.addEventListener("visibilitychange", seen);
    setInterval(tick, TICK);
    adopt();
    const { userId, userHash } = tag.dataset;
    if (userId) api.identify(userId, { userHash });
  }

  function withdraw() {
    queue = [];
    forgetPerson();
    keptNames().forEach((name) => box((kept) => kept.removeItem(name)));
  }

  // The calls of Segment's analytics.js.
  const api = {
    load(given, options) {
      key = given;
      isGranted = options?.consent === "granted";
      start();
    },
    identify(id, traits) {
      if (!["string", "number"].includes(typeof id)) return;
      const userId = String(id);
      if (read("user") && read("user") !== userId) forgetPerson();
      if (isAllowed()) write("user", userId);
      tell("identify", { userId }, { userHash: traits?.userHash });
    },
    track: (event, properties) => tell("track", { event, properties }),
    group: (groupId, traits) => tell("group", { groupId, traits }),
    alias: (userId, previousId) => tell("alias", { userId, previousId }),
    page(...told) {
      if (!look) return;
      moved();
      look.name = told.filter((one) => typeof one === "string").pop();
      Object.assign(look.properties, ...told.filter((one) => typeof one === "object"));
    },
    reset: forgetPerson,
    consent(isGiven) {
      if (said() === "off") return;
      write("consent", isGiven ? "yes" : "no");
      if (!isGiven) return withdraw();
      if (isAllowed()) queue.forEach(keep);
      flush();
    },
    user: () => ({ id: () => read("user") ?? null, anonymousId, traits: () => ({}) }),
    setAnonymousId: (id) => isAllowed() && remember(id),
    ready: () => {},
  };

  // A function among what is given is called when the rest is done, as sites wait for it before they go on.
  for (const [name, call] of Object.entries(api)) {
    api[name] = (...told) => {
      const answer = call(...told.filter((one) => typeof one !== "function"));
      told.filter((one) => typeof one === "function").forEach((then) => setTimeout(then));
      return answer;
    };
  }
  api.push = ([name, ...told]) => api[name]?.(...told);

  // Staff open the site once with #encore=off at the end, and are not counted in that browser.
  const own = location.hash.match(/^#encore=(on|off)$/)?.[1];
  if (own) {
    withdraw();
    write("consent", own === "off" && own);
  }

  const early = window.encore;
  window.encore = api;
  window.analytics ??= api;
  start();
  if (Array.isArray(early)) early.forEach(api.push);
})();
