// The list and the last result on the page. Everything from outside goes in as text.

import { HALF, toneOf, WAITING } from "./delivery.js";
import { clockTime, dayAndTime, say, visible } from "./words.js";

const SHOWN = 120; // characters of a code that nobody could read

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function shape(tone) {
  return document.getElementById(`shape-${tone}`).content.cloneNode(true);
}

// What a vial or its box says of itself.
function halfOf({ gtin, national, lot, serial, expiry }) {
  const parts = [
    gtin ?? Object.entries(national ?? {}).flat().join(" "),
    lot && say("pack_lot", { lot }), serial && say("pack_serial", { serial }), expiry && say("pack_expiry", { expiry }),
  ];
  return parts.filter(Boolean).map(visible).join(" · ");
}

// What the pack is: its product, lot and serial, or the code as it came while nobody knows.
function packOf({ answer, text }) {
  if (!answer) return visible(text.replace(/^\][A-Za-z][0-9]/, "")).slice(0, SHOWN);
  const parts = [
    answer.product ?? answer.gtin,
    answer.lot && say("pack_lot", { lot: answer.lot }),
    answer.serial && say("pack_serial", { serial: answer.serial }),
    answer.expiry && say("pack_expiry", { expiry: answer.expiry }),
  ];
  return parts.filter(Boolean).map(visible).join(" · ");
}

function reasonOf(line) {
  if (line.twinOf) return say("twin_of", { number: line.twinOf });
  if (toneOf(line) === "same") return say("same_as", { number: line.sameAs });
  if (line.state === HALF) return say("half_reason");
  if (line.state === WAITING) return say("waiting_reason");
  return line.answer?.headline ?? line.refusal;
}

function remarksOf(line) {
  const remarks = [];
  remarks.push(...(line.answer?.notes ?? []));
  if (line.answer?.carton) remarks.push(say("pair_box", { box: halfOf(line.answer.carton) }));
  if (line.again.length) remarks.push(say("scanned_again", { count: line.again.length + 1 }));
  if (line.sameAs && toneOf(line) !== "same") remarks.push(say("same_as", { number: line.sameAs }));
  if (line.twin) remarks.push(say("twin_of", { number: line.twin }));
  if (line.twinOf && line.answer) remarks.push(`${say(`word_${line.answer.action}`)}: ${line.answer.headline}`);
  return remarks;
}

function doneOf({ done }) {
  const said = say("done", { choice: say(`choice_${done.choice}`), time: clockTime(done.at) });
  return done.note ? `${said} ${visible(done.note)}` : said;
}

function choice(name, chosen) {
  const button = element("button", "second", say(name));
  button.type = "button";
  button.addEventListener("click", chosen, { once: true });
  return button;
}

// One line of the list, built anew whenever something about it changes.
function row(line) {
  const tone = toneOf(line);
  const item = element("li", `line card--${tone}`);
  item.id = `line-${line.number}`;
  item.dataset.tone = tone;
  const badge = element("div", "line-badge");
  badge.append(shape(tone), element("span", "line-number", String(line.number)));
  const body = element("div", "line-body");
  const head = element("p", "line-head");
  const time = element("time", "", clockTime(line.at));
  time.dateTime = line.at;
  head.append(element("strong", "line-word", say(`word_${tone}`)), time);
  body.append(head, element("p", "line-pack", packOf(line)), element("p", "line-reason", reasonOf(line)));
  for (const remark of remarksOf(line)) body.append(element("p", "line-remark", remark));
  if (line.done) body.append(element("p", "line-done", doneOf(line)));
  item.append(badge, body);
  return item;
}

export class View {
  constructor() {
    this.list = document.getElementById("lines");
    this.now = document.getElementById("now");
    this.counts = document.getElementById("counts");
    this.tools = document.getElementById("tools");
    this.printed = document.getElementById("printed");
    addEventListener("beforeprint", () => {
      this.printed.textContent = say("printed", { moment: dayAndTime(Date.now()) });
    });
  }

  // The newest line is on top; the attribute tells everyone that the numbers run downwards.
  all({ lines }) {
    this.list.replaceChildren(...lines.map(row).reverse());
  }

  line(line) {
    const fresh = row(line);
    const old = document.getElementById(fresh.id);
    if (old) old.replaceWith(fresh);
    else this.list.prepend(fresh);
  }

  summary(delivery) {
    const { lines } = delivery;
    const count = (...tones) => tones.reduce((sum, tone) => sum + delivery.count(tone), 0);
    const told = [
      say("count_all", { count: lines.length }),
      say("count_accept", { count: count("accept") }),
      say("count_same", { count: count("same") }),
      say("count_look", { count: count("check", "unknown", "refused") }),
      say("count_stop", { count: count("reject", "quarantine", "used") }),
      say("count_waiting", { count: count(WAITING, HALF) }),
    ];
    this.counts.replaceChildren(...told.map((text) => element("li", "", text)));
    for (const part of [this.counts, this.tools]) part.hidden = lines.length === 0;
    document.getElementById("caveat").hidden = delivery.count("accept") === 0;
    document.getElementById("empty").hidden = lines.length > 0;
  }

  // The last line, large: what somebody sees who only glances at the screen.
  last(line) {
    const tone = toneOf(line);
    this.now.className = `now card--${tone}`;
    this.now.dataset.tone = tone;
    const words = element("div", "");
    words.append(
      element("p", "now-word", say(`word_${tone}`)),
      element("p", "now-pack", `${line.number}. ${packOf(line)}`),
    );
    // A match must not be read without what it does not show.
    words.append(element("p", "now-reason", tone === "accept" ? say("caveat") : reasonOf(line)));
    this.now.replaceChildren(shape(tone), words);
    this.now.hidden = false;
  }

  // A vial waits for its box: the code of the box, or word that it has none.
  half(line, alone) {
    this.last(line);
    this.now.dataset.tone = HALF;
    this.now.lastElementChild.append(choice("half_alone", alone));
  }

  // The vial's code once more, where the box's was to come.
  vialAgain(line, { same, alone }) {
    this.half(line, alone);
    this.now.querySelector(".now-word").textContent = say("half_again_word");
    this.now.querySelector(".now-reason").textContent = say("half_again_reason");
    this.now.querySelector("button").before(choice("half_same", same));
  }

  // The same number once more: no new line, unless somebody says that it is another pack.
  again(line, otherPack) {
    this.now.className = "now card--check";
    this.now.dataset.tone = "again";
    const words = element("div", "");
    words.append(
      element("p", "now-word", say("again_word", { number: line.number })),
      element("p", "now-pack", packOf(line)),
      element("p", "now-reason", say("again_reason")),
      choice("again_other", otherPack),
    );
    this.now.replaceChildren(shape("check"), words);
    this.now.hidden = false;
  }

  nothing() {
    this.now.hidden = true;
    this.now.replaceChildren();
  }
}

export { packOf, reasonOf, shape };
