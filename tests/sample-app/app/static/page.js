"use strict";

const form = document.getElementById("upload");
const input = document.getElementById("files");
const progress = document.getElementById("progress");
const items = document.getElementById("items");
const worker = document.getElementById("worker");

function isWaiting() {
  return items.querySelector('[data-status="waiting"]') !== null;
}

async function refresh() {
  const page = new DOMParser().parseFromString(
    await (await fetch("/")).text(),
    "text/html",
  );
  items.replaceChildren(...page.getElementById("items").childNodes);
}

async function checkWorker() {
  const alive = (await fetch("/api/worker-health")).ok;
  worker.textContent = alive ? "worker ready" : "worker not running";
  worker.classList.toggle("bad", !alive);
}

function send(files) {
  const body = new FormData();
  for (const file of files) body.append("files", file);
  const request = new XMLHttpRequest();
  request.open("POST", "/api/upload");
  request.upload.onprogress = (event) => {
    progress.value = event.loaded / event.total;
  };
  request.onloadend = async () => {
    progress.hidden = true;
    form.reset();
    if (request.status !== 202) {
      let reason = "The upload failed.";
      try {
        reason = JSON.parse(request.responseText).error;
      } catch {
        // Not JSON: the connection broke.
      }
      alert(reason);
    }
    await refresh();
  };
  progress.value = 0;
  progress.hidden = false;
  request.send(body);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send(input.files);
});
input.addEventListener("change", () => send(input.files));
form.addEventListener("dragover", (event) => event.preventDefault());
form.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length > 0) send(event.dataTransfer.files);
});

setInterval(() => {
  if (isWaiting() && !document.hidden) refresh().catch(() => {});
}, 700);
setInterval(() => checkWorker().catch(() => {}), 5000);
checkWorker().catch(() => {});
