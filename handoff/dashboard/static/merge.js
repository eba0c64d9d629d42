// A live update replaces only changed nodes: the selection, the focus, an open menu and a pressed element stay, and
// nothing moves under the pointer or the text being read.
"use strict";

const KEPT = new Set(["open"]);  // attributes that the reader changes

function sameKind(old, fresh) {
  return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName && (old.id ?? "") === (fresh.id ?? "");
}

function mergeNode(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  if (old.matches("time[data-clock], time[data-date]") && old.dateTime === fresh.dateTime) return;  // in the reader's zone
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !KEPT.has(name)) old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes]) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  mergeChildren(old, fresh);
}

// Key of a child among its siblings: its own id, or that of its content.
function nameOf(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.id || node.querySelector(":scope > [id]")?.id || "" : "";
}

function mergeChildren(parent, source) {
  const named = new Map();
  for (const child of parent.childNodes) if (nameOf(child)) named.set(nameOf(child), child);
  const wanted = new Set([...source.childNodes].map(nameOf));
  let next = parent.firstChild;
  for (const fresh of [...source.childNodes]) {
    const name = nameOf(fresh);
    let old = name ? named.get(name) : next;
    if (!name) while (old && nameOf(old)) old = old.nextSibling;
    if (!old || !sameKind(old, fresh)) {
      parent.insertBefore(fresh, next);
      continue;
    }
    // Moving a node would end the selection in it, so the nodes before it are removed instead.
    while (name && next !== old && next && !(nameOf(next) && wanted.has(nameOf(next)))) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
    if (old === next) next = next.nextSibling;
    else parent.insertBefore(old, next);
    mergeNode(old, fresh);
    if (name) named.delete(name);
  }
  while (next) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

let mouse = null;
document.addEventListener("pointermove", (event) => { mouse = event.pointerType === "mouse" ? event : null; });
document.documentElement.addEventListener("pointerleave", () => { mouse = null; });

// The element under the pointer, also after scrolling.
function pointed() {
  return mouse && document.elementFromPoint(mouse.clientX, mouse.clientY);
}

function selectedIn(place) {
  const chosen = getSelection();
  return chosen && !chosen.isCollapsed && place.contains(chosen.anchorNode) ? chosen.anchorNode.parentElement : null;
}

// The element that must not move in a scrolling area: the selected or hovered one, otherwise the one being read.
function anchorIn(place) {
  const held = selectedIn(place) ?? pointed()?.closest("a, button, summary, input");
  if (held && place.contains(held)) return held;
  if (Math.abs(place.scrollTop) < 4) return null;
  const top = place.getBoundingClientRect().top;
  return [...place.querySelectorAll("li")].find((line) => line.getBoundingClientRect().bottom > top) ?? null;
}

function mergeInto(target, fragment) {
  const place = target.closest(".lines-place, .queue-live, .contact");
  const anchor = place && anchorIn(place);
  const before = anchor?.getBoundingClientRect().top;
  mergeChildren(target, fragment);
  localise(target);
  if (anchor?.isConnected) place.scrollTop += anchor.getBoundingClientRect().top - before;
}

// Whether new rows would be inserted above the one under the pointer, so that a click would hit another question.
function movesPointed(list, fragment) {
  const row = pointed()?.closest(".row");
  if (!row || !list.contains(row)) return false;
  const ids = (root) => [...root.querySelectorAll(".row")].map((one) => one.id);
  const old = ids(list);
  const upTo = old.indexOf(row.id) + 1;
  const fresh = ids(fragment);
  return old.slice(0, upTo).join() !== fresh.slice(0, upTo).join();
}

htmx.defineExtension("merge", {
  handleSwap: (style, target, fragment) => {
    if (style !== "merge") return false;
    mergeInto(target, fragment);
    return [target];
  },
});
