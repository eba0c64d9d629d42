// Keeps the conversation current and the newest line in sight. Without it the page works by plain forms.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const thread = document.getElementById("thread");
  const form = document.getElementById("write");
  const box = document.getElementById("text");
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

  const show = () => {
    for (const time of thread.querySelectorAll("time")) time.textContent = clock.format(new Date(time.dateTime));
    (thread.querySelector(".typing") ?? document.getElementById("latest"))?.scrollIntoView({ block: "end" });
  };
  const news = new EventSource(thread.dataset.events);
  news.addEventListener("changed", () => htmx.trigger(thread, "refresh"));
  window.addEventListener("pagehide", () => news.close());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());

  // What looks the same is not drawn anew: a button must not vanish between a finger's going down and up.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const mark = thread.querySelector("[data-mark]")?.dataset.mark;
    if (mark && event.detail.serverResponse.includes(`data-mark="${mark}"`)) event.detail.shouldSwap = false;
  });
  document.body.addEventListener("htmx:afterSwap", show);
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt !== form || !event.detail.successful) return;
    if (thread.querySelector(".trouble")) return; // what was not taken stays in the box
    form.reset();
    box.value = "";
    form.elements.key.value = crypto.randomUUID();
    box.focus();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    if (box.value.trim() || form.elements.files.value) form.requestSubmit();
  });
  show();
});
