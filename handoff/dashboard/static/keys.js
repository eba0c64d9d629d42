// Keys of the desk, by their position on the keyboard (`event.code`), so that they work in every layout. They are off
// while the reader types, within dialogs, and where the reader switched them off.
"use strict";

const KEYS_OFF = "frontdesk-keys-off";
const GO_SECONDS = 1.5;
let going = 0;  // until when a letter after "g" leads to a page

const element = (id) => document.getElementById(id);
const keysAreOn = () => localStorage.getItem(KEYS_OFF) === null;

function isTyping(target) {
  if (target.isContentEditable || target.closest?.("dialog, [role=listbox]")) return true;
  return target.matches?.("textarea, select, input:not([type=checkbox], [type=radio])") ?? false;
}

function press(id) {
  const button = element(id);
  if (!button || button.disabled) return false;
  button.click();
  return true;
}

function stepRow(step) {
  const rows = [...document.querySelectorAll(".row")];
  const here = document.activeElement?.closest?.("li")?.querySelector(".row") ?? document.querySelector(".row[aria-current]");
  const place = rows.indexOf(here);
  const next = rows[place < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, place + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return next !== undefined;
}

function pickRow() {
  const row = document.activeElement?.closest?.("li")?.querySelector(".row-pick");
  row?.click();
  return row !== undefined && row !== null;
}

function write(kind) {
  const area = element("text");
  if (!area) return false;
  chooseMode(kind);
  keepDraft();
  area.focus();
  return true;
}

// Type the "/" that opens the list, at the start of a line.
function typeSlash() {
  const area = element("text");
  if (!area || !write("reply")) return false;
  const start = area.value && !area.value.endsWith("\n") ? "\n/" : "/";
  area.setRangeText(start, area.value.length, area.value.length, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

// Open the menu around a control and focus it.
function openMenu(id) {
  const control = element(id);
  const menu = control?.closest("details");
  if (!control) return false;
  if (menu) menu.open = true;
  (control.matches("details") ? control.querySelector("summary") : control).focus();
  if (control.matches("details")) control.open = true;
  return true;
}

const ACTIONS = {
  KeyJ: () => stepRow(1),
  KeyK: () => stepRow(-1),
  KeyX: pickRow,
  KeyN: () => press("take-next"),
  KeyC: () => press("do-claim"),
  KeyR: () => write("reply"),
  KeyM: () => write("note"),
  Slash: typeSlash,
  KeyE: () => press("do-resolve"),
  KeyA: () => openMenu("assign-to") || openMenu("to"),
  KeyS: () => openMenu("snooze-menu"),
};
const PAGES = {
  KeyI: () => location.assign("/desk"),
  KeyM: () => location.assign("/desk?show=mine"),
  KeyU: () => location.assign("/desk/undelivered"),
  KeyC: () => location.assign("/desk/canned"),
  KeyS: () => element("search").focus(),
};

function showKeys() {
  element("keys-on").checked = keysAreOn();
  element("keys").showModal();
}

document.addEventListener("keydown", (event) => {
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!plain || !keysAreOn() || event.isComposing || event.repeat && !["KeyJ", "KeyK"].includes(event.code)) return;
  if (isTyping(event.target)) return;
  let done = false;
  if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) {
    showKeys();
    done = true;
  } else if (event.shiftKey) return;
  else if (event.code === "KeyG") {
    going = performance.now() + 1000 * GO_SECONDS;
    done = true;
  } else if (performance.now() < going && PAGES[event.code]) {
    going = 0;
    PAGES[event.code]();
    done = true;
  } else done = ACTIONS[event.code]?.() ?? false;
  if (done) event.preventDefault();
});
document.addEventListener("change", (event) => {
  if (event.target.id !== "keys-on") return;
  if (event.target.checked) localStorage.removeItem(KEYS_OFF);
  else localStorage.setItem(KEYS_OFF, "1");
});
document.addEventListener("click", (event) => event.target.closest?.("#show-keys") && showKeys());
