// Files for a reply: chosen, pasted or dropped, uploaded at once into the draft, and shown as chips until it is sent.
"use strict";

let uploading = Promise.resolve();  // one after the other, so that the draft's versions follow each other
let uploads = 0;
let failed = 0;

function chip(name) {
  const shown = document.getElementById("chosen-file").content.firstElementChild.cloneNode(true);
  const remove = shown.querySelector("button");
  shown.querySelector(".chosen-name").textContent = name;
  remove.setAttribute("aria-label", remove.dataset.label.replace("{}", name));
  return shown;
}

function showFiles(form, files) {
  const list = form.querySelector("#chosen");
  const pending = [...list.querySelectorAll(".chosen-file:has(progress)")];
  list.replaceChildren(...files.map((file) => {
    const shown = chip(file.name);
    shown.querySelector("progress").remove();
    shown.querySelector("[name=kept]").value = file.id;
    shown.querySelector(".chosen-size").textContent = file.size;
    shown.querySelector("button").formAction = draftPath(form, `/files/${file.id}/remove`);
    return shown;
  }), ...pending);
}

function upload(form, file, shown) {
  const data = new FormData();
  data.set("csrf", form.elements.csrf.value);
  data.set("key", form.elements.key.value);
  data.set("files", file, file.name);
  const xhr = new XMLHttpRequest();
  shown.querySelector("button").addEventListener("click", (event) => {
    event.preventDefault();
    xhr.abort();
    shown.remove();
  });
  return new Promise((resolve) => {
    xhr.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) shown.querySelector("progress").value = event.loaded / event.total;
    });
    xhr.addEventListener("loadend", () => {
      shown.remove();
      resolve(xhr);
    });
    xhr.open("POST", draftPath(form, "/files"));
    if (shown.isConnected) xhr.send(data);
    else resolve(xhr);
  });
}

function receive(form, xhr) {
  const ours = xhr.status !== 0 && isOurs(xhr) && xhr.getResponseHeader(OURS) === "draft";
  takeFiles(form, ours ? JSON.parse(xhr.responseText) : null, xhr);
}

// Show the files of the draft that the server answered with; `kept` is null if it did not.
function takeFiles(form, kept, xhr) {
  if (kept === null) {
    failed += 1;
    say(sentence(xhr));
    return;
  }
  if (kept.problem) {
    failed += 1;
    say(kept.problem);
  }
  if (!form.isConnected) return;
  if (!dirty && form.elements.text.value === kept.text) form.elements.key.value = kept.key;
  if (kept.version) form.elements.version.value = kept.version;
  showFiles(form, kept.files);
}

function addFiles(files) {
  const form = document.getElementById("reply");
  if (!form) return;
  for (const file of files) {
    const shown = chip(file.name);
    form.querySelector("#chosen").append(shown);
    uploads += 1;
    uploading = uploading.then(async () => {
      const xhr = await upload(form, file, shown);
      uploads -= 1;
      const cancelled = xhr.status === 0 && xhr.readyState !== XMLHttpRequest.DONE;
      if (!cancelled) receive(form, xhr);
    });
  }
}

document.addEventListener("change", (event) => {
  if (event.target.id !== "files") return;
  addFiles(event.target.files);
  event.target.value = "";
});
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (event.target.id !== "text" || !files.length) return;
  event.preventDefault();
  addFiles(files);
});

// Files dropped anywhere on the thread go into the box; elsewhere the browser would leave the page for them.
function hasFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}
document.addEventListener("dragover", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  document.getElementById("reply")?.classList.toggle("is-target", event.target.closest?.("main.thread") !== null);
});
for (const end of ["dragleave", "drop"]) {
  document.addEventListener(end, () => document.getElementById("reply")?.classList.remove("is-target"));
}
document.addEventListener("drop", (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  if (event.target.closest?.("main.thread")) addFiles(event.dataTransfer.files);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.(".chosen-remove");
  const form = document.getElementById("reply");
  if (!button || !form || event.defaultPrevented) return;
  event.preventDefault();
  const data = draftData(form);
  try {
    const kept = await readDraft(button.formAction, { method: "POST", body: data, headers: { "HX-Request": "true" } });
    form.elements.version.value = kept.version;
    showFiles(form, kept.files);
    document.getElementById("text").focus();
  } catch {
    say(document.querySelector('#problems [data-problem="failed"]').textContent.trim());
  }
});

// A reply is sent once its files are there, and not without one that could not be uploaded.
document.addEventListener("htmx:confirm", (event) => {
  if (uploads === 0 || !event.detail.path?.includes("/reply")) return;
  event.preventDefault();
  const before = failed;
  uploading.then(() => failed === before && event.detail.issueRequest(true));
});
