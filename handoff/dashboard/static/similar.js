// Similar questions and answers beside a ticket are fetched once the page is there: an index may have to be built first.
"use strict";

async function loadSimilar() {
  const place = document.getElementById("similar");
  if (!place || document.hidden) return;
  try {
    const answer = await fetch(place.dataset.from, { cache: "no-store", headers: { "HX-Request": "true" } });
    if (!answer.ok || !answer.headers.has(OURS)) return;  // the link to the same list stays
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!place.isConnected) return;
    mergeInto(place, fresh.body);
    htmx.process(place);
  } catch { /* the page was left, or there is no connection */ }
}

document.addEventListener("DOMContentLoaded", loadSimilar);
for (const event of ["desk:opened", "refresh", "desk:similar", "visibilitychange"]) document.addEventListener(event, loadSimilar);
