// Pictures of a thread open over the page: Escape or a click beside closes, the arrows show the others.
"use strict";

let shownPicture = null;  // the link that was opened

function showPicture(link) {
  const dialog = document.getElementById("picture");
  const image = dialog.querySelector("img");
  shownPicture = link;
  image.src = link.href;
  image.alt = link.querySelector("img").alt;
  dialog.querySelector(".picture-save").href = link.href;
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const dialog = document.getElementById("picture");
  if (event.target === dialog) dialog.close();
  const link = event.target.closest?.("a[data-picture]");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!link || !plain) return;
  event.preventDefault();
  showPicture(link);
});
document.addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || !document.getElementById("picture")?.open) return;
  const links = [...document.querySelectorAll("#lines a[data-picture]")];
  const next = links[links.indexOf(shownPicture) + step];
  if (next) showPicture(next);
});
