// Sends without leaving the page, updates the conversation and keeps the newest line in view. Without this script the
// page works with plain forms. It also runs on plain http, so it uses nothing that requires a secure context.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const STALLED_AFTER = 30_000; // ms without a byte in either direction
  const LOOK_AGAIN_AFTER = 10_000; // ms, after the server has ended the stream
  const thread = document.getElementById("thread");
  const form = document.getElementById("write");
  const box = document.getElementById("text");
  const files = document.getElementById("files");
  const problem = document.getElementById("problem");
  const problems = document.getElementById("problems");
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const nothing = () => !box.value.trim() && !files.value;
  const isPost = (event) => event.detail.requestConfig.verb === "post";
  const isStored = (xhr) => xhr.status >= 200 && xhr.status < 300 && xhr.getResponseHeader("Frontdesk-Stored") !== null;

  const show = () => {
    for (const time of thread.querySelectorAll("time")) time.textContent = clock.format(new Date(time.dateTime));
    (thread.querySelector(".typing") ?? document.getElementById("latest"))?.scrollIntoView({ block: "end" });
  };

  // crypto.randomUUID would need a secure context; getRandomValues does not.
  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  const tell = (name) => {
    const known = problems.querySelector(`[data-problem="${name}"], [data-status="${name}"]`);
    problem.textContent = (known ?? problems.querySelector('[data-problem="failed"]')).textContent.trim();
    problem.hidden = false;
  };

  // The event stream. A browser stops reconnecting when a proxy answers with an error: then poll.
  let news;
  const listen = () => {
    news = new EventSource(thread.dataset.events);
    news.addEventListener("changed", () => htmx.trigger(thread, "refresh"));
    news.addEventListener("error", () => {
      if (news.readyState !== EventSource.CLOSED) return;
      setTimeout(() => {
        htmx.trigger(thread, "refresh");
        listen();
      }, LOOK_AGAIN_AFTER);
    });
  };
  listen();
  window.addEventListener("pagehide", () => news.close());
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt !== form) return;
    if (nothing()) {
      event.preventDefault();
      box.focus();
      return;
    }
    const given = [...files.files];
    if (given.length <= Number(files.dataset.most) && given.every((file) => file.size <= Number(files.dataset.bytes))) return;
    event.preventDefault();
    tell("size");
  });

  // A time limit for sending: the browser itself waits for minutes.
  let sent = "";
  document.body.addEventListener("htmx:beforeSend", (event) => {
    if (!isPost(event)) return;
    const { xhr, elt } = event.detail;
    problem.hidden = true;
    if (elt === form) {
      sent = box.value;
      files.disabled = true;
    }
    let timer;
    const moves = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        xhr.isStalled = true;
        xhr.abort();
      }, STALLED_AFTER);
    };
    moves();
    xhr.upload.addEventListener("progress", moves);
    xhr.addEventListener("progress", moves);
    xhr.addEventListener("loadend", () => clearTimeout(timer));
  });

  document.body.addEventListener("htmx:beforeSwap", (event) => {
    // Only our server's rendering of the conversation replaces it, not a proxy's error page.
    if (isPost(event) ? !isStored(event.detail.xhr) : event.detail.xhr.status !== 200) {
      event.detail.shouldSwap = false;
      return;
    }
    // Unchanged contents are not redrawn: a button must not vanish during a tap.
    const mark = thread.querySelector("[data-mark]")?.dataset.mark;
    if (mark && event.detail.serverResponse.includes(`data-mark="${mark}"`)) event.detail.shouldSwap = false;
  });
  document.body.addEventListener("htmx:afterSwap", show);
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (!isPost(event)) return;
    const { xhr, elt } = event.detail;
    if (elt === form) files.disabled = false;
    if (!isStored(xhr)) {
      tell(xhr.isStalled ? "stalled" : xhr.status === 0 ? "offline" : (xhr.getResponseHeader("Frontdesk-Problem") ?? xhr.status));
      return;
    }
    if (elt !== form) return;
    files.value = "";
    if (box.value.startsWith(sent)) box.value = box.value.slice(sent.length); // keep text typed meanwhile
    form.elements.key.value = newKey();
    box.focus();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    if (!nothing()) form.requestSubmit();
  });

  // Embedded in another site's page: that page sets the focus, and is notified of Escape.
  if (window.parent !== window) {
    window.addEventListener("message", (event) => {
      if (event.source === window.parent && event.data === "frontdesk:focus") box.focus();
    });
    window.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) window.parent.postMessage("frontdesk:close", "*");
    });
  }
  show();
});
