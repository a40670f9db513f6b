// The running list: what was scanned, in order, and what became of each line. No page, no network.

import { hasSerial } from "./codes.js";

export const HALF = "half"; // a vial whose box is not scanned yet
export const WAITING = "waiting"; // not checked yet
export const ANSWERED = "answered";
export const REFUSED = "refused"; // the service could not read it

const USED = "used"; // an answer of the service that has its own colour
const MISTAKE = "mistake"; // what was scanned was no pack of this delivery
const STOPS = new Set(["reject", "quarantine"]);

// A mark of this scan: the service counts it once, however often it is sent.
function newNonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function identity({ answer }) {
  return answer?.gtin && answer.serial ? `${answer.gtin} ${answer.serial}` : null;
}

// What the line is, for its colour, shape and word: an action of the service, or one of ours. What is on the list
// already does not count as another match.
export function toneOf(line) {
  if ((line.twinOf || line.twin) && line.answer?.action !== "reject") return "quarantine";
  if (line.sameAs && !STOPS.has(line.answer.action)) return "same";
  if (line.state === ANSWERED) return isUsed(line.answer) ? USED : line.answer.action;
  return line.state;
}

// The number was used before, and nothing worse is known: it stops like the others, and is told from them.
function isUsed({ action, code }) {
  return action === "quarantine" && code === "dispensed";
}

// A red line stops the run until somebody has said what happens to the vial.
export function stops(line) {
  return !line.done && (Boolean(line.twinOf) || (line.state === ANSWERED && STOPS.has(line.answer.action)));
}

export class Delivery {
  constructor(store) {
    this.store = store;
    this.lines = [];
    this.byText = new Map();
    this.byIdentity = new Map();
  }

  async load() {
    for (const line of await this.store.all()) this.remember(line);
  }

  remember(line) {
    this.lines.push(line);
    if (!this.byText.has(line.text)) this.byText.set(line.text, line);
    const key = identity(line);
    if (key && !this.byIdentity.has(key)) this.byIdentity.set(key, line);
  }

  // The line that already holds this very pack, or undefined. Packs without a serial number are never the same.
  earlier(text) {
    const line = this.byText.get(text);
    if (!line) return undefined;
    return (line.answer ? line.answer.serial : hasSerial(text)) ? line : undefined;
  }

  // `pair`: the code is a vial's, and its box comes next.
  async add(text, { market, source, layout = "", pair = false, twinOf = null }) {
    const line = {
      number: this.lines.length + 1, nonce: newNonce(), text, carton: null, market, source, layout,
      at: new Date().toISOString(), state: pair ? HALF : WAITING,
      answer: null, refusal: "", again: [], twinOf, twin: null, sameAs: null, done: null,
    };
    await this.store.put(line);
    this.remember(line);
    if (twinOf) await this.markTwin(line);
    return line;
  }

  // The vial whose box is to be scanned, or undefined.
  half() {
    return this.lines.find((line) => line.state === HALF);
  }

  // Its box was scanned, or (null) has no code: now the line can be asked.
  async complete(line, carton) {
    line.carton = carton;
    line.state = WAITING;
    await this.store.put(line);
  }

  // Two packs with one number: the first one is no better than the second.
  async markTwin(line) {
    const first = this.lines[line.twinOf - 1];
    first.twin = line.number;
    await this.store.put(first);
  }

  // The same pack before the camera once more, or another pack with its number: nobody knows yet.
  async seenAgain(line) {
    line.again.push(new Date().toISOString());
    await this.store.put(line);
  }

  async answered(line, answer) {
    line.state = ANSWERED;
    line.answer = answer;
    const key = identity(line);
    const first = key && this.byIdentity.get(key);
    if (key && !first) this.byIdentity.set(key, line);
    // Another code of the same number: the square code of a carton and the link beside it.
    if (first && first !== line && !line.twinOf) line.sameAs = first.number;
    await this.store.put(line);
  }

  // Somebody holds both packs: two with one number, of which one at least is not what it says.
  async areTwo(line) {
    line.twinOf = line.sameAs;
    line.sameAs = null;
    await this.store.put(line);
    await this.markTwin(line);
  }

  async refused(line, message) {
    line.state = REFUSED;
    line.refusal = message;
    await this.store.put(line);
  }

  // What happens to one of two packs with the same number happens to both, or there were not two.
  async settle(line, choice, note) {
    line.done = { choice, note, at: new Date().toISOString() };
    await this.store.put(line);
    const first = line.twinOf && this.lines[line.twinOf - 1];
    if (!first) return;
    if (choice === MISTAKE && first.twin === line.number) first.twin = null;
    else first.done ??= line.done;
    await this.store.put(first);
  }

  nextWaiting(after = 0) {
    return this.lines.find((line) => line.number > after && line.state === WAITING);
  }

  nextStop() {
    return this.lines.find(stops);
  }

  count(tone) {
    return this.lines.filter((line) => toneOf(line) === tone && line.done?.choice !== MISTAKE).length;
  }

  async clear() {
    await this.store.clear();
    this.lines = [];
    this.byText.clear();
    this.byIdentity.clear();
  }
}
