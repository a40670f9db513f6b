// Looks at the camera's pictures, one at a time, in a worker: says what code came into view, and what would help.

const GONE = 3000; // ms out of view, after which the same code counts as shown again
const LOST = 5000; // ms without any code, after which a hint helps
const LINEAR = /^\](?:C|e)/; // their check character is weak: one picture in a hundred or so may be read wrongly
const SMALL = 130; // px: a side of fewer is a code of less than about 4 px for each of its modules

export class Finder {
  // `read(text)` for each code that comes into view; `hint(name)` for what a person should do; `single()`: whether
  // the order of codes matters, so that two at once are none.
  constructor(address, camera, { read, hint, broken, single }) {
    Object.assign(this, { camera, read, hint, broken, single });
    this.seen = new Map();
    this.doubted = new Map();
    this.paused = false;
    this.looking = false;
    this.lastCode = performance.now();
    this.address = address;
  }

  // Fetch the reader (a megabyte) when a camera is wanted; whoever has a scanner needs none.
  prepare() {
    if (this.worker) return;
    this.worker = new Worker(this.address, { type: "module" });
    this.worker.onmessage = ({ data }) => this.looked(data);
    this.worker.onerror = () => this.failed();
  }

  failed() {
    this.worker.terminate();
    this.worker = null;
    this.looking = false;
    this.broken();
  }

  begin() {
    this.prepare();
    this.lastCode = performance.now();
    if (!this.looking) this.look();
  }

  look() {
    this.looking = this.camera.running;
    if (!this.looking) return;
    const picture = this.paused ? null : this.camera.picture();
    if (picture) this.worker.postMessage(picture, [picture.pixels]);
    else setTimeout(() => this.look(), 100);
  }

  looked({ ready, broken, texts, unread }) {
    if (broken) return this.failed();
    if (!texts) return ready;
    if (!this.paused) {
      const fresh = texts.filter((text) => !this.inView(text));
      if (texts.length > 1 && fresh.length && this.single()) this.hint("hint_one");
      else {
        this.advise(texts, unread);
        for (const text of texts) this.view(text);
      }
    }
    return requestAnimationFrame(() => this.look());
  }

  // While the run is stopped nothing is read, and what lies before the camera afterwards is not a new one.
  pause(paused) {
    if (paused === this.paused) return;
    this.paused = paused;
    for (const text of this.seen.keys()) this.seen.set(text, performance.now());
  }

  inView(text) {
    return performance.now() - (this.seen.get(text) ?? -Infinity) <= GONE;
  }

  view(text) {
    const now = performance.now();
    const last = this.seen.get(text);
    if (last === undefined && LINEAR.test(text) && !this.confirmed(text, now)) return;
    this.seen.set(text, now);
    if (last === undefined || now - last > GONE) this.read(text);
  }

  // Whether a second picture, soon after the first, says the same.
  confirmed(text, now) {
    const before = this.doubted.get(text);
    this.doubted.set(text, now);
    return before !== undefined && now - before < GONE;
  }

  advise(texts, unread) {
    const now = performance.now();
    if (texts.length || unread.length) this.lastCode = now;
    if (texts.length) this.hint("hint_read");
    else if (unread.length) this.hint(Math.max(...unread) < SMALL ? "hint_closer" : "hint_still");
    else if (now - this.lastCode > LOST) this.hint("hint_closer");
    else if (now - this.lastCode > 800) this.hint("hint_frame");
  }
}
