// Selecting several rows: check boxes appear beside the pointer and the focus; on touch, by the button "Select".
"use strict";

const picks = () => [...document.querySelectorAll(".row-pick")];

function countPicked() {
  const count = picks().filter((pick) => pick.checked).length;
  document.getElementById("bulk-count").textContent = count > 0 ? count : "";
}

function setSelecting(on) {
  document.querySelector(".queue").classList.toggle("is-selecting", on);
  document.getElementById("select-rows").setAttribute("aria-pressed", String(on));
}

function selectNone() {
  for (const pick of picks()) pick.checked = false;
  setSelecting(false);
  countPicked();
}

let lastPick = null;
document.addEventListener("click", (event) => {
  if (event.target.closest?.("#select-rows")) setSelecting(event.target.closest("#select-rows").ariaPressed !== "true");
  const pick = event.target.closest?.(".row-pick");
  if (!pick) return;
  const all = picks();
  const [from, to] = [all.indexOf(lastPick), all.indexOf(pick)].sort((one, other) => one - other);
  if (event.shiftKey && from >= 0) for (const between of all.slice(from, to + 1)) between.checked = pick.checked;
  lastPick = pick;
  countPicked();
});
// While rows are being selected by touch, the whole row is the target.
document.addEventListener("click", (event) => {
  const row = event.target.closest?.(".is-selecting .row");
  if (!row) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  row.closest("li").querySelector(".row-pick").click();
}, true);
document.addEventListener("change", (event) => event.target.matches?.(".row-pick") && countPicked());
document.addEventListener("reset", (event) => event.target.id === "bulk" && setTimeout(selectNone));
document.addEventListener("htmx:afterRequest", (event) => {
  const { requestConfig, xhr } = event.detail;
  if (requestConfig.path.startsWith("/desk/bulk") && xhr.status === 200) selectNone();
  else countPicked();
});
