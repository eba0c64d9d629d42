// One event stream for all tabs of a browser. Over HTTP/1.1 a browser opens six connections to a host in all, so a stream
// for each tab would block the seventh. A shared worker holds it; without shared workers, the tabs elect a leader.
// This file is both: the page's end, and the worker.
"use strict";

const SILENCE = 45000;  // ms; the server sends something every 20 seconds
const LEASE = 6000;
const LONGEST_PAUSE = 60;

// A connection that reconnects by itself, until it is closed or the server reports that the session has ended.
class Connection {
  constructor(tell) {
    this.tell = tell;
    this.current = null;
    this.refused = false;
  }

  get open() {
    return this.current?.heard === true;
  }

  start() {
    if (this.current) {
      this.current.hurry?.();
      return;
    }
    this.refused = false;
    this.current = { abort: new AbortController(), heard: false };
    this.run(this.current);
  }

  stop() {
    this.current?.abort.abort();
    this.current?.hurry?.();
    this.current = null;
  }

  async run(mine) {
    for (let failures = 1; this.current === mine; failures += 1) {
      try {
        const answer = await fetch("/desk/events", { signal: mine.abort.signal, cache: "no-store" });
        if (answer.status === 401 && this.current === mine) {
          this.current = null;
          this.refused = true;
          this.tell({ kind: "signed-out" });
        } else if (answer.ok) {
          failures = 1;
          mine.heard = true;
          this.tell({ kind: "open" });
          await this.read(answer.body.getReader(), mine);
        }
      } catch {
        // The network or the server is away: try again.
      }
      mine.heard = false;
      if (this.current !== mine) return;
      mine.abort = new AbortController();
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, 1000 * (Math.min(LONGEST_PAUSE, 2 ** failures) - Math.random()));
        mine.hurry = () => { clearTimeout(timer); resolve(); };
      });
      mine.hurry = null;
    }
  }

  async read(reader, mine) {
    const decoder = new TextDecoder();
    let rest = "";
    while (this.current === mine) {
      const watch = setTimeout(() => mine.abort.abort(), SILENCE);
      const { done, value } = await reader.read().finally(() => clearTimeout(watch));
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop();
      const names = lines.filter((line) => line.startsWith("event: ")).map((line) => line.slice(7).trim());
      if (names.length && this.current === mine) this.tell({ kind: "changed", names });
    }
  }
}

function serveTabs() {
  const ports = new Set();
  const connection = new Connection((message) => { for (const port of ports) port.postMessage(message); });
  let leaving = 0;
  self.onconnect = (connected) => {
    const port = connected.ports[0];
    port.onmessage = ({ data }) => {
      if (data === "hello") {
        clearTimeout(leaving);
        const known = ports.has(port);
        ports.add(port);
        if (connection.open && !known) port.postMessage({ kind: "open" });
        connection.start();
      } else {
        ports.delete(port);
        // Following a link disconnects the tab and connects it again.
        if (ports.size === 0) leaving = setTimeout(() => connection.stop(), 1000);
      }
    };
  };
}

function followByWorker(receive) {
  const { port } = new SharedWorker(document.body.dataset.stream, { name: "frontdesk" });
  port.onmessage = ({ data }) => receive(data);
  return { join: () => port.postMessage("hello"), leave: () => port.postMessage("bye") };
}

// The tab whose name is in the store leads, and renews its lease; a tab that is closed, frozen or throttled in the
// background loses it to the next tab that checks.
function followByElection(receive) {
  const channel = new BroadcastChannel("frontdesk-stream");
  const me = `${Date.now()}-${Math.random()}`;
  const lead = new Connection((message) => { receive(message); channel.postMessage(message); });
  const holder = () => JSON.parse(localStorage.getItem("frontdesk-stream") ?? "null");
  let looking = 0;
  const look = () => {
    const other = holder();
    if (other && other.name !== me && other.until > Date.now() && other.until < Date.now() + 2 * LEASE) {
      lead.stop();
      return;
    }
    const mine = other?.name === me && other.until > Date.now();
    localStorage.setItem("frontdesk-stream", JSON.stringify({ name: me, until: Date.now() + LEASE }));
    if (mine && !lead.refused) lead.start();
    else if (!mine) setTimeout(() => looking && look(), 200);  // two may have written at once: the last one wins
  };
  channel.onmessage = ({ data }) => {
    if (data.kind === "hello") {
      if (lead.open) channel.postMessage({ kind: "open", to: data.from });
      lead.refused = false;  // the new tab may have signed in
    } else if (data.kind === "vacant") setTimeout(() => looking && look(), 300 * Math.random());
    else if (data.to === undefined || data.to === me) receive(data);
  };
  return {
    join: () => {
      lead.refused = false;
      if (looking) look();
      else {
        looking = setInterval(look, LEASE / 3);
        look();
        channel.postMessage({ kind: "hello", from: me });
      }
    },
    leave: () => {
      clearInterval(looking);
      looking = 0;
      lead.stop();
      if (holder()?.name !== me) return;
      localStorage.removeItem("frontdesk-stream");
      channel.postMessage({ kind: "vacant" });
    },
  };
}

// Without either, each visible tab has a stream of its own.
function followAlone(receive) {
  const connection = new Connection(receive);
  const join = () => (document.hidden ? connection.stop() : connection.start());
  document.addEventListener("visibilitychange", join);
  return { join, leave: () => connection.stop() };
}

// Call `receive` with {kind: "open"}, {kind: "changed", names} and {kind: "signed-out"}, until the page is left.
function follow(receive) {
  let way;
  for (const attempt of [followByWorker, followByElection, followAlone]) {
    try {
      way = attempt(receive);
      way.join();
      break;
    } catch {
      // The browser does not support it, or forbids it here.
    }
  }
  window.addEventListener("pagehide", way.leave);
  document.addEventListener("freeze", way.leave);
  for (const end of ["pageshow", "resume", "visibilitychange", "focus", "online"]) {
    (["resume", "visibilitychange"].includes(end) ? document : window).addEventListener(end, () => document.hidden || way.join());
  }
}

if (typeof document === "undefined") serveTabs();
