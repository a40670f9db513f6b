// The list as a file for a spreadsheet (RFC 4180), with no cell that a spreadsheet would run.

import { toneOf } from "./delivery.js";
import { say, visible } from "./words.js";

const FORMULA = /^\s*[=+\-@＝＋－＠|%]/; // what spreadsheets start a formula or a command with

export function cell(value) {
  const text = visible(String(value ?? ""));
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\n\r;']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function remarks(line) {
  const said = [];
  if (line.again.length) said.push(say("scanned_again", { count: line.again.length + 1 }));
  const twin = line.twinOf ?? line.twin;
  if (twin) said.push(say("twin_of", { number: twin }));
  if (line.sameAs) said.push(say("same_as", { number: line.sameAs }));
  return said.join(" ");
}

const COLUMNS = [
  ["column_line", (line) => line.number],
  ["column_scanned_at", (line) => line.at],
  ["column_result", (line) => say(`word_${toneOf(line)}`)],
  ["column_reason", (line) => line.answer?.headline ?? line.refusal],
  ["column_product", (line) => line.answer?.product],
  ["column_manufacturer", (line) => line.answer?.manufacturer],
  ["column_gtin", (line) => line.answer?.gtin],
  ["column_lot", (line) => line.answer?.lot],
  ["column_serial", (line) => line.answer?.serial],
  ["column_expiry", (line) => line.answer?.expiry],
  ["column_remark", remarks],
  ["column_done", (line) => (line.done ? say(`choice_${line.done.choice}`) : "")],
  ["column_note", (line) => line.done?.note],
  ["column_checked_at", (line) => line.answer?.asOf],
  ["column_check", (line) => line.answer?.id],
  ["column_text", (line) => line.text],
  ["column_box_text", (line) => line.carton],
];

export function csv(lines) {
  const rows = [COLUMNS.map(([name]) => cell(say(name)))];
  for (const line of lines) rows.push(COLUMNS.map(([, value]) => cell(value(line))));
  return `\ufeff${rows.map((row) => row.join(",")).join("\r\n")}\r\n`;
}

export function download(lines) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv(lines)], { type: "text/csv;charset=utf-8" }));
  link.download = `${say("file_name")}-${new Date().toISOString().slice(0, 16).replace(/[T:]/g, "-")}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
