// "@" in a note suggests colleagues: what is typed after it searches their names, the arrows choose, Enter inserts,
// Escape closes. Without this script the name is typed.
"use strict";

let mentionAt = null;  // where the "@" of the open list stands
let mentionClosed = null;  // an "@" whose list was closed

const mentionList = () => document.getElementById("mention-options");
const mentionShown = () => [...mentionList().querySelectorAll("[role=option]:not([hidden])")];

// The "@" before the caret and the words after it.
function mentionBefore(text) {
  if (text.selectionStart !== text.selectionEnd) return null;
  const found = /(^|[^\p{L}\p{N}_.@/])@([^@\n]{0,40})$/u.exec(text.value.slice(0, text.selectionStart));
  return found && { start: found.index + found[1].length, words: found[2].toLowerCase() };
}

function pickMention(option) {
  const text = document.getElementById("text");
  for (const one of mentionList().children) one.setAttribute("aria-selected", String(one === option));
  if (option) text.setAttribute("aria-activedescendant", option.id);
  else text.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function closeMentions() {
  mentionAt = null;
  if (!mentionList()) return;
  mentionList().hidden = true;
  pickMention(null);
}

function suggestMentions(text) {
  const found = document.getElementById("mode-note")?.checked ? mentionBefore(text) : null;
  if (found?.start !== mentionClosed) mentionClosed = null;
  if (!found || mentionClosed !== null) return closeMentions();
  for (const option of mentionList().children) {
    const name = option.dataset.name.toLowerCase();
    option.hidden = !(name.startsWith(found.words) || name.includes(` ${found.words}`));
  }
  const options = mentionShown();
  if (!options.length) return closeMentions();
  mentionAt = found.start;
  mentionList().hidden = false;
  pickMention(options[0]);
}

function insertMention(option) {
  const text = document.getElementById("text");
  const words = `@${option.dataset.name} `;
  const at = mentionAt;
  closeMentions();
  replaceWords(text, at, text.selectionStart, words, [words.length, words.length]);
  closeMentions();
}

document.addEventListener("input", (event) => event.target.id === "text" && mentionList() && suggestMentions(event.target));
document.addEventListener("keydown", (event) => {
  if (mentionAt === null || event.target.id !== "text" || event.isComposing || event.ctrlKey || event.metaKey) return;
  const options = mentionShown();
  const place = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") pickMention(options[(place + 1) % options.length]);
  else if (event.key === "ArrowUp") pickMention(options.at(place - 1));
  else if (event.key === "Enter" || event.key === "Tab") insertMention(options[place]);
  else if (event.key === "Escape") {
    mentionClosed = mentionAt;
    closeMentions();
  } else return;
  event.preventDefault();
});
document.addEventListener("mousedown", (event) => event.target.closest?.("#mention-options") && event.preventDefault());
document.addEventListener("click", (event) => {
  const option = event.target.closest?.("#mention-options [role=option]");
  if (option) insertMention(option);
  else if (mentionAt !== null && event.target.id !== "text") closeMentions();
});
document.addEventListener("desk:opened", () => { mentionAt = mentionClosed = null; });
