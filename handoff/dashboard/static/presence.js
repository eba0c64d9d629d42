// Reports that the agent looks at the shown question, and that a reply is typed; colleagues see it.
"use strict";

const REPORT_EVERY = 15_000;  // ms
const TYPING_EVERY = 4_000;
let reported = null;  // the ticket of the last report
let typedAt = 0;

function reportPresence(doing, ticket = document.getElementById("reply")?.dataset.ticket) {
  const csrf = document.querySelector('[name="csrf"]')?.value;
  if (!ticket || !csrf) return;
  navigator.sendBeacon(`/desk/tickets/${ticket}/presence`, new URLSearchParams({ csrf, doing }));
  reported = doing === "left" ? null : ticket;
}

function lookAtTicket() {
  if (document.hidden) return;
  const ticket = document.getElementById("reply")?.dataset.ticket;
  if (reported && reported !== ticket) reportPresence("left", reported);
  reportPresence("looks");
}

function leaveTicket() {
  if (reported) reportPresence("left", reported);
}

document.addEventListener("input", (event) => {
  if (event.target.id !== "text" || box()?.kind !== "reply" || !event.target.value) return;
  if (Date.now() - typedAt < TYPING_EVERY) return;
  typedAt = Date.now();
  reportPresence("types");
});
document.addEventListener("DOMContentLoaded", () => {
  lookAtTicket();
  setInterval(lookAtTicket, REPORT_EVERY);
});
document.addEventListener("desk:opened", lookAtTicket);
document.addEventListener("visibilitychange", () => (document.hidden ? leaveTicket() : lookAtTicket()));
window.addEventListener("pagehide", leaveTicket);
window.addEventListener("pageshow", (event) => event.persisted && lookAtTicket());
