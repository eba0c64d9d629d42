// Opening a ticket replaces the thread and the contact beside the queue and pushes the address: the list keeps its
// position, its filters and the focus. Scripts of the panes start again at `desk:opened`; without scripts a link is a page.
"use strict";

const TICKET = /^\/desk\/tickets\/(\d+)$/;
const SLOW = 30_000;  // ms
let loading = null;  // AbortController of the pane that is being fetched
let deferred = null;  // an opening that waits for a running action: its response belongs to the ticket being left
let actions = 0;
const fetching = new Set();  // live updates on their way

// Whether an address shows the list that this page shows, so that only the panes differ.
function isBeside(url) {
  const list = document.querySelector(".queue")?.dataset.query;
  return url.origin === location.origin && url.search === list && (url.pathname === "/desk" || TICKET.test(url.pathname));
}

function openTicket(address, push = true) {
  const url = new URL(address, location.href);
  if (!isBeside(url)) location.assign(url);
  else if (actions > 0) deferred = { url, push };
  else load(url, push);
}

async function load(url, push) {
  loading?.abort();
  const mine = (loading = new AbortController());
  const row = document.getElementById(`row-${url.pathname.match(TICKET)?.[1]}`);
  row?.setAttribute("aria-busy", "true");
  let failure = null;
  let isStalled = false;
  const watch = setTimeout(() => { isStalled = true; mine.abort(); }, SLOW);
  try {
    const answer = await fetch(url, { signal: mine.signal, cache: "no-store", headers: { "HX-Request": "true" } });
    if (!answer.headers.has(OURS)) failure = { status: answer.status };
    else {
      const html = await answer.text();
      if (loading === mine) show(url, push, new DOMParser().parseFromString(html, "text/html"));
    }
  } catch {
    failure = { status: 0, isStalled };
  }
  clearTimeout(watch);
  row?.removeAttribute("aria-busy");
  if (loading !== mine) return;
  loading = null;
  if (failure === null) return;
  if (!push) location.reload();  // the address has changed already
  else if (failure.status === 401) document.getElementById("signed-out").hidden = false;
  else say(sentence(failure));
}

function show(url, push, fresh) {
  const number = url.pathname.match(TICKET)?.[1];
  const focused = document.activeElement;
  const list = document.getElementById("queue");
  const top = list.scrollTop;
  if (push && url.href !== location.href) history.pushState({ desk: true }, "", url);
  for (const old of document.querySelectorAll("main.thread, #contact")) old.remove();
  const panes = [...fresh.querySelectorAll("main.thread, #contact")].map((pane) => document.adoptNode(pane));
  document.body.append(...panes);
  document.body.classList.toggle("has-ticket", number !== undefined);
  if (list.offsetParent) list.scrollTop = list.dataset.top ?? top;
  else list.dataset.top = top;  // hidden on a narrow screen
  if (list.offsetParent) delete list.dataset.top;
  if (number) list.setAttribute("hx-vals", JSON.stringify({ at: Number(number) }));
  else list.removeAttribute("hx-vals");
  markRow(number);
  document.getElementById("unread").dataset.count = document.querySelector("main.thread").dataset.unread;
  updateTitle();
  for (const xhr of fetching) if (xhr.pane) xhr.abort();
  fetching.clear();
  for (const pane of panes) {
    htmx.process(pane);
    localise(pane);
  }
  restoreDraft();
  showHit();
  document.dispatchEvent(new CustomEvent("desk:opened", { detail: { ticket: number ?? null } }));
  const lost = !focused?.isConnected || focused === document.body || !focused.offsetParent;
  if (lost) (document.querySelector(".lines-place") ?? document.querySelector(".row"))?.focus({ preventScroll: true });
}

// Scroll to the newest line with a searched word.
function showHit() {
  [...document.querySelectorAll("#lines mark")].at(-1)?.scrollIntoView({ block: "center" });
}
document.addEventListener("DOMContentLoaded", showHit);

function markRow(number) {
  for (const row of document.querySelectorAll(".row[aria-current]")) row.removeAttribute("aria-current");
  const row = document.getElementById(`row-${number}`);
  row?.setAttribute("aria-current", "true");
  row?.classList.remove("row-unread", "row-handed");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || link.target || !isBeside(new URL(link.href))) return;
  // Links to the list itself, a filter or a page, load it.
  if (new URL(link.href).pathname === "/desk" && !link.matches(".back")) return;
  event.preventDefault();
  openTicket(link.href);
});
window.addEventListener("popstate", () => openTicket(location.href, false));

// The next question is opened beside the list like any other.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const target = event.detail.xhr.getResponseHeader("HX-Redirect");
  const url = target && new URL(target, location.href);
  if (!url || !TICKET.test(url.pathname) || !isBeside(url)) return;
  event.preventDefault();
  openTicket(url.href);
});

document.addEventListener("htmx:beforeSend", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (requestConfig.verb === "post") actions += 1;
  else {
    xhr.pane = event.target.closest?.("main, aside") !== null;
    fetching.add(xhr);
  }
  xhr.addEventListener("loadend", () => {
    fetching.delete(xhr);
    if (requestConfig.verb !== "post") return;
    actions = Math.max(0, actions - 1);
    if (actions > 0 || !deferred) return;
    const { url, push } = deferred;
    deferred = null;
    // A refusal is shown beside the text that was refused.
    if (xhr.status > 0 && xhr.status < 400) setTimeout(() => load(url, push));
    else if (!push) history.forward();
  });
});
