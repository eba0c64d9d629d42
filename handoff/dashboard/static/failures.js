// Every failure shows one sentence and keeps the typed text; a response that is not ours (a proxy's error page, the
// sign-in form of a network) is never shown as the desk's.
"use strict";

const STALLED_AFTER = 30_000;  // ms without a byte in either direction
const OURS = "Frontdesk-Answer";

// The sentence of a failure: by its name, otherwise by the status of the response.
function sentence(xhr) {
  const name = xhr.isStalled ? "stalled" : xhr.status === 0 ? "offline" : xhr.status;
  const known = document.querySelector(`#problems [data-problem="${name}"], #problems [data-status="${name}"]`);
  return (known ?? document.querySelector('#problems [data-problem="failed"]')).textContent.trim();
}

function say(words) {
  const says = document.getElementById("says");
  const shown = document.getElementById("problem").content.cloneNode(true);
  shown.querySelector("span").textContent = words;
  says.replaceChildren(shown);
}

function isOurs(xhr) {
  return xhr.getResponseHeader(OURS) !== null;
}

// A browser's own timeout takes minutes.
document.addEventListener("htmx:beforeSend", (event) => {
  const { xhr } = event.detail;
  let timer;
  const moves = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      xhr.isStalled = true;
      xhr.abort();
    }, STALLED_AFTER);
  };
  moves();
  xhr.upload.addEventListener("progress", moves);
  xhr.addEventListener("progress", moves);
  xhr.addEventListener("loadend", () => clearTimeout(timer));
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isOurs(event.detail.xhr)) event.detail.shouldSwap = false;
});

// The signed-out notice stays until a request that was sent later succeeds: earlier ones may still be running.
let signedOutAt = 0;
document.addEventListener("htmx:beforeRequest", (event) => { event.detail.requestConfig.sentAt = performance.now(); });
document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, requestConfig } = event.detail;
  const signedOut = document.getElementById("signed-out");
  const stale = document.getElementById("stale");
  if (xhr.status === 401) {
    signedOutAt = performance.now();
    signedOut.hidden = false;
    stale.hidden = true;
  } else if (isOurs(xhr)) {
    stale.hidden = true;
    if (requestConfig.sentAt > signedOutAt) signedOut.hidden = true;
  } else if (requestConfig.verb === "post") say(sentence(xhr));
  else stale.hidden = false;
});

// Remove a refusal about a ticket's holder or status once that changes.
function ticketState() {
  return document.getElementById("ticket-state")?.dataset.state;
}

function clearIfChanged(before) {
  if (ticketState() !== before) document.getElementById("says").replaceChildren();
}
