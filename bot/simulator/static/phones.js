// Two phones: they show what the simulators hold, and send what the visitor writes or taps.
// Texts are set as text nodes only; nothing that was written is ever read as HTML.

const MARKS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "code", blockquote: "q",
};
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function link(address, ...children) {
  const safe = /^https?:\/\//i.test(address);
  const made = element(safe ? "a" : "span", "", ...children);
  if (safe) Object.assign(made, { href: address, target: "_blank", rel: "noopener noreferrer" });
  return made;
}

// Offsets of entities count UTF-16 units, as strings do here. Entities may lie within each other.
function richText(text, entities, from = 0, to = text.length) {
  const nodes = [];
  let place = from;
  const inside = entities.filter((entity) => entity.offset >= from && entity.offset + entity.length <= to)
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  for (const [index, entity] of inside.entries()) {
    if (entity.offset < place) continue;
    const end = entity.offset + entity.length;
    nodes.push(text.slice(place, entity.offset));
    const content = richText(text, inside.slice(index + 1), entity.offset, end);
    if (entity.type === "text_link" || (entity.type === "url" && entity.url)) nodes.push(link(entity.url, ...content));
    else if (entity.type === "url") nodes.push(link(text.slice(entity.offset, end), ...content));
    else nodes.push(element(MARKS[entity.type] ?? "span", "", ...content));
    place = end;
  }
  nodes.push(text.slice(place, to));
  return nodes;
}

class Phone {
  constructor(root) {
    this.root = root;
    this.address = `/demo/${root.dataset.platform}`;
    this.talk = root.querySelector(".talk");
    this.list = root.querySelector(".messages");
    this.notice = root.querySelector(".notice");
    this.input = root.querySelector("input");
    this.shown = new Map();
    this.answered = null;
    root.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.write(this.input.value);
      this.input.value = "";
    });
    root.querySelector(".start").addEventListener("click", () => this.send("start"));
    for (const example of root.querySelectorAll(".examples button")) {
      example.addEventListener("click", () => this.write(example.textContent));
    }
  }

  write(text) {
    if (text.trim()) this.send("messages", { text });
  }

  async send(what, body) {
    const answer = await fetch(`${this.address}/${what}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body ?? {}),
    }).catch(() => null);
    if (!answer?.ok) this.say(this.root.dataset.notSent);
  }

  async refresh() {
    const answer = await fetch(`${this.address}/chat`).catch(() => null);
    if (answer?.ok) this.show(await answer.json());
  }

  show(chat) {
    const atEnd = this.talk.scrollHeight - this.talk.scrollTop - this.talk.clientHeight < 80;
    const before = this.shown.size;
    for (const message of chat.messages) {
      const state = JSON.stringify(message);
      const old = this.shown.get(message.id);
      if (old?.state === state) continue;
      const item = this.bubble(message);
      if (old) old.item.replaceWith(item);
      else this.list.append(item);
      this.shown.set(message.id, { state, item });
    }
    this.root.classList.toggle("begun", chat.messages.length > 0);
    if (this.shown.size > before && (atEnd || before === 0 || chat.messages.at(-1).mine)) {
      this.talk.scrollTo({ top: this.talk.scrollHeight });
    }
    if (this.answered !== chat.answered) {
      for (const button of this.list.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
      if (this.answered !== null && chat.notice) this.say(chat.notice);
      this.answered = chat.answered;
    }
  }

  bubble(message) {
    const text = element("p", "text", ...richText(message.text, message.entities));
    for (const kind of message.attachments) text.prepend(element("span", "attachment", kind));
    const sent = new Date(message.sent_at);
    const edited = message.edited ? `${this.root.dataset.edited} ` : "";
    const time = element("time", "", edited + clock.format(sent));
    time.dateTime = message.sent_at;
    const item = element("li", message.mine ? "mine" : "theirs", element("div", "bubble", text, time));
    if (message.reaction) item.append(element("span", "reaction", message.reaction));
    if (message.buttons.length) {
      item.append(element("div", "keyboard", ...message.buttons.map((row) => this.row(message.id, row))));
    }
    return item;
  }

  row(id, buttons) {
    return element("div", "row", ...buttons.map((button) => {
      if (button.kind === "url") return link(button.data, button.label);
      const made = element("button", "", button.label);
      made.type = "button";
      made.addEventListener("click", () => {
        if (button.kind === "callback") made.setAttribute("aria-busy", "true");
        this.send("press", { message_id: id, data: button.data });
      });
      return made;
    }));
  }

  say(words) {
    this.notice.textContent = words;
    this.notice.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.notice.hidden = true; }, 3500);
  }
}

const phones = new Map([...document.querySelectorAll(".phone")].map((root) => [root.dataset.platform, new Phone(root)]));
const seen = {};

const events = new EventSource("/demo/events");
events.addEventListener("message", (event) => {
  for (const [platform, revision] of Object.entries(JSON.parse(event.data))) {
    if (seen[platform] === revision) continue;
    seen[platform] = revision;
    phones.get(platform)?.refresh();
  }
});

const main = document.querySelector("main");
for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    main.dataset.shown = button.dataset.show;
    for (const other of document.querySelectorAll("[data-show]")) other.setAttribute("aria-pressed", other === button);
    const talk = phones.get(button.dataset.show).talk;
    talk.scrollTo({ top: talk.scrollHeight });
  });
}
