// While one types, only what our server found is shown: not a proxy's page about an error, nor that of a hotel's network.
"use strict";

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.getResponseHeader("Frontdesk-Answer") === null) event.detail.shouldSwap = false;
});
