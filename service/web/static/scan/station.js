// The scan station: camera and scanner in, one line for each pack out. Everything meets here.

import { Camera } from "./camera.js";
import { download } from "./csv.js";
import { Delivery, stops, toneOf } from "./delivery.js";
import { closeDialog, openDialog } from "./dialogs.js";
import { Feedback } from "./feedback.js";
import { Finder } from "./finder.js";
import { Photo } from "./photo.js";
import { receiving } from "./receiving.js";
import { Sender } from "./sender.js";
import { Stop } from "./stop.js";
import { Store } from "./store.js";
import { View } from "./view.js";
import { Wedge } from "./wedge.js";
import { Controls } from "./controls.js";
import { say } from "./words.js";

const page = document.getElementById("station");
const { api, readings, reader, offline, layout } = page.dataset;
const PAIR = "vialcheck-scan-pair";
const WAIT = 50; // ms until the next look whether a scanner has ended its code

// Two pages would write one list: the second waits until the first is closed.
function alone() {
  if (!navigator.locks) return Promise.resolve();
  return new Promise((resolve) => {
    const second = setTimeout(() => notice("other_page"), 500);
    navigator.locks.request("vialcheck-scan", () => {
      clearTimeout(second);
      notice("");
      resolve();
      return new Promise(() => {}); // held until the page goes
    });
  });
}

function notice(name) {
  const place = document.getElementById("notice");
  place.textContent = name ? say(name) : "";
  place.hidden = !name;
}

async function main() {
  await alone();
  const delivery = new Delivery(await Store.open());
  await delivery.load();
  new Station(delivery).begin();
}

class Station {
  constructor(delivery) {
    this.delivery = delivery;
    this.view = new View();
    this.feedback = new Feedback();
    this.stop = new Stop((line, choice, note) => this.settled(line, choice, note));
    this.sender = new Sender(api, delivery, {
      after: (line) => this.after(line),
      reach: (online) => notice(online || !delivery.nextWaiting() ? "" : "offline"),
    });
    this.camera = new Camera(document.getElementById("video"));
    this.finder = new Finder(reader, this.camera, {
      read: (text) => this.scanned(text, "camera"),
      hint: (name) => this.controls.hint(name),
      broken: () => this.controls.broken(),
      single: () => this.pairs.checked || Boolean(delivery.half()),
    });
    this.pairs = document.getElementById("pair");
    this.photo = new Photo(readings, document.getElementById("photo"), { read: (texts) => this.shown(texts) });
    this.controls = new Controls(this.camera, this.finder, this.feedback);
    this.wedge = new Wedge(document.getElementById("scan"), document.getElementById("typed"), {
      scanned: (text, cut) => this.scanned(text, "typed", cut),
      blocked: () => this.blocked(),
    });
    this.adding = Promise.resolve();
  }

  begin() {
    for (const part of document.querySelectorAll("[data-needs-list]")) part.hidden = false;
    this.view.all(this.delivery);
    this.wedge.begin();
    this.update();
    document.getElementById("download").addEventListener("click", () => download(this.delivery.lines));
    document.getElementById("print").addEventListener("click", () => print());
    for (const part of [
      () => this.finish(), () => this.choosePairs(), () => this.photo.begin(), () => receiving(this.delivery),
      () => this.controls.begin(),
    ]) {
      try {
        part();
      } catch (error) {
        window.reportError?.(error); // one that fails leaves the others, and the field
      }
    }
    this.sender.now();
    navigator.serviceWorker?.register(offline, { scope: location.pathname }).catch(() => notice("no_offline"));
    page.dataset.ready = "";
  }

  // Dropped while red waits for its answer. What was read before red came is taken, however long the disk needs.
  scanned(text, source, cut = false) {
    if (this.stop.open && source !== "photo" && !cut) {
      this.stop.missed();
      return;
    }
    this.queue(() => this.take(text, source));
  }

  // All codes of a photo, which are several packs; or the name of what is wrong with it.
  shown(texts) {
    if (texts.length > 1 && (this.pairs.checked || this.delivery.half())) return "photo_one";
    for (const text of texts) this.scanned(text, "photo");
    return "";
  }

  // Whether each line is a vial and its box. What waits for a box goes on waiting.
  choosePairs() {
    this.pairs.checked = localStorage.getItem(PAIR) === "1";
    this.pairs.addEventListener("change", () => {
      localStorage.setItem(PAIR, this.pairs.checked ? "1" : "0");
      this.controls.focus();
    });
    const half = this.delivery.half();
    if (half) this.view.half(half, () => this.queue(() => this.complete(half, null)));
  }

