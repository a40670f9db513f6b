// A photo on the station: the service reads its codes, and they become lines like those of the camera. Without this
// script the form leads to the page for photos.

import { productCodes, scanOf } from "./codes.js";
import { patience } from "./patience.js";
import { say } from "./words.js";

const PATIENCE = 30_000; // ms: a large photo over a slow network

export class Photo {
  // `read(texts)` for what the photo shows, which may be refused with the name of a sentence.
  constructor(address, form, { read }) {
    Object.assign(this, { address, form, read });
    this.said = document.getElementById("photo-said");
  }

  begin() {
    const file = this.form.elements.photo;
    // Who has taken a photo wants it read: one tap less with gloves on.
    file.addEventListener("change", () => file.files.length && this.form.requestSubmit());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(new FormData(this.form));
      this.form.reset();
    });
  }

  async send(photo) {
    this.say("photo_reading");
    try {
      const response = await fetch(this.address, {
        method: "POST", body: photo, headers: { Accept: "application/json" },
        signal: patience(PATIENCE), redirect: "error",
      });
      const content = await response.json();
      if (response.ok) this.took(content.codes);
      else this.tell(content.detail);
    } catch {
      this.say("photo_not_sent");
    }
  }

  took(codes) {
    const texts = productCodes([...new Set(codes.map((code) => scanOf(code.symbology, code.text)))]);
    const refused = texts.length ? this.read(texts) : "photo_empty";
    if (refused) this.say(refused);
    else this.tell("");
  }

  say(name) {
    this.tell(say(name));
  }

  tell(text) {
    this.said.textContent = text;
    this.said.hidden = !text;
  }
}
