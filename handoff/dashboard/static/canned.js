// Canned responses: "/" at the start of a line, or the button in the bar, opens the list; the arrows choose, Enter
// inserts at the caret, Escape closes. Without this script the list's buttons submit the form.
"use strict";

let slash = null;  // where the "/" of an open list stands in the text; null if the button opened it
let dismissed = null;  // a "/" whose list was closed
let chosen = null;  // the option that Enter inserts

const cannedPanel = () => document.getElementById("canned");
const area = () => document.getElementById("text");
const shownOptions = () => [...document.querySelectorAll("#canned-options > [role=option]:not([hidden])")];

// The "/" before the caret, if nothing else precedes it on its line, and the words after it.
function slashBefore(text) {
  if (text.selectionStart !== text.selectionEnd) return null;
  const before = text.value.slice(0, text.selectionStart);
  const start = before.lastIndexOf("\n") + 1;
  const found = /^\/([^/\n]{0,40})$/.exec(before.slice(start));
  return found && { start, words: found[1] };
}

function choose(option) {
  chosen?.setAttribute("aria-selected", "false");
  chosen = option ?? null;
  for (const field of [area(), document.getElementById("canned-search")]) {
    if (chosen) field?.setAttribute("aria-activedescendant", chosen.id);
    else field?.removeAttribute("aria-activedescendant");
  }
  chosen?.setAttribute("aria-selected", "true");
  chosen?.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const options = shownOptions();
  if (!options.length) return;
  const place = options.indexOf(chosen);
  choose(options[(place + step + options.length) % options.length]);
}

// Show the options that have all the words, in the chosen folder; whether there are any.
function filterCanned(words) {
  const folder = document.querySelector(".canned-folders [aria-pressed=true]")?.dataset.folder ?? "";
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  for (const option of document.querySelectorAll("#canned-options > [role=option]")) {
    const fits = wanted.every((word) => option.dataset.search.includes(word));
    option.hidden = !fits || (folder !== "" && option.dataset.folder !== folder);
  }
  const options = shownOptions();
  document.getElementById("canned-none").hidden = options.length > 0;
  choose(options[0]);
  return options.length > 0;
}

// A reply box that comes with a response has no list of its own: it keeps the one of the box before it.
let keptList = null;
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.id === "reply") keptList = document.getElementById("canned-list");
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target.id !== "reply") return;
  const list = document.getElementById("canned-list");
  if (list && keptList && !list.children.length) list.replaceWith(keptList);
  keptList = null;
});

// What only this script can serve; after a "/" the words behind it are the search.
function showControls() {
  for (const control of cannedPanel().querySelectorAll("[data-script]")) control.hidden = false;
  document.getElementById("canned-search").hidden = slash !== null;
}

async function loadCanned() {
  const panel = cannedPanel();
  try {
    const answer = await fetch(panel.dataset.list, { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.headers.get("Frontdesk-Answer") === null) return;  // the page's own list stays
    const html = await answer.text();
    if (!panel.isConnected) return;
    document.getElementById("canned-list").innerHTML = html;
    panel.dataset.loaded = "";
    if (!panel.open) return;
    showControls();
    refilter();
  } catch { /* offline: the page's own list stays */ }
}

function refilter() {
  const found = slash === null ? null : slashBefore(area());
  const any = filterCanned(slash === null ? document.getElementById("canned-search").value : found?.words ?? "");
  if (slash !== null && !any && "loaded" in cannedPanel().dataset) closeCanned();  // "/usr/bin" is no search
}

function openCanned(at) {
  slash = at;
  if (cannedPanel().open) return refilter();
  cannedPanel().open = true;  // its event does the rest
}

function closeCanned() {
  if (cannedPanel()?.open) cannedPanel().open = false;
}

// Count the use; the server puts the files of the response into the draft, like uploads.
function useCanned(option) {
  const form = document.getElementById("reply");
  const token = JSON.parse(document.body.getAttribute("hx-headers"));
  const body = new FormData();
  body.set("key", form.elements.key.value);
  const options = { method: "POST", headers: token, body, keepalive: true };
  if (!option.dataset.files) return void fetch(option.dataset.use, options).catch(() => {});
  uploads += 1;
  uploading = uploading.then(async () => {
    await flushDraft().catch(() => null);  // the words first: the draft's versions follow each other
    body.set("key", form.elements.key.value);
    const answer = await fetch(option.dataset.use, options).catch(() => null);
    uploads -= 1;
    takeFiles(form, answer?.headers.get(OURS) === "draft" ? await answer.json() : null, { status: answer?.status ?? 0 });
  });
}

function insertCanned(option) {
  const text = area();
  const words = option.dataset.text;
  const from = slash ?? text.selectionStart;
  const to = slash === null ? text.selectionEnd : text.selectionStart;
  closeCanned();
  text.focus();
  text.setSelectionRange(from, to);
  // Chromium's and Safari's undo knows only what `insertText` writes.
  if (!document.execCommand("insertText", false, words)) {
    text.setRangeText(words, from, to, "end");
    text.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  const gap = /\{[\p{L}_][\p{L}\p{N}_]*\}/u.exec(words);  // a placeholder without a value
  if (gap) text.setSelectionRange(from + gap.index, from + gap.index + gap[0].length);
  useCanned(option);
}

document.addEventListener("input", (event) => {
  if (event.target.id === "canned-search") refilter();
  if (event.target.id !== "text" || !cannedPanel()) return;
  const found = document.getElementById("mode-reply")?.checked ? slashBefore(event.target) : null;
  if (found === null || found.start !== dismissed) dismissed = null;
  if (found && dismissed === null) openCanned(found.start);
  else if (slash !== null) closeCanned();
});

document.addEventListener("toggle", (event) => {
  if (event.target !== cannedPanel()) return;
  if (!event.target.open) {
    if (slash !== null) dismissed = slashBefore(area())?.start ?? null;
    slash = null;
    choose(null);
    return;
  }
  showControls();
  const search = document.getElementById("canned-search");
  search.value = "";
  filterCanned(slash === null ? "" : slashBefore(area())?.words ?? "");
  if (slash === null) search.focus();
  loadCanned();
}, true);

document.addEventListener("keydown", (event) => {
  const panel = cannedPanel();
  if (!panel?.open || event.isComposing) return;
  const inText = event.target.id === "text" && slash !== null;
  if (event.key === "Escape" && (inText || panel.contains(event.target))) {
    event.preventDefault();
    const back = !inText;
    closeCanned();
    if (back) area().focus();
  } else if (inText || event.target.id === "canned-search") {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) chosen?.click();
    else return;
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  const panel = cannedPanel();
  if (!panel) return;
  const option = event.target.closest?.("#canned-options > [role=option]");
  const folder = event.target.closest?.(".canned-folders [data-folder]");
  if (option?.dataset.text !== undefined) {
    event.preventDefault();
    insertCanned(option);
  } else if (folder) {
    for (const other of panel.querySelectorAll("[data-folder][aria-pressed]")) {
      other.setAttribute("aria-pressed", String(other === folder));
    }
    refilter();
  } else if (panel.open && !panel.contains(event.target) && event.target.id !== "text") closeCanned();
});
document.addEventListener("desk:opened", () => { slash = dismissed = chosen = null; });
