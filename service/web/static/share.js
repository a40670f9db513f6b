// Shares a message that stands on the page, or copies it where the browser cannot share. Without this file it is
// marked and copied by hand, or opened as an e-mail or a text message.
"use strict";

(function () {
  function tell(button) {
    const note = button.closest(".ready").querySelector("[data-copied]");
    note.textContent = note.dataset.copied;
  }

  async function share(button) {
    const box = document.getElementById(button.dataset.share);
    if (navigator.share) {
      try {
        await navigator.share({ title: button.dataset.subject, text: box.value });
        return;
      } catch (error) {
        if (error.name === "AbortError") return; // the person closed the choice
      }
    }
    box.select();
    if (navigator.clipboard) await navigator.clipboard.writeText(box.value);
    else document.execCommand("copy");
    tell(button);
  }

  for (const button of document.querySelectorAll("button[data-share]")) {
    button.hidden = false;
    button.addEventListener("click", () => share(button).catch(() => {}));
  }
})();
