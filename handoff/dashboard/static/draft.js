// The draft of the box: words, mode, key and files belong together. The server keeps them for all tabs and devices of the
// agent; this tab's storage keeps what the server does not have yet, and corrections. A note restored as a reply would go
// to the contact.
"use strict";

const DRAFTS = "frontdesk-draft:";
const SAVE_AFTER = 500;  // ms after the last change
const BROWSER = "frontdesk-browser";  // its name: saves of one browser are ordered by its clock, in whatever order they arrive

let dirty = false;  // changed since it was last saved
let changedAt = 0;
let changed = null;  // its form
let saving = null;
let timer = 0;
let sending = 0;

function boxForm() {
  return document.getElementById("reply") ?? document.getElementById("correction");
}

function draftName(form) {
  const ticket = form.dataset.ticket ?? location.pathname.match(/^\/desk\/tickets\/(\d+)/)?.[1];
  const message = form.dataset.message;
  return `${DRAFTS}${document.body.dataset.agent}:${ticket}${message ? `:${message}` : ""}`;
}

function browserName() {
  if (!localStorage.getItem(BROWSER)) localStorage.setItem(BROWSER, Math.random().toString(36).slice(2).padEnd(8, "0"));
  return localStorage.getItem(BROWSER);
}

// The current content of the box; null on a page without one. A correction has neither mode nor key.
function box() {
  const form = boxForm();
  if (!form) return null;
  const { text, kind, key, version } = form.elements;
  return { text: text.value, kind: kind?.value, key: key?.value, version: version?.value };
}

function chooseMode(kind) {
  const choice = document.getElementById(`mode-${kind}`);
  if (choice) choice.checked = true;
}

function keepDraft() {
  const form = boxForm();
  const draft = box();
  if (!draft) return;
  changedAt = Math.max(Date.now(), changedAt + 1);
  changed = form;
  sessionStorage.setItem(draftName(form), JSON.stringify({ ...draft, changedAt }));
  if (form.id !== "reply") return;
  dirty = true;
  saveLater(SAVE_AFTER);
}

function saveLater(pause) {
  clearTimeout(timer);
  timer = setTimeout(saveDraft, pause);
}

function draftData(form) {
  const { csrf, key, text, kind, version } = form.elements;
  const data = new FormData();
  const age = Math.max(0, Date.now() - changedAt);
  const browser = `${changedAt} ${browserName()}`;
  const values = { csrf: csrf.value, key: key.value, text: text.value, kind: kind.value, version: version.value, age, browser };
  for (const [name, value] of Object.entries(values)) data.set(name, value);
  return data;
}

function draftPath(form, rest = "") {
  return `/desk/tickets/${form.dataset.ticket}/draft${rest}`;
}

async function readDraft(path, options) {
  const answer = await fetch(path, { cache: "no-store", ...options });
  if (answer.status === 401) document.getElementById("signed-out").hidden = false;
  if (!answer.ok || !answer.headers.get(OURS)) throw new Error("not saved");
  return answer.json();
}

// Tell the server what is in the box; while it is being sent, its answer decides first.
async function saveDraft() {
  const form = document.getElementById("reply");
  clearTimeout(timer);
  if (!form?.elements.kind.value || !dirty || saving || sending > 0) return;
  const sent = box();
  let pause = SAVE_AFTER;
  dirty = false;
  saving = readDraft(draftPath(form), { method: "POST", body: draftData(form), keepalive: true });
  try {
    const kept = await saving;
    if (form.isConnected) settleDraft(form, sent, kept);
  } catch {
    dirty = true;  // kept in this tab until then
    pause *= 20;
  } finally {
    saving = null;
  }
  if (dirty) saveLater(pause);
}

async function flushDraft() {
  await saving?.catch(() => null);
  await saveDraft();
}

function settleDraft(form, sent, kept) {
  const accepted = kept.version === "" ? sent.text === "" && sent.kind === "reply" : kept.text === sent.text && kept.mode === sent.kind;
  if (accepted) {
    form.elements.version.value = kept.version;
    if (kept.version) form.elements.key.value = kept.key;
    if (!dirty) sessionStorage.removeItem(draftName(form));
  } else if (!dirty && sending === 0) takeOver(form, kept);
}

// Show what was written last elsewhere.
function takeOver(form, kept) {
  const { text, key, version } = form.elements;
  const before = text.value;
  if (before !== kept.text) {
    text.value = kept.text;
    text.setSelectionRange(kept.text.length, kept.text.length);
  }
  if (kept.version) chooseMode(kept.mode);
  key.value = kept.key;
  version.value = kept.version;
  showFiles(form, kept.files);
  sessionStorage.removeItem(draftName(form));
  const line = document.getElementById("draft-taken");
  line.textContent = before !== kept.text && kept.text ? line.dataset.words : "";
}

