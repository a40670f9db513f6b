// Sends what waits, one after the other in the order of the scans, and tries again until an answer comes. A scan
// keeps its nonce, so that one whose answer was lost on the way is still one check.

import { patience } from "./patience.js";

const PATIENCE = 10_000; // ms for an answer
const PAUSES = [1000, 2000, 5000, 10_000, 15_000];

// `timed`: with the time of the scan, which may have waited for hours.
async function ask(address, line, timed) {
  const body = { scan: line.text, asker: "clinic", nonce: line.nonce };
  if (line.market) body.market = line.market;
  if (line.layout) body.layout = line.layout;
  if (line.carton) body.carton = { scan: line.carton };
  if (timed) body.scanned_at = line.at;
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
    signal: patience(PATIENCE),
    redirect: "error", // the sign-in page of a guest network is no answer
  });
  const kind = response.headers.get("Content-Type") ?? "";
  if (!kind.includes("json")) throw new TypeError("no answer of the service");
  return { status: response.status, content: await response.json() };
}

// What of an answer is kept with the line. Throws where it is none: the scan then goes on waiting.
function kept(content) {
  const { id, action, headline, reasons, advice, notes, presented, record, vial, carton, as_of: asOf } = content;
  if (typeof action !== "string" || !presented) throw new TypeError("no answer of the service");
  return {
    id, action, headline, code: reasons?.[0]?.code ?? "", advice, notes: notes ?? [], asOf, vial: vial ?? null, carton: carton ?? null,
    gtin: presented.gtin, lot: presented.lot, serial: presented.serial, expiry: presented.expiry,
    product: record?.product ?? null, manufacturer: record?.manufacturer ?? null,
  };
}

// What the service will say of this scan for ever. Anything else (busy, signed out, moved) may pass.
const FINAL = new Set([400, 409, 413, 422]);

// This device's clock is wrong. The check matters more than its time, so it is asked without.
function clockRefused({ status, content }) {
  return status === 422 && Boolean(content.errors?.some(({ field }) => field === "scanned_at"));
}

// One scan that the service stumbles over must not keep the others from being checked.
class Stumbled extends Error {}

export class Sender {
  // `after(line)` is called for each answer, `reach(online)` when the network goes or comes.
  constructor(address, delivery, { after, reach }) {
    Object.assign(this, { address, delivery, after, reach });
    this.busy = false;
    this.failures = 0;
    this.timer = 0;
    addEventListener("online", () => this.now());
    addEventListener("offline", () => this.reach(false));
  }

  // Try at once, not after the pause.
  now() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.run();
  }

  // Something new waits. While a pause runs it waits with the others.
  wake() {
    if (!this.timer) this.run();
  }

  async run() {
    if (this.busy) return;
    this.busy = true;
    try {
      await this.sendAll();
    } catch {
      const pause = PAUSES[Math.min(this.failures++, PAUSES.length - 1)];
      this.timer = setTimeout(() => this.now(), pause);
      this.reach(false);
    } finally {
      this.busy = false;
    }
  }

  async sendAll() {
    let after = 0;
    let stumbled = null;
    for (let line = this.delivery.nextWaiting(); line; line = this.delivery.nextWaiting(after)) {
      after = line.number;
      try {
        await this.send(line);
      } catch (error) {
        if (!(error instanceof Stumbled)) throw error;
        stumbled = error;
      }
    }
    if (stumbled) throw stumbled;
  }

  async send(line) {
    let response = await ask(this.address, line, true);
    if (clockRefused(response)) response = await ask(this.address, line, false);
    const { status, content } = response;
    if (status === 200 || status === 201) await this.delivery.answered(line, kept(content));
    else if (status === 500) throw new Stumbled();
    else if (FINAL.has(status) && content.detail) await this.delivery.refused(line, content.detail);
    else throw new TypeError("no answer of the service");
    this.failures = 0;
    this.reach(true);
    this.after(line);
  }
}
