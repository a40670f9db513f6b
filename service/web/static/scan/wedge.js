// USB scanners type. Wherever the focus is, what they type ends up in the one box, and Enter or Tab ends a scan.
// (FNC1 as Ctrl+] is seen to by vialcheck.js.)

const BOXES = "input, textarea, select";
const SCAN = 6; // characters: nobody types so many at a button
const BETWEEN = 120; // ms: no scanner waits so long between two characters

export class Wedge {
  // `scanned(text)` for each scan; `blocked()`: whether the run is stopped, so that a scan is heard and dropped.
  constructor(box, form, { scanned, blocked }) {
    Object.assign(this, { box, form, scanned, blocked });
    this.typed = 0; // characters since the last key that is none
    this.last = 0; // when the last of them came
  }

  begin() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.box.value.trim();
      this.box.value = "";
      if (text) this.scanned(text);
    });
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Tab" || event.shiftKey || !this.box.value.trim()) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    document.addEventListener("keydown", (event) => this.key(event));
  }

  // Whether a scanner is in the middle of a code: a dialog that opened now would take the rest of it.
  get arriving() {
    return this.typed > 1 && performance.now() - this.last < BETWEEN;
  }

  key(event) {
    const character = event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (character) {
      this.typed += 1;
      this.last = performance.now();
      const taken = event.target.closest(BOXES) || document.querySelector("dialog[open]") || event.key === " ";
      if (!taken) this.box.focus({ preventScroll: true }); // the key then goes there
    } else if (event.key !== "Shift") {
      // A scanner went off while the run is stopped: nothing of it is taken, and that must not go unnoticed.
      const scan = event.key === "Enter" && this.typed >= SCAN && !event.target.closest("textarea");
      if (scan && this.blocked()) event.preventDefault();
      // Ctrl and its letter are a separator inside a code; anything else ends one.
      if (!event.ctrlKey) this.typed = 0;
    }
  }
}
