// Saves the check that a scanned code opened: once, and only when a person has the page in front of them.
// Without this script the same form has a button.
"use strict";

(function () {
  const form = document.getElementById("save");
  if (!form || !window.fetch) return;
  let sent = false;

  async function save() {
    if (sent || document.visibilityState !== "visible") return;
    sent = true;
    document.removeEventListener("visibilitychange", save);
    try {
      const body = new URLSearchParams(new FormData(form));
      const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
      if (!response.ok || !response.redirected) return; // the button stays; the nonce keeps it one check
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      show(page, response.url);
    } catch (error) {
      // No network: the button stays.
    }
  }

  function show(page, address) {
    const before = document.querySelector(".card");
    const after = page.querySelector(".card");
    // What is saved may know more than what was looked up: then it is what must be read.
    if (!after || after.textContent !== before.textContent) {
      location.replace(address);
      return;
    }
    history.replaceState(null, "", address); // loading the page again is not a second check
    const note = document.getElementById("saved");
    note.textContent = note.dataset.saved;
    note.hidden = false;
    form.remove();
  }

  document.addEventListener("visibilitychange", save);
  save();
})();
