// For ten seconds a solved question can be taken back, also beside the next one.
"use strict";

const UNDO = 10_000;  // ms; the contact is asked only then
let undoing = 0;

function offerUndo(number) {
  const form = document.getElementById("undo-form").content.firstElementChild.cloneNode(true);
  const words = form.querySelector(".undo-words");
  form.setAttribute("action", form.getAttribute("action").replace("{}", number));
  words.textContent = words.textContent.replace("{}", number);
  document.getElementById("undo").replaceChildren(form);
  endUndo();
}

function endUndo() {
  clearTimeout(undoing);
  undoing = setTimeout(() => document.getElementById("undo").replaceChildren(), UNDO);
}

document.addEventListener("htmx:beforeOnLoad", (event) => {
  const number = event.detail.xhr.getResponseHeader("Frontdesk-Solved");
  if (number) offerUndo(number);
});
document.addEventListener("submit", async (event) => {
  const form = event.target.closest(".undo");
  if (!form) return;
  event.preventDefault();
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } }).catch(() => null);
  document.getElementById("undo").replaceChildren();
  const target = answer?.headers.get("HX-Redirect");
  if (target) openTicket(target);
  else if (!answer?.headers.has(OURS)) say(sentence({ status: answer?.status ?? 0 }));
  else {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    say(page.querySelector("#says .says span")?.textContent ?? sentence({ status: answer.status }));
  }
});
document.addEventListener("DOMContentLoaded", () => {
  if (document.querySelector("#undo form")) endUndo();
});
