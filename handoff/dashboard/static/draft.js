// The draft of the box: words, mode and key belong together and stay in this tab until they are sent or the agent
// signs out. A note restored as a reply would go to the contact.
"use strict";

const DRAFTS = "frontdesk-draft:";
const ticket = location.pathname.match(/^\/desk\/tickets\/(\d+)/)?.[1];

function draftName() {
  const message = document.getElementById("correction")?.dataset.message;
  return `${DRAFTS}${document.body.dataset.agent}:${ticket}${message ? `:${message}` : ""}`;
}

// The current content of the box; null on a page without one. A correction has neither mode nor key.
function box() {
  const form = document.getElementById("reply") ?? document.getElementById("correction");
  if (!form) return null;
  const { text, kind, key } = form.elements;
  return { text: text.value, kind: kind?.value, key: key?.value };
}

function chooseMode(kind) {
  const choice = document.getElementById(`mode-${kind}`);
  if (choice) choice.checked = true;
}

function keepDraft() {
  const draft = box();
  if (!draft) return;
  const nothing = draft.text === "" && draft.kind === "reply";
  if (nothing) sessionStorage.removeItem(draftName());
  else sessionStorage.setItem(draftName(), JSON.stringify(draft));
}

function restoreDraft() {
  const shown = box();
  if (!shown) return;
  const form = document.getElementById("reply") ?? document.getElementById("correction");
  form.autocomplete = "off";  // the browser would restore words and mode separately
  const kept = JSON.parse(sessionStorage.getItem(draftName()) ?? "null");
  const refused = document.querySelector("#says .says") !== null && shown.text !== "";
  if (kept && !refused) {
    if (kept.text || form.id === "reply") form.elements.text.value = kept.text;
    if (kept.key && kept.text) form.elements.key.value = kept.key;
    if (kept.kind) chooseMode(kept.kind);
  }
  keepDraft();
}

function forgetDrafts() {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(DRAFTS)) sessionStorage.removeItem(name);
}

// Input made while a message is being sent is copied into the box that comes with the response.
let answered = null;  // the box as it was sent, and whether the answer is a refusal
let typed = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb === "post") event.detail.requestConfig.box = box();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, xhr } = event.detail;
  answered = { box: requestConfig.box ?? null, refused: xhr.status >= 400 };
});
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.id === "reply") typed = { ...box(), files: document.getElementById("files") };
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id !== "reply" || !typed || !answered?.box) return;
  const area = document.getElementById("text");
  if (!typed.text.startsWith(answered.box.text)) area.value = typed.text;
  else area.value += typed.text.slice(answered.box.text.length);
  if (typed.kind !== answered.box.kind) chooseMode(typed.kind);
  if (answered.refused) document.getElementById("files").replaceWith(typed.files);
  typed = null;
  keepDraft();
});

document.addEventListener("input", (event) => event.target.closest?.(".reply") && keepDraft());
document.addEventListener("change", (event) => event.target.closest?.(".reply") && keepDraft());
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#correction a.button")) sessionStorage.removeItem(draftName());
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (requestConfig.verb !== "post" || !xhr.getResponseHeader("HX-Redirect")) return;
  if (requestConfig.path === "/desk/logout") forgetDrafts();
  else if (document.getElementById("correction")) sessionStorage.removeItem(draftName());
});
