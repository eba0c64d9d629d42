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
  if (old.matches("time[data-clock], time[data-date], time[data-moment]") && old.dateTime === fresh.dateTime) return;  // in the reader's zone
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

// The focused element is gone: focus the row in its place, or the first control of the same area.
function refocus(area, rowNumber) {
  const rows = document.querySelectorAll(".row");
  const next = rowNumber >= 0 ? rows[Math.min(rowNumber, rows.length - 1)] : null;
  const controls = [...area.querySelectorAll("button, a[href], summary, [tabindex]")].filter((one) => one.offsetParent);
  (next ?? controls.find((one) => !one.matches(".back")) ?? document.querySelector(".lines-place"))?.focus({ preventScroll: true });
}

// Number of a line, or of the first line in a fold.
function lineNumber(item) {
  return Number(item.id.match(/^(?:line|fold)-(\d+)$/)?.[1] ?? NaN);
}

// A live update has the latest page of a thread only: put the earlier lines that were loaded before it.
function keepEarlier(target, fragment) {
  const fresh = fragment.querySelector("ol.lines");
  const first = Math.min(...[...(fresh?.children ?? [])].map(lineNumber).filter(Number.isFinite));
  if (target.id !== "lines" || !Number.isFinite(first)) return;
  const kept = [...target.querySelectorAll(":scope > ol.lines > li")].filter((item) => lineNumber(item) < first);
  if (!kept.length) return;
  const copies = kept.map((item) => item.cloneNode(true));
  for (const copy of copies) for (const line of copy.querySelectorAll("li[id]")) if (lineNumber(line) >= first) line.remove();
  for (const head of fresh.querySelectorAll("#asked, #earlier")) head.remove();
  const heads = [...target.querySelectorAll("#asked, #earlier")].map((item) => item.cloneNode(true));
  fresh.prepend(...heads, ...copies);
}

// Once the question is in its place among earlier lines, it needs none above them.
document.addEventListener("htmx:afterSwap", () => {
  const asked = document.querySelector("#asked li[id]");
  if (asked && document.querySelectorAll(`#lines > ol > #${asked.id}`).length) document.getElementById("asked").remove();
});

function mergeInto(target, fragment) {
  keepEarlier(target, fragment);
  const place = target.closest(".lines-place, .queue-live, .contact");
  const anchor = place && anchorIn(place);
  const before = anchor?.getBoundingClientRect().top;
  const focused = target.contains(document.activeElement) ? document.activeElement : null;
  const rowNumber = [...document.querySelectorAll(".row")].indexOf(focused);
  mergeChildren(target, fragment);
  if (focused && !focused.isConnected) refocus(target, rowNumber);
  localise(target);
  updateTitle();
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
