// The command palette: every action and page that the current page offers, found by a part of its name.
"use strict";

let offered = [];  // {label, element} of what the palette found
let shown = [];

function labelOf(one) {
  const words = one.getAttribute("aria-label") ?? one.textContent;
  return (words.trim() || one.title).replace(/\s+/g, " ");
}

function collect() {
  const places = ".thread-actions button, #take-next, .reply button, .reply label[for^=mode], #show-keys, .rail a[href], .rail button, .chip";
  const found = new Map();
  for (const one of document.querySelectorAll(places)) {
    const label = labelOf(one);
    if (label && !one.disabled && !one.closest("dialog") && !found.has(label)) found.set(label, one);
  }
  return [...found].map(([label, one]) => ({ label, element: one }));
}

function select(place) {
  const options = [...document.querySelectorAll("#palette-list [role=option]")];
  const at = options.length ? (place + options.length) % options.length : -1;
  options.forEach((option, number) => option.setAttribute("aria-selected", String(number === at)));
  options[at]?.scrollIntoView({ block: "nearest" });
  const field = document.getElementById("palette-search");
  if (at >= 0) field.setAttribute("aria-activedescendant", options[at].id);
  else field.removeAttribute("aria-activedescendant");
}

function selected() {
  return [...document.querySelectorAll("#palette-list [role=option]")].findIndex((one) => one.ariaSelected === "true");
}

function filterPalette() {
  const words = document.getElementById("palette-search").value.toLowerCase().split(/\s+/).filter(Boolean);
  shown = offered.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
  const options = shown.map(({ label }, number) => {
    const option = document.createElement("li");
    option.id = `palette-${number}`;
    option.setAttribute("role", "option");
    option.textContent = label;
    return option;
  });
  document.getElementById("palette-list").replaceChildren(...options);
  document.getElementById("palette-none").hidden = shown.length > 0;
  select(0);
}

function run(number) {
  const chosen = shown[number];
  if (!chosen) return;
  document.getElementById("palette").close();
  chosen.element.click();
}

document.addEventListener("keydown", (event) => {
  const palette = document.getElementById("palette");
  if ((event.ctrlKey || event.metaKey) && event.code === "KeyK" && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    if (palette.open || document.querySelector("dialog[open]")) return;
    offered = collect();
    document.getElementById("palette-search").value = "";
    palette.showModal();
    filterPalette();
    return;
  }
  if (!palette.open) return;
  if (event.code === "ArrowDown") select(selected() + 1);
  else if (event.code === "ArrowUp") select(selected() - 1);
  else if (event.key === "Enter") run(selected());
  else return;
  event.preventDefault();
});
document.addEventListener("input", (event) => event.target.id === "palette-search" && filterPalette());
document.addEventListener("click", (event) => {
  const option = event.target.closest?.("#palette-list [role=option]");
  if (option) run([...option.parentElement.children].indexOf(option));
  else if (event.target.matches?.("dialog.palette, dialog.keys")) event.target.close();  // its backdrop
});