  // One after the other: two scanners in one moment get two numbers.
  queue(work) {
    this.adding = this.adding.then(work).catch(() => notice("not_kept"));
  }

  async take(text, source) {
    const half = this.delivery.half();
    if (half) {
      await this.box(half, text);
      return;
    }
    const earlier = this.delivery.earlier(text);
    if (earlier) {
      await this.delivery.seenAgain(earlier);
      this.view.line(earlier);
      this.view.again(earlier, () => this.queue(() => this.add(text, source, earlier.number)));
      this.feedback.give("again");
      return;
    }
    await this.add(text, source);
  }

  async add(text, source, twinOf = null) {
    const market = document.getElementById("market").value;
    const pair = this.pairs.checked && !twinOf;
    const typed = source === "typed" ? layout : "";
    const line = await this.delivery.add(text, { market, source, layout: typed, pair, twinOf });
    this.view.line(line);
    if (twinOf) this.view.line(this.delivery.lines[twinOf - 1]);
    if (pair) this.view.half(line, () => this.queue(() => this.complete(line, null)));
    else this.view.last(line);
    this.feedback.give("read");
    this.update();
    this.sender.wake();
  }

  // The code after a vial's is its box's. The vial's own once more would agree with itself, and say nothing.
  async box(half, text) {
    if (text !== half.text) {
      await this.complete(half, text);
      return;
    }
    this.view.vialAgain(half, {
      same: () => this.queue(() => this.complete(half, text)),
      alone: () => this.queue(() => this.complete(half, null)),
    });
    this.feedback.give("again");
  }

  async complete(line, carton) {
    if (line !== this.delivery.half()) return;
    await this.delivery.complete(line, carton);
    this.view.line(line);
    this.view.last(line);
    this.feedback.give("read");
    this.update();
    this.sender.wake();
    this.controls.focus();
  }

  // An answer has come, perhaps long after the scan.
  after(line) {
    this.view.line(line);
    const tone = toneOf(line);
    if (tone === "same") {
      this.view.again(this.delivery.lines[line.sameAs - 1], () => this.queue(() => this.areTwo(line)));
    } else if (line === this.delivery.lines.at(-1)) this.view.last(line);
    this.update();
    if (!this.stop.open && !stops(line)) this.feedback.give(tone);
  }

  async areTwo(line) {
    const first = this.delivery.lines[line.sameAs - 1];
    await this.delivery.areTwo(line);
    for (const each of [first, line]) this.view.line(each);
    this.update();
  }

  update() {
    this.view.summary(this.delivery);
    this.mayFinish();
    const red = this.delivery.nextStop();
    this.finder.pause(Boolean(red));
    if (!red) return;
    if (!this.stop.open && this.wedge.arriving) {
      setTimeout(() => this.update(), WAIT); // the code that is being typed is taken first
      return;
    }
    const sound = !this.stop.open;
    if (sound) this.wedge.interrupt();
    this.stop.show(red);
    if (sound) this.feedback.give(toneOf(red) === "used" ? "used" : "stop");
  }

  // Whether a scanner's text must be dropped, which is then heard and said.
  blocked() {
    if (this.stop.open) {
      this.feedback.give("stop");
      this.stop.missed();
    }
    return this.stop.open;
  }

  async settled(line, choice, note) {
    await this.delivery.settle(line, choice, note);
    this.view.line(line);
    if (line.twinOf) this.view.line(this.delivery.lines[line.twinOf - 1]);
    this.update();
    this.controls.focus();
    this.wedge.resume();
  }

  // A new delivery is asked for twice, and not begun while something of the old one is open.
  // The last answer may come while the question is on the screen: what it offers follows the list.
  mayFinish() {
    const open = this.delivery.count("waiting") + this.delivery.count("half") > 0;
    document.getElementById("finish-open").hidden = !open;
    document.getElementById("finish-sure").hidden = open;
    document.querySelector("#finish [value=yes]").hidden = open;
  }

  finish() {
    const dialog = document.getElementById("finish");
    document.getElementById("new").addEventListener("click", () => openDialog(dialog));
    // Said by a button, not by the browser's own way of closing: that one keeps the keys (`dialogs.js`).
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      closeDialog(dialog, event.submitter?.value ?? "no");
    });
    dialog.addEventListener("close", async () => {
      if (dialog.returnValue === "yes" && !this.delivery.nextWaiting() && !this.delivery.half()) {
        await this.delivery.clear();
        this.view.all(this.delivery);
        this.view.nothing();
        this.update();
      }
      dialog.returnValue = "";
      this.controls.focus();
    });
  }
}

main().catch(() => notice("no_store"));
