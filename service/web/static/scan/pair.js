// What the vial and its box say, side by side: a person sees at once which of them to look at again.

import { say, visible } from "./words.js";

const PLAIN = (text) => text;
// Separators and the case of a lot's letters tell no lots apart; a month stands for each of its days.
const FIELDS = [
  ["column_gtin", "gtin", PLAIN],
  ["column_lot", "lot", (text) => text.toUpperCase().replace(/[^\p{L}\p{N}]/gu, "")],
  ["column_serial", "serial", PLAIN],
  ["column_expiry", "expiry", PLAIN],
];

function differ(one, other, folded) {
  if (!one || !other) return false;
  const [first, second] = [folded(one), folded(other)];
  return first !== second && !(folded === PLAIN && (first.startsWith(`${second}-`) || second.startsWith(`${first}-`)));
}

// The rows of a table, or none where only one of the two was scanned.
export function pairRows({ answer }) {
  if (!answer?.vial || !answer.carton) return [];
  return FIELDS.filter(([, name]) => answer.vial[name] || answer.carton[name]).map(([label, name, folded]) => {
    const values = [answer.vial[name], answer.carton[name]];
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = say(label);
    row.append(head);
    for (const value of values) {
      const cell = document.createElement("td");
      cell.textContent = visible(value ?? say("pair_nothing"));
      row.append(cell);
    }
    if (differ(...values, folded)) {
      row.className = "differs";
      head.append(document.createElement("br"), say("pair_differs"));
    }
    return row;
  });
}
