// Covers a page of a shared tablet when no person touches it. What was typed stays in the page below; the same person
// goes on with the PIN. Without this file the page stays to be seen, and the server asks for the PIN all the same.
"use strict";

(function () {
  const cover = document.querySelector("[data-cover]");
  if (!cover || !window.fetch) return;
  const limit = Number(cover.dataset.cover) * 60_000;
  const form = cover.querySelector("form");
  let touched = Date.now();

  function isCovered() {
    return !cover.hidden;
  }

  function look() {
    if (isCovered() || Date.now() - touched < limit) return;
    cover.hidden = false;
    document.documentElement.classList.add("is-covered");
    cover.querySelector("#cover-pin, a").focus();
  }

  function uncover(csrf) {
    for (const field of document.getElementsByName("csrf")) field.value = csrf;
    document.documentElement.classList.remove("is-covered");
    cover.hidden = true;
    touched = Date.now();
  }

  for (const kind of ["pointerdown", "keydown", "scroll"]) {
    document.addEventListener(kind, () => { if (!isCovered()) touched = Date.now(); }, { passive: true, capture: true });
  }
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);

  if (!form) return;
  const error = form.querySelector(".field-error");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    form.elements.pin.value = "";
    error.textContent = "";
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const told = await response.json();
      if (response.ok) uncover(told.csrf);
      else error.textContent = told.detail;
    } catch (failure) {
      error.textContent = error.dataset.failed;
    }
    if (isCovered()) form.elements.pin.focus();
  });
})();
