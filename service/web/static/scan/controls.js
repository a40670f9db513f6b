// The buttons around the camera, and what is said when there is none.

import { say } from "./words.js";

const ON = "vialcheck-scan-on";
const MARKET = "vialcheck-scan-market";

// What a browser calls the reasons for having no camera, and our sentence for each.
const REASONS = {
  NotAllowedError: "camera_denied", SecurityError: "camera_denied", NotFoundError: "camera_missing",
  OverconstrainedError: "camera_missing", NotReadableError: "camera_busy", AbortError: "camera_busy",
};

function byId(name) {
  return document.getElementById(name);
}

export class Controls {
  constructor(camera, finder, feedback) {
    Object.assign(this, { camera, finder, feedback });
    this.lit = false;
    this.shown = "";
    this.again = false;
  }

  begin() {
    byId("start").addEventListener("click", () => this.start());
    byId("halt").addEventListener("click", () => this.halt());
    byId("light").addEventListener("click", () => this.light(!this.lit));
    byId("sound").addEventListener("click", () => this.sound(!this.feedback.muted));
    byId("camera").addEventListener("change", ({ target }) => this.start(() => this.camera.choose(target.value)));
    this.sound(this.feedback.muted);
    this.market();
    // A camera that nobody looks at is switched off.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.rest();
      else if (this.again) this.start();
    });
    if (localStorage.getItem(ON) === "1") this.start();
    else this.focus();
  }

  async start(open = () => this.camera.start()) {
    byId("camera-problem").hidden = true;
    this.finder.prepare();
    try {
      await open();
    } catch (error) {
      this.problem(REASONS[error.name] ?? (window.isSecureContext ? "camera_missing" : "camera_insecure"));
      return;
    }
    this.again = false;
    localStorage.setItem(ON, "1");
    this.camera.track.addEventListener("ended", () => this.problem("camera_busy"));
    this.showCamera(true);
    this.finder.begin();
    await this.offer();
    this.focus();
  }

  // The choice and the light, where the device has them.
  async offer() {
    const choices = await this.camera.choices();
    const options = choices.map(([id, name], index) => {
      return new Option(name || say("camera_number", { number: index + 1 }), id, false, id === this.camera.id);
    });
    byId("camera").replaceChildren(...options);
    byId("cameras").hidden = choices.length < 2;
    byId("light").hidden = !this.camera.hasLight;
    this.lit = false;
    byId("light").textContent = say("light_on");
  }

  halt() {
    localStorage.setItem(ON, "0");
    this.again = false;
    this.camera.stop();
    this.showCamera(false);
    byId("start").focus();
  }

  rest() {
    this.again = this.again || this.camera.running;
    this.camera.stop();
    this.showCamera(false);
  }

  showCamera(on) {
    byId("finder").hidden = !on;
    byId("halt").hidden = !on;
    byId("start").hidden = on;
    byId("photo").hidden = on;
    if (!on) for (const name of ["light", "cameras"]) byId(name).hidden = true;
  }

  problem(name) {
    this.camera.stop();
    localStorage.setItem(ON, "0");
    this.showCamera(false);
    byId("camera-problem").textContent = say(name);
    byId("camera-problem").hidden = false;
  }

  // The barcode reader itself could not be loaded: USB scanner and photo still work.
  broken() {
    this.problem("reader_missing");
  }

  hint(name) {
    if (this.shown === name) return;
    this.shown = name;
    byId("hint").textContent = say(name);
    byId("finder").dataset.hint = name;
  }

  async light(on) {
    await this.camera.light(on);
    this.lit = on;
    byId("light").textContent = say(on ? "light_off" : "light_on");
  }

  sound(muted) {
    this.feedback.mute(muted);
    byId("sound").textContent = say(muted ? "sound_on" : "sound_off");
  }

  market() {
    const box = byId("market");
    box.value = localStorage.getItem(MARKET) ?? "";
    box.addEventListener("change", () => localStorage.setItem(MARKET, box.value));
  }

  // The box gets the focus for a scanner that types, except where that would bring up a keyboard on the screen.
  focus() {
    if (matchMedia("(pointer: fine)").matches && !document.querySelector("dialog[open]")) {
      byId("scan").focus({ preventScroll: true });
    }
  }
}
