// Pings of the agent: a sound, a mark in the title, a notification of the browser. One tab of a browser reports each.
"use strict";

const PING_STORE = () => `frontdesk-ping-${document.body.dataset.agent}`;
const PING_MARK = "● ";
let pinging = null;
let titleMarked = false;

// Fetch what is new and report it. The number of the last ping is kept in the browser, so that its tabs share it.
function hearPings() {
  if (!document.body.dataset.agent) return Promise.resolve();
  const hear = async () => {
    const known = localStorage.getItem(PING_STORE());
    const answer = await fetch(`/desk/pings${known ? `?after=${known}` : ""}`, { cache: "no-store" });
    if (!answer.ok) return;
    const { last, sound, browser, pings } = await answer.json();
    localStorage.setItem(PING_STORE(), last);
    if (!pings.length) return;
    if (sound) {
      playPing();
      markTitle();
    }
    if (browser) for (const ping of pings) notify(ping);
  };
  const turn = () => (navigator.locks ? navigator.locks.request("frontdesk-ping", hear) : hear());
  pinging = (pinging ?? Promise.resolve()).then(turn).catch(() => {});  // the next ping, or the queue, reports it
  return pinging;
}

function playPing() {
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;  // browsers forbid it
  const audio = new AudioContext();
  const begin = audio.currentTime;
  for (const [pitch, at] of [[660, 0], [880, 0.14]]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.15, begin + at);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + at + 0.3);
    tone.connect(volume).connect(audio.destination);
    tone.start(begin + at);
    tone.stop(begin + at + 0.3);
  }
  setTimeout(() => audio.close(), 1000);
}

function markTitle() {
  if (titleMarked || (document.hasFocus() && !document.hidden)) return;
  titleMarked = true;
  document.title = markedTitle(document.title);
}

function markedTitle(title) {
  return titleMarked ? PING_MARK + title : title;
}

function unmarkTitle() {
  if (titleMarked) document.title = document.title.slice(PING_MARK.length);
  titleMarked = false;
}

function notify(ping) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const shown = new Notification(ping.text, { tag: `ping-${ping.id}` });
  shown.onclick = () => {
    window.focus();
    location.assign(ping.url);
  };
}

// The choice on the page of pings: the browser is asked for its permission by a button only.
function offerNotifications() {
  const place = document.getElementById("notifications");
  if (!place || !("Notification" in window)) return;
  place.hidden = false;
  if (Notification.permission === "default") return;
  place.textContent = Notification.permission === "granted" ? place.dataset.granted : place.dataset.denied;
}

window.addEventListener("focus", unmarkTitle);
document.addEventListener("visibilitychange", () => document.hidden || unmarkTitle());
document.addEventListener("DOMContentLoaded", offerNotifications);
document.addEventListener("click", (event) => {
  if (event.target.id === "allow-notifications") Notification.requestPermission().then(offerNotifications);
});
