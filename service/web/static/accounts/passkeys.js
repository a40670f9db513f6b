// Passkeys: the one thing on these pages that a browser does only for a script.
"use strict";

(function () {
  const supported =
    window.PublicKeyCredential &&
    PublicKeyCredential.parseCreationOptionsFromJSON &&
    PublicKeyCredential.parseRequestOptionsFromJSON;
  if (!supported) return; // the other ways in are on the page anyway

  async function post(address, body, csrf) {
    const headers = { "Content-Type": "application/json", Accept: "application/json" };
    if (csrf) headers["X-CSRF-Token"] = csrf;
    const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  async function answer(part) {
    const { passkey, options, finish, next, csrf } = part.dataset;
    const asked = await post(options, {}, csrf);
    const name = part.querySelector("input") ? part.querySelector("input").value : "";
    const credential =
      passkey === "new"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked.options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked.options) });
    const body = { token: asked.token, credential: JSON.stringify(credential.toJSON()), name, next };
    const done = await post(finish, body, csrf);
    location.assign(done.next);
  }

  for (const part of document.querySelectorAll("[data-passkey]")) {
    const button = part.querySelector("button");
    const failed = part.querySelector("[data-failed]");
    part.hidden = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      failed.textContent = "";
      try {
        await answer(part);
      } catch (error) {
        failed.textContent = failed.dataset.failed; // cancelled, refused, or no network
        button.disabled = false;
      }
    });
  }
})();
