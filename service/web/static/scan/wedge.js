// USB scanners type. Wherever the focus is, what they type ends up in the one box, and Enter or Tab ends a scan.
// (FNC1 as Ctrl+] is seen to by vialcheck.js.)

const BOXES = "input, textarea, select";
const SCAN = 3; // characters: nobody types so many at a button; the shortest lot numbers have three
const BETWEEN = 120; // ms: no scanner waits so long between two characters
const NOTED = 6; // characters: a shorter word in a note may be a person's
const FAST = 50; // ms a character, on average: no person types so fast
const PAUSE = 1000; // ms: after so long even the slowest device has ended its code, or never will

export class Wedge {
  // `scanned(text, cut)` for each scan, `cut` where a dialog opened in the middle of it; `blocked()`: whether the run is stopped, so that a scan is heard and dropped.
  constructor(box, form, { scanned, blocked }) {
    Object.assign(this, { box, form, scanned, blocked });
    this.typed = 0; // characters since the last key that is none
    this.burst = { count: 0, since: 0 }; // how many of them came without a gap, and when the first did
    this.last = 0; // when the last of them came
    this.cut = false; // whether a dialog opened in the middle of a code, whose rest is still to come
  }

  begin() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.end();
    });
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Tab" || event.shiftKey || !this.box.value.trim()) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    document.addEventListener("keydown", (event) => this.key(event));
  }

  end() {
    const text = this.box.value.trim();
    const { cut } = this;
    this.box.value = "";
    this.cut = false;
    if (text) this.scanned(text, cut);
  }

  // Whether a scanner is in the middle of a code: a dialog that opened now would take the rest of it.
  get arriving() {
    return this.typed > 1 && performance.now() - this.last < BETWEEN;
  }

  // A dialog opens. On a slow device `arriving` can be wrong: a code whose beginning is in the box is then taken whole.
  interrupt() {
    this.cut = this.typed > 0 && this.box.value !== "" && performance.now() - this.last < PAUSE;
  }

  // The rest of a code that a dialog has cut: the box is inert now, and gets no keys of its own.
  rest(event, character) {
    const now = performance.now();
    if (now - this.last > PAUSE || event.target.closest("textarea")) {
      this.cut = false;
      return false;
    }
    this.last = now;
    if (event.key === "Enter" || event.key === "Tab") {
      this.typed = 0;
      this.end();
    } else if (character) this.box.setRangeText(event.key, this.box.value.length, this.box.value.length, "end");
    // Not passed on to the document, where this began: the box sees to a separator (`vialcheck.js`).
    else this.box.dispatchEvent(new KeyboardEvent("keydown", { key: event.key, code: event.code, ctrlKey: event.ctrlKey }));
    event.preventDefault();
    return true;
  }

  // Whether what went into a note came from a scanner.
  inNote() {
    const { count, since } = this.burst;
    return count >= NOTED && this.last - since < count * FAST;
  }

  // What was typed by hand before a stop: the next keys take its place, so that no scan is glued to it.
  resume() {
    this.typed = 0;
    this.box.select();
  }

  key(event) {
    const character = event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (this.cut && this.rest(event, character)) return;
    if (character) {
      this.typed += 1;
      if (performance.now() - this.last > BETWEEN) this.burst = { count: 0, since: performance.now() };
      this.burst.count += 1;
      this.last = performance.now();
      const taken = event.target.closest(BOXES) || document.querySelector("dialog[open]") || event.key === " ";
      if (!taken) this.box.focus({ preventScroll: true }); // the key then goes there
    } else if (event.key !== "Shift") {
      // A scanner went off while the run is stopped: nothing of it is taken, and that must not go unnoticed.
      const end = event.key === "Enter" || event.key === "Tab";
      const note = event.target.closest("textarea");
      const scan = end && (note ? this.inNote() : this.typed >= SCAN);
      if (scan && this.blocked()) {
        event.preventDefault();
        if (note) note.setRangeText("", note.selectionStart - this.burst.count, note.selectionStart, "end");
      }
      // Ctrl and its letter are a separator inside a code; anything else ends one.
      if (!event.ctrlKey) this.typed = 0;
    }
  }
}
