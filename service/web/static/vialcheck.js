// What a page without a script cannot do; everything else works without this file.
"use strict";

// A USB scanner types. It sends FNC1, the end of a field, as Ctrl+], which browsers drop: then two fields
// would run into one.
(function () {
  const box = document.getElementById("scan");
  if (!box) return;
  box.addEventListener("keydown", (event) => {
    if (!event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key !== "]" && event.key !== "\x1d" && event.code !== "BracketRight") return;
    event.preventDefault();
    box.setRangeText("\x1d", box.selectionStart, box.selectionEnd, "end");
  });
})();

// Sends a photo as soon as it was taken. Chosen again after going back, it is sent again.
(function () {
  const camera = document.getElementById("take-photo");
  if (!camera || !HTMLFormElement.prototype.requestSubmit) return;
  const [input, button] = [camera.querySelector("input"), camera.querySelector("button")];
  camera.classList.add("camera--at-once");
  input.addEventListener("change", () => {
    if (input.files.length) input.form.requestSubmit(button);
  });
})();

// Saves the check that a scanned code opened: once, and only when a person has the page in front of them.
(function () {
  const form = document.getElementById("save");
  if (!form || !("atOnce" in form.dataset) || !window.fetch) return;
  let sent = false;

  async function save() {
    if (sent || document.visibilityState !== "visible") return;
    sent = true;
    document.removeEventListener("visibilitychange", save);
    try {
      const body = new URLSearchParams(new FormData(form));
      const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
      if (!response.ok || !response.redirected) return; // the button stays; the nonce keeps it one check
      show(new DOMParser().parseFromString(await response.text(), "text/html"), response.url);
    } catch (error) {
      // No network: the button stays.
    }
  }

  function words(card) {
    return card.textContent.replace(/\s+/g, " "); // hidden fields leave white space behind
  }

  function show(page, address) {
    const before = document.querySelector(".card");
    const after = page.querySelector(".card");
    // What is saved may know more than what was looked up: then it is what must be read.
    if (!after || words(after) !== words(before)) {
      location.replace(address);
      return;
    }
    history.replaceState(null, "", address); // loading the page again is not a second check
    const note = document.getElementById("saved");
    note.textContent = note.dataset.saved;
    form.hidden = true; // still there for "Go on without it": the nonce keeps it one check
  }

  document.addEventListener("visibilitychange", save);
  save();
})();

// Says that the scan station could not start: its module or a part of it is missing, or fails, or the browser knows
// no modules. The field of its page works all the same.
(function () {
  const note = document.getElementById("not-started");
  const module = document.querySelector("script[type=module]");
  if (!note || !module) return;
  function tell() {
    if (!("ready" in document.getElementById("station").dataset)) note.hidden = false;
  }
  module.addEventListener("error", tell);
  window.addEventListener("error", tell);
  if (!("noModule" in HTMLScriptElement.prototype)) tell();
})();

// Prints an answer, and keeps it in this browser where its reader asks for that: never by itself, and sent nowhere.
(function () {
  const KEY = "vialcheck-kept";
  const MOST = 20;

  function kept() {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) || "[]");
      return Array.isArray(found) ? found : [];
    } catch (error) {
      return []; // storage is closed, or holds something else
    }
  }

  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }

  const keep = document.querySelector("[data-keep]");
  if (keep && window.localStorage) {
    keep.hidden = false;
    keep.addEventListener("click", () => {
      const one = { at: location.pathname, said: keep.dataset.keep, day: new Date().toLocaleDateString() };
      const all = [one, ...kept().filter((each) => each.at !== one.at)].slice(0, MOST);
      try {
        localStorage.setItem(KEY, JSON.stringify(all));
      } catch (error) {
        return;
      }
      keep.closest("section").querySelector("[role=status]").textContent = keep.dataset.kept;
    });
  }

  const list = document.getElementById("kept");
  const all = list ? kept().filter(({ at }) => /^\/checks\/[\w-]+$/.test(at)) : [];
  if (!all.length) return;
  for (const { at, said, day } of all) {
    const link = document.createElement("a");
    link.className = "tall";
    link.href = at;
    link.textContent = day + ": " + said;
    list.querySelector("ul").append(document.createElement("li"));
    list.querySelector("li:last-child").append(link);
  }
  list.hidden = false;
  list.querySelector("button").addEventListener("click", () => {
    localStorage.removeItem(KEY);
    list.hidden = true;
  });
})();

// Registers the worker that tells, without a network, that nothing was checked. Pages that offer it name the manifest.
(function () {
  const manifest = document.querySelector('link[rel="manifest"]');
  if (manifest && navigator.serviceWorker) {
    navigator.serviceWorker.register(new URL("worker.js", manifest.href)).catch(() => {}); // the pages work without
  }
})();
