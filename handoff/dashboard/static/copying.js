// Buttons that copy a value, for instance a phone number, and say so.
"use strict";

// Only pages of a secure address have the clipboard; elsewhere a field that is selected serves.
async function copyWords(words) {
  if (navigator.clipboard) return navigator.clipboard.writeText(words);
  const field = document.createElement("textarea");
  field.value = words;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("button[data-copy]");
  if (!button) return;
  await copyWords(button.dataset.copy).catch(() => null);
  button.focus();
  const said = button.nextElementSibling;
  said.textContent = button.dataset.done;
  setTimeout(() => said.replaceChildren(), 3000);
});
