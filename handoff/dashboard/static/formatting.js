// The toolbar above the reply box writes Markdown around what is selected; Ctrl+B and Ctrl+I do the same. The preview
// shows what the contact would get, and follows what is typed while it is open.
"use strict";

const PREVIEW_AFTER = 400;  // ms after the last change
const MARKS = { bold: "**", italic: "_", code: "`" };
let previewTimer = 0;
let previewAsked = 0;

// Replace a range so that the browser's undo knows it, and select what `selection` names within the new words.
function replaceWords(area, from, to, words, [start, end]) {
  area.focus();
  area.setSelectionRange(from, to);
  const command = words ? "insertText" : "delete";
  if (!document.execCommand(command, false, words)) {
    area.setRangeText(words, from, to, "end");
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  area.setSelectionRange(from + start, from + end);
}

// The selection without the white space at its edges: a mark before a space formats nothing.
function selectedRange({ value, selectionStart, selectionEnd }) {
  const words = value.slice(selectionStart, selectionEnd);
  const lead = words.length - words.trimStart().length;
  if (words.trim() === "") return [selectionStart, selectionEnd];
  return [selectionStart + lead, selectionStart + lead + words.trim().length];
}

function toggleMark(area, mark) {
  const [from, to] = selectedRange(area);
  const words = area.value.slice(from, to);
  const size = mark.length;
  const around = area.value.slice(from - size, from) === mark && area.value.slice(to, to + size) === mark;
  const within = words.length >= 2 * size && words.startsWith(mark) && words.endsWith(mark);
  if (from >= size && around) replaceWords(area, from - size, to + size, words, [0, words.length]);
  else if (within) replaceWords(area, from, to, words.slice(size, -size), [0, words.length - 2 * size]);
  else replaceWords(area, from, to, mark + words + mark, [size, size + words.length]);
}

function writeCode(area) {
  const [from, to] = selectedRange(area);
  const words = area.value.slice(from, to);
  if (!words.includes("\n")) return toggleMark(area, MARKS.code);
  replaceWords(area, from, to, `\`\`\`\n${words}\n\`\`\``, [4, 4 + words.length]);
}

function writeLink(area) {
  const [from, to] = selectedRange(area);
  const words = area.value.slice(from, to);
  const address = /^https?:\/\/\S+$/i.test(words);
  const [label, url] = address ? ["", words] : [words, "https://"];
  const selection = address || !label ? [1, 1 + label.length] : [label.length + 3, label.length + 3 + url.length];
  replaceWords(area, from, to, `[${label}](${url})`, selection);
}

function toggleList(area) {
  const from = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const next = area.value.indexOf("\n", Math.max(from, area.selectionEnd - (area.selectionEnd > area.selectionStart)));
  const to = next < 0 ? area.value.length : next;
  const lines = area.value.slice(from, to).split("\n");
  const listed = lines.every((line) => line.startsWith("- ") || !line.trim()) && lines.some((line) => line.trim());
  const fresh = lines.map((line) => (listed ? line.replace(/^- /, "") : line.trim() || lines.length === 1 ? `- ${line}` : line));
  const words = fresh.join("\n");
  replaceWords(area, from, to, words, lines.length > 1 ? [0, words.length] : [words.length, words.length]);
}

const FORMATS = {
  bold: (area) => toggleMark(area, MARKS.bold),
  italic: (area) => toggleMark(area, MARKS.italic),
  code: writeCode,
  link: writeLink,
  list: toggleList,
};

function formattedArea() {
  return document.querySelector("#corrected, #text");
}

async function fetchPreview() {
  const button = document.getElementById("show-preview");
  const form = button?.form;
  if (button?.getAttribute("aria-expanded") !== "true") return;
  const asked = (previewAsked += 1);
  const data = new FormData();
  for (const name of ["csrf", "text", "key", "corrects"]) if (form.elements[name]) data.set(name, form.elements[name].value);
  data.set("kind", "reply");
  const options = { method: "POST", body: data, headers: { "HX-Request": "true" } };
  const answer = await fetch(button.formAction, options).catch(() => null);
  if (answer?.status === 401) document.getElementById("signed-out").hidden = false;
  const html = answer?.headers.get(OURS) ? await answer.text() : null;
  const still = button.isConnected && button.getAttribute("aria-expanded") === "true" && asked === previewAsked;
  if (html !== null && still) document.getElementById("preview").innerHTML = html;
  else if (html === null && still) say(sentence({ status: answer?.status ?? 0 }));
}

function togglePreview(button) {
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  if (open) fetchPreview();
  else document.getElementById("preview").replaceChildren();
}

// The pointer leaves the focus and the selection in the text.
document.addEventListener("pointerdown", (event) => event.target.closest?.(".format") && event.preventDefault());
document.addEventListener("mousedown", (event) => event.target.closest?.(".format") && event.preventDefault());
document.addEventListener("click", (event) => {
  const tool = event.target.closest?.(".format");
  const button = event.target.closest?.("#show-preview");
  if (tool) FORMATS[tool.dataset.format](formattedArea());
  if (!button) return;
  event.preventDefault();
  togglePreview(button);
});
document.addEventListener("keydown", (event) => {
  const tool = event.target.closest?.(".format");
  if (tool) {
    const tools = [...tool.parentElement.children];
    const place = tools.indexOf(tool);
    const places = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: -1 };
    if (!(event.key in places)) return;
    event.preventDefault();
    const next = tools.at(places[event.key] % tools.length);
    for (const one of tools) one.tabIndex = one === next ? 0 : -1;
    next.focus();
    return;
  }
  const format = { KeyB: "bold", KeyI: "italic" }[event.code];
  const plain = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (!format || !plain || event.target !== formattedArea() || event.isComposing) return;
  event.preventDefault();
  if (!document.getElementById("mode-note")?.checked) FORMATS[format](event.target);
});
document.addEventListener("input", (event) => {
  if (event.target !== formattedArea()) return;
  clearTimeout(previewTimer);
  previewTimer = setTimeout(fetchPreview, PREVIEW_AFTER);
});
