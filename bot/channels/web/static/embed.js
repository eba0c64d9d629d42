// One line on any page, <script src="https://…/help/embed.js" defer></script>, brings the chat there.
"use strict";

(() => {
  const own = document.currentScript;
  const origin = new URL(own.src).origin;
  const language = (own.dataset.lang || document.documentElement.lang || "").slice(0, 2);
  const words = { ru: ["Написать нам", "Закрыть"], hu: ["Írjon nekünk", "Bezárás"] }[language] || ["Write to us", "Close"];
  const root = document.createElement("div").attachShadow({ mode: "open" });
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { position: fixed; inset: auto 16px 16px auto; z-index: 2147483000; font: 15px/1.25 system-ui, sans-serif; }
    button { min-height: 44px; padding: 8px 16px; border: 0; border-radius: 22px; background: #0f766e; color: #fff; font: inherit; font-weight: 600; cursor: pointer; box-shadow: 0 4px 16px rgb(31 35 40 / 24%); }
    button:focus-visible { outline: 2px solid #0f766e; outline-offset: 2px; }
    iframe { display: block; width: min(380px, calc(100vw - 32px)); height: min(600px, calc(100vh - 96px)); margin-bottom: 8px; border: 1px solid #e6e2da; border-radius: 10px; background: #faf9f6; box-shadow: 0 4px 16px rgb(31 35 40 / 24%); }
    iframe[hidden] { display: none; }
    div { text-align: right; }
  `);
  root.adoptedStyleSheets = [style];
  const box = document.createElement("div");
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = words[0];
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words[0];
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    if (!frame.src) frame.src = `${origin}/help/chat?embedded=true${language ? `&lang=${language}` : ""}`;
    frame.hidden = !frame.hidden;
    button.textContent = words[frame.hidden ? 0 : 1];
    button.setAttribute("aria-expanded", String(!frame.hidden));
  });
  box.append(frame, button);
  root.append(box);
  document.body.append(root.host);
})();
