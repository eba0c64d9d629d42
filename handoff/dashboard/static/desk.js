// Additions to the plain forms: times in the reader's zone, keys, and the notice of a lost session.
"use strict";

const language = document.documentElement.lang;
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const date = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric" });
const moment = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "medium", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });

function localise(root) {
  for (const time of root.querySelectorAll("time[data-clock]")) {
    const at = new Date(time.dateTime);
    time.textContent = clock.format(at);
    time.title = moment.format(at);
  }
  for (const time of root.querySelectorAll("time[data-date]")) time.textContent = date.format(new Date(time.dateTime));
  for (const time of root.querySelectorAll("time[data-moment]")) {
    const at = new Date(time.dateTime);
    time.textContent = `${date.format(at)}, ${clock.format(at)}`;
    time.title = moment.format(at);
  }
  separateDays(root);
}

// The server separates days in UTC; move the separators to the reader's days.
function separateDays(root) {
  for (const lines of root.querySelectorAll("#lines > ol.lines")) {
    for (const served of lines.querySelectorAll("li.day:has(time)")) served.remove();
    let last = "";
    let shown = null;
    for (const line of [...lines.children].filter((one) => !one.matches("#asked, #earlier"))) {
      if (line.matches("li.day")) {
        shown?.remove();
        shown = line;
        continue;
      }
      const time = line.querySelector("time[data-clock]");
      const name = time ? day.format(new Date(time.dateTime)) : last;
      if (name !== last && shown?.textContent !== name) {
        const separator = document.createElement("li");
        separator.className = "day";
        separator.textContent = name;
        line.before(separator);
      }
      if (name === last || shown?.textContent !== name) shown?.remove();
      last = name;
      shown = null;
    }
    shown?.remove();
  }
}

// The title says how many questions of the agent's are unread.
function updateTitle() {
  const count = Number(document.getElementById("unread")?.dataset.count ?? 0);
  const title = document.querySelector("main.thread")?.dataset.title;
  if (title) document.title = markedTitle(count > 0 ? `(${count}) ${title}` : title);
}

// A page in the background fetches this figure alone.
const COUNT_PAUSE = 3000;  // ms
let counting = 0;
function countUnread() {
  counting ||= setTimeout(async () => {
    counting = 0;
    if (!document.hidden) return;
    const answer = await fetch("/desk/unread", { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok || !answer.headers.has(OURS)) return;
    document.getElementById("unread").dataset.count = await answer.text();
    updateTitle();
  }, COUNT_PAUSE);
}

// The button of the chosen mode; none if no mode is chosen.
function sendButton() {
  return document.getElementById({ reply: "send", note: "save-note" }[box()?.kind] ?? "");
}

function onKey(event) {
  if (event.target.id === "text" && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    sendButton()?.click();
  }
  if (event.key === "Escape") closeMenus(null);
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(except)) menu.open = false;
}

document.addEventListener("DOMContentLoaded", () => {
  const closed = document.body.classList.contains("desk");
  localise(document);
  if (!closed) return;
  // The server offers times of day in the reader's zone.
  document.cookie = `frontdesk_zone=${clock.resolvedOptions().timeZone}; path=/desk; max-age=31536000; samesite=lax`;
  restoreDraft();
  document.querySelector(".chips [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  const refresh = () => htmx.trigger(document.body, "refresh");
  let underWay = 0;
  let pressing = false;
  let missed = false;
  let held = false;
  follow(({ kind, names }) => {
    // Fetch what changed while the stream was away; the response also reports a lost session.
    for (const name of names ?? []) if (name.startsWith("draft-")) draftChanged(name);
    if (kind === "open") draftChanged();
    if (kind === "open" || names?.includes("ping") || names?.includes("all")) hearPings();
    if (document.hidden) {
      missed = true;  // fetched once the page is visible
      countUnread();
    }
    else if (kind === "changed") for (const name of names) htmx.trigger(document.body, `desk:${name}`);
    else refresh();
  });
  window.addEventListener("pageshow", (event) => event.persisted && refresh());
  // While an action is running its button must stay: a response whose button is gone finds none of its targets. The
  // element being pressed must stay too, or the click is lost. Refreshes that are skipped meanwhile are fetched later.
  const catchUp = () => {
    if (pressing || underWay > 0 || document.hidden || !missed) return;
    missed = false;
    refresh();
  };
  // Defer the list while the pointer is on a row that would move.
  const wouldMove = (fragment) => (held = movesPointed(document.getElementById("queue"), fragment));
  const letGo = () => {
    if (!held || pointed()?.closest(".row")) return;
    held = false;
    catchUp();
  };
  document.addEventListener("pointermove", letGo);
  document.documentElement.addEventListener("pointerleave", letGo);
  document.addEventListener("visibilitychange", catchUp);
  const release = () => setTimeout(() => {  // the click comes right after the finger is lifted
    pressing = false;
    catchUp();
  });
  document.addEventListener("pointerdown", (event) => { pressing = event.button === 0; });
  for (const end of ["pointerup", "pointercancel", "contextmenu"]) document.addEventListener(end, release);
  window.addEventListener("blur", release);
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.requestConfig.verb === "get") {
      missed = true;
      event.preventDefault();
      return;
    }
    if (event.detail.requestConfig.verb === "post") underWay += 1;
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig.verb !== "get") return;
    if (!isOurs(event.detail.xhr)) return;
    const fresh = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    if (underWay > 0 || pressing || (event.detail.target.id === "queue" && wouldMove(fresh))) {
      event.detail.shouldSwap = false;
      missed = true;
    }
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig.verb !== "post") return;
    underWay = Math.max(0, underWay - 1);
    catchUp();
  });
  // What was chosen in a menu is done: the disabled button has lost the focus, so the menu would wait to be closed.
  document.body.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
    const isDone = detail.requestConfig.verb === "post" && detail.xhr.status === 200;
    if (isDone) detail.elt.closest?.(".thread-actions details.menu")?.removeAttribute("open");
  });
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    // Leave an open menu unchanged until it is closed.
    const open = target.querySelector("details.menu[open]");
    const waits = open && !target.contains(document.activeElement?.closest("form"));
    if (waits || (target.id === "queue" && wouldMove(fragment))) missed = true;
    else if (target.id !== "reply") {
      const before = ticketState();
      mergeInto(target, fragment);
      htmx.process(target);
      if (target.id === "ticket-head" && underWay === 0) clearIfChanged(before);
    } else return;
    event.detail.shouldSwap = false;
  });
  document.addEventListener("toggle", (event) => event.target.open === false && catchUp(), true);
  window.addEventListener("offline", () => { document.getElementById("stale").hidden = false; });
  window.addEventListener("online", refresh);
  document.body.addEventListener("htmx:load", (event) => localise(event.detail.elt.parentElement ?? document));
  document.body.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.detail.target.id !== "reply") return;
    const drawer = document.getElementById("contact");
    if (drawer.matches(":popover-open")) drawer.hidePopover();
    document.getElementById("text")?.focus();
  });
});
document.addEventListener("keydown", onKey);
document.addEventListener("click", (event) => closeMenus(event.target));