// Another page of the agent changed a draft: `name` is "draft-TICKET-VERSION"; without it the kept version is looked up.
async function draftChanged(name) {
  const form = document.getElementById("reply");
  if (!form || dirty || saving || sending > 0) return;
  const [, ticket, version] = name?.split("-") ?? [];
  if (name && (ticket !== form.dataset.ticket || version === form.elements.version.value)) return;
  const before = form.elements.version.value;
  const kept = await readDraft(draftPath(form)).catch(() => null);
  const idle = form.isConnected && !dirty && !saving && sending === 0;
  // What was read before this page's own upload or save would take that back.
  if (kept && idle && form.elements.version.value === before && kept.version !== before) takeOver(form, kept);
}

function restoreDraft() {
  const form = boxForm();
  if (!form) return;
  form.autocomplete = "off";  // the browser would restore words and mode separately
  if (dirty && !changed.isConnected) navigator.sendBeacon(draftPath(changed), draftData(changed));  // another ticket's
  dirty = false;
  const kept = JSON.parse(sessionStorage.getItem(draftName(form)) ?? "null");
  const refused = document.querySelector("#says .says") !== null && form.elements.text.value !== "";
  if (refused) keepDraft();
  else if (kept && form.id === "correction") form.elements.text.value = kept.text || form.elements.text.value;
  else if (kept) {
    changedAt = kept.changedAt;
    changed = form;
    form.elements.text.value = kept.text;
    form.elements.key.value = kept.key;
    form.elements.version.value = kept.version;
    if (kept.kind) chooseMode(kept.kind);
    dirty = true;
    saveDraft();
  }
}

// The page is left: a request that outlives it.
function leaveDraft() {
  const form = document.getElementById("reply");
  if (form && dirty && sending === 0) navigator.sendBeacon(draftPath(form), draftData(form));
}

function forgetDrafts() {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(DRAFTS)) sessionStorage.removeItem(name);
}

// Input made while a message is being sent is copied into the box that comes with the response.
let answered = null;  // the box as it was sent
let typed = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  const { requestConfig, elt } = event.detail;
  if (requestConfig.verb !== "post") return;
  requestConfig.box = box();
  requestConfig.ofBox = elt.closest(".reply") !== null || elt.form?.matches(".reply");
  if (requestConfig.ofBox) sending += 1;
});
document.addEventListener("htmx:beforeSwap", (event) => {
  answered = event.detail.requestConfig.box ?? null;
});
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.id === "reply") typed = box();
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id !== "reply" || !typed || !answered) return;
  const area = document.getElementById("text");
  const fresh = area.value;
  if (!typed.text.startsWith(answered.text)) area.value = typed.text;
  else area.value += typed.text.slice(answered.text.length);
  if (typed.kind !== answered.kind) chooseMode(typed.kind);
  const same = area.value === fresh && typed.kind === answered.kind;
  dirty = false;
  if (same && fresh === "" && typed.kind === "reply") sessionStorage.removeItem(draftName(boxForm()));
  else keepDraft();
  typed = null;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (requestConfig.ofBox) {
    sending = Math.max(0, sending - 1);
    if (dirty) saveDraft();
  }
  if (requestConfig.verb !== "post" || !xhr.getResponseHeader("HX-Redirect")) return;
  if (requestConfig.path === "/desk/logout") forgetDrafts();
  else if (document.getElementById("correction")) sessionStorage.removeItem(draftName(boxForm()));
});

document.addEventListener("input", (event) => {
  if (!event.target.closest?.(".reply") || event.target.type === "file") return;
  document.getElementById("draft-taken")?.replaceChildren();
  keepDraft();
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#correction a.button")) sessionStorage.removeItem(draftName(boxForm()));
});
// The session ends with this request, so the draft is saved before it.
document.addEventListener("htmx:confirm", (event) => {
  if (event.detail.path !== "/desk/logout" || !(dirty || saving)) return;
  event.preventDefault();
  flushDraft().finally(() => event.detail.issueRequest(true));
});
document.addEventListener("visibilitychange", () => (document.hidden ? leaveDraft() : draftChanged()));
window.addEventListener("pagehide", leaveDraft);
window.addEventListener("pageshow", (event) => event.persisted && draftChanged());
window.addEventListener("online", saveDraft);
