// A file can be dropped, and how far an import has come shows by itself; everything works without this file.
"use strict";

(function () {
  const area = document.querySelector("[data-drop]");
  const box = area && area.querySelector("input[type=file]");
  if (!box) return;
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    area.addEventListener(name, (event) => {
      event.preventDefault();
      area.classList.toggle("drop--over", name === "dragenter" || name === "dragover");
    });
  }
  area.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length) box.files = event.dataTransfer.files;
  });

  // A large file takes a while; the browser's own sending shows nothing.
  const form = box.form;
  const sending = form.querySelector("[data-sending]");
  form.addEventListener("submit", () => {
    if (!box.files.length) return;
    sending.hidden = false;
    form.querySelector("button").disabled = true;
  });
  window.addEventListener("pageshow", () => {
    sending.hidden = true;
    form.querySelector("button").disabled = false;
  });
})();

(function () {
  const place = document.querySelector("[data-progress]");
  if (!place) return;
  const bar = place.querySelector("progress");
  const percent = place.querySelector("[data-percent]");
  const done = place.querySelector("[data-done]");
  async function look() {
    try {
      const answer = await fetch(place.dataset.progress, { headers: { Accept: "application/json" } });
      if (!answer.ok) return location.reload();
      const now = await answer.json();
      if (now.state !== place.dataset.state) return location.reload();
      const whole = Math.floor(now.fraction * 100);
      bar.value = whole;
      percent.textContent = whole;
      if (done) done.textContent = now.done.toLocaleString("en");
    } catch {
      // the service restarts: it goes on where it was, and so does this page
    }
    setTimeout(look, 700);
  }
  setTimeout(look, 700);
})();
