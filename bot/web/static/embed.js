// <script src="https://…/help/embed.js"></script> anywhere on a page embeds the chat there. The page's own styles and
// scripts do not affect the button: it is a custom element in the browser's top layer.
"use strict";

(() => {
  const NAME = "frontdesk-chat";
  // Filled in by the server: the origins that may embed the chat.
  const SITES = [];
  const own = document.currentScript ?? document.querySelector('script[src*="/help/embed.js"]');
  if (!own || customElements.get(NAME)) return;
  if (!SITES.includes(location.origin)) {
    console.info(`Frontdesk: ${location.origin} is not among the sites that may show the chat (FRONTDESK_EMBED_SITES).`);
    return;
  }
  const origin = new URL(own.src, location.href).origin;
  const language = (own.dataset.lang || document.documentElement.lang || "").slice(0, 2).toLowerCase();
  const words = { ru: ["Написать нам", "Закрыть"], hu: ["Írjon nekünk", "Bezárás"] }[language] || ["Write to us", "Close"];

  // Important rules of :host override important rules of the page.
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host {
      all: initial !important; direction: ltr !important; display: block !important; position: fixed !important;
      inset: auto 16px 16px auto !important; z-index: 2147483647 !important; width: max-content !important;
      max-width: calc(100vw - 32px) !important; text-align: right !important; color-scheme: light dark !important;
      font: 15px/1.25 system-ui, sans-serif !important;
    }
    button { min-height: 44px; padding: 8px 16px; border: 0; border-radius: 22px; background: #0f766e; color: #fff; font: inherit; font-weight: 600; cursor: pointer; box-shadow: 0 4px 16px rgb(31 35 40 / 24%); }
    button:focus-visible { outline: 2px solid #0f766e; outline-offset: 2px; }
    iframe { display: block; box-sizing: border-box; width: min(380px, calc(100vw - 32px)); height: min(600px, calc(100vh - 92px)); margin-bottom: 8px; border: 1px solid #e6e2da; border-radius: 10px; background: #faf9f6; box-shadow: 0 4px 16px rgb(31 35 40 / 24%); color-scheme: light dark; }
    [hidden] { display: none; }
    @supports (height: 1dvh) { iframe { height: min(600px, calc(100dvh - 92px)); } }
    @media (prefers-color-scheme: dark) {
      iframe { border-color: #3a3d41; background: #1b1d1f; }
      button { background: #2dd4bf; color: #06302b; }
      button:focus-visible { outline-color: #2dd4bf; }
    }
    @media print { :host { display: none !important; } }
  `);

  // The root's zoom applies to the top layer too, regardless of :host; browsers that do not report it keep it.
  const fit = new CSSStyleSheet();
  const undoZoom = () => {
    const zoom = document.documentElement.currentCSSZoom || 1;
    fit.replaceSync(zoom === 1 ? "" : `:host { zoom: ${1 / zoom} !important; }`);
  };

  // The open state survives the page; a browser may deny the site its storage.
  const remember = (isOpen) => {
    try {
      if (isOpen) sessionStorage.setItem(NAME, "open");
      else sessionStorage.removeItem(NAME);
    } catch { /* it starts closed */ }
  };
  const wasOpen = () => {
    try {
      return sessionStorage.getItem(NAME) === "open";
    } catch {
      return false;
    }
  };

  class FrontdeskChat extends HTMLElement {
    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [style, fit];
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.frame.id = "chat";
      this.frame.title = words[0];
      this.frame.addEventListener("load", () => {
        if (!this.frame.src) return; // the initial empty page of a frame
        this.isLoaded = true;
        if (this.wantsFocus) this.focusInside();
      });
      this.button = document.createElement("button");
      this.button.type = "button";
      this.button.setAttribute("aria-controls", "chat");
      this.button.addEventListener("click", () => (this.frame.hidden ? this.open(true) : this.close()));
      this.label();
      root.append(this.frame, this.button);
      root.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || this.frame.hidden) return;
        event.stopPropagation();
        this.close();
      });
      window.addEventListener("message", (event) => {
        if (event.source === this.frame.contentWindow && event.origin === origin && event.data === "frontdesk:close") this.close();
      });
    }

    label() {
      this.button.textContent = words[this.frame.hidden ? 0 : 1];
      this.button.setAttribute("aria-expanded", String(!this.frame.hidden));
    }

    open(byHand) {
      if (!this.frame.src) this.frame.src = `${origin}/help/chat?embedded=true${language ? `&lang=${language}` : ""}`;
      this.frame.hidden = false;
      this.label();
      remember(true);
      this.wantsFocus = byHand;
      if (byHand && this.isLoaded) this.focusInside();
    }

    close() {
      const focused = this.shadowRoot.activeElement !== null;
      this.frame.hidden = true;
      this.wantsFocus = false;
      this.label();
      remember(false);
      if (focused) this.button.focus();
    }

    focusInside() {
      this.wantsFocus = false;
      this.frame.focus();
      this.frame.contentWindow.postMessage("frontdesk:focus", origin);
    }
  }
  customElements.define(NAME, FrontdeskChat);

  const show = () => {
    const chat = document.createElement(NAME);
    document.documentElement.append(chat); // not into the body, which some pages replace
    // This element is visible even on a page whose elements, including the root, are all hidden.
    const isHidden = [document.documentElement, document.body].every((node) => node && getComputedStyle(node).display === "none");
    if (isHidden) document.documentElement.style.setProperty("display", "block", "important");
    undoZoom();
    window.addEventListener("resize", undoZoom);
    // The top layer is not affected by transforms, filters and clips of surrounding elements.
    if (chat.showPopover) {
      chat.popover = "manual";
      chat.showPopover();
    }
    if (wasOpen()) chat.open(false);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show);
  else show();
})();
