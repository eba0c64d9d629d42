// What plain forms cannot do: times in the reader's zone, keys, and telling of a lost session.
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
  separateDays(root);
}

// The server separates days in UTC; the reader's days begin elsewhere.
function separateDays(root) {
  for (const lines of root.querySelectorAll("ol.lines")) {
    for (const old of lines.querySelectorAll("li.day")) old.remove();
    let last = "";
    for (const line of [...lines.children]) {
      const time = line.querySelector("time[data-clock]");
      if (!time) continue;
      const name = day.format(new Date(time.dateTime));
      if (name !== last) {
        const separator = document.createElement("li");
        separator.className = "day";
        separator.textContent = name;
        line.before(separator);
        last = name;
      }
    }
  }
}

// The button of the mode that is chosen; none where no mode is.
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
  restoreDraft();
  const refresh = () => htmx.trigger(document.body, "refresh");
  follow(({ kind, names }) => {
    // Whatever changed while the stream was away is fetched now; who was signed out is told so by the answer.
    if (kind === "changed") for (const name of names) htmx.trigger(document.body, `desk:${name}`);
    else refresh();
  });
  window.addEventListener("pageshow", (event) => event.persisted && refresh());
  // Who is signed out stays told so until a request that was sent later succeeds: others may still be on their way.
  let signedOut = 0;
  document.body.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status !== 401) return;
    signedOut = performance.now();
    document.getElementById("signed-out").hidden = false;
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.requestConfig.sentAt > signedOut) {
      document.getElementById("signed-out").hidden = true;
    }
  });
  // While an action is under way its button must stay: an answer whose button is gone finds none of its places. So must
  // what is being pressed, or the click is lost. What a refresh would have shown meanwhile is fetched afterwards.
  let underWay = 0;
  let pressing = false;
  let missed = false;
  const catchUp = () => {
    if (pressing || underWay > 0 || !missed) return;
    missed = false;
    refresh();
  };
  const release = () => setTimeout(() => {  // the click comes right after the finger is lifted
    pressing = false;
    catchUp();
  });
  document.addEventListener("pointerdown", (event) => { pressing = event.button === 0; });
  for (const end of ["pointerup", "pointercancel", "contextmenu"]) document.addEventListener(end, release);
  window.addEventListener("blur", release);
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.requestConfig.sentAt = performance.now();
    if (event.detail.requestConfig.verb === "post") underWay += 1;
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig.verb !== "get" || (underWay === 0 && !pressing)) return;
    event.detail.shouldSwap = false;
    missed = true;
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.requestConfig.verb !== "post") return;
    underWay = Math.max(0, underWay - 1);
    catchUp();
  });
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    // A menu that is open stays as it is; its head is refreshed by the next change.
    const open = event.detail.target.querySelector("details.menu[open]");
    if (open && !event.detail.target.contains(document.activeElement?.closest("form"))) event.detail.shouldSwap = false;
  });
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
