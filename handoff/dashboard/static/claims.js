// Claims: the countdown before one ends, and the report that its agent is at work.
"use strict";

const WARNED = 300;  // s
const RENEW_EVERY = 60_000;  // ms

// Milliseconds by which the server's clock is ahead of this one.
let ahead = 0;

function countDown() {
  const now = Date.now() + ahead;
  for (const one of document.querySelectorAll("[data-lapses]")) {
    const left = Math.max(0, Math.ceil((Date.parse(one.dataset.lapses) - now) / 1000));
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    const shown = one.querySelector(".lapse-left");
    if (shown.textContent !== text) shown.textContent = text;
    if (one.hidden !== left > WARNED) one.hidden = left > WARNED;
  }
}

// An agent is at work on a ticket while its page has the focus; a page in the background never renews a claim.
let renewedAt = -Infinity;

function renew() {
  const path = document.getElementById("ticket-state")?.dataset.renew;
  if (!path || document.hidden || !document.hasFocus() || performance.now() - renewedAt < RENEW_EVERY) return;
  renewedAt = performance.now();
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  // A failure needs no notice: the countdown tells the state, and the next report comes in a minute.
  fetch(path, { method: "POST", headers, body: "" }).catch(() => {});
}

document.addEventListener("DOMContentLoaded", () => {
  ahead = Date.parse(document.body.dataset.now) - Date.now();
  setInterval(countDown, 1000);
  countDown();
  setInterval(renew, 5000);
  window.addEventListener("focus", renew);
  document.addEventListener("visibilitychange", renew);
  document.addEventListener("input", renew);
});
