// What the barcode reader gives, turned into what is asked: the symbology identifier, then the bytes.

const GS1 = /^\](?:C1|e0|d2|d8|Q3|J1)/; // symbols that promise GS1 data (GS1 General Specifications, 5.1.2)
const LINK = /^\][A-Za-z][0-9]https?:\/\/[^/]+\/(?:.*\/)?01\/[0-9]{8,14}/i;
const ENVELOPE = /^\]d[0-9]\[\)>\x1e06\x1d/; // ISO/IEC 15434 format 06, which carries the German PPN

// AIs with a length of their own, by their first two digits: no FNC1 follows them (GS1 General
// Specifications, 7.8.5). The figure counts the AI too.
const FIXED = { "00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "11": 8, "12": 8, "13": 8, "14": 8,
  "15": 8, "16": 8, "17": 8, "18": 8, "19": 8, "20": 4, "31": 10, "32": 10, "33": 10, "34": 10, "35": 10,
  "36": 10, "41": 16 };

// With an ECI in it a symbol says so in its identifier; what remains is what GS1 calls it.
const WITHOUT_ECI = { "]d5": "]d2", "]Q4": "]Q3" };

// What a scanner that sends identifiers would have sent.
export function scanOf(identifier, content) {
  return (WITHOUT_ECI[identifier] ?? identifier) + content;
}

// Text in UTF-8 where the bytes are that, else one character for a byte. FNC1 stays what it is: U+001D.
export function textOf(identifier, bytes) {
  let content;
  try {
    content = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    content = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }
  return scanOf(identifier, content);
}

// A carton may bear an advertising link beside its code: where one code names a product, only such are asked.
export function productCodes(texts) {
  const named = texts.filter((text) => GS1.test(text) || LINK.test(text) || ENVELOPE.test(text));
  return named.length ? named : texts.filter((text) => !text.startsWith("]C")); // a carrier's parcel label
}

// Whether a text holds a serial number. Without one, two packs of a lot have the same code and are no duplicate.
export function hasSerial(text) {
  if (/^(?:\][A-Za-z][0-9])?https?:/i.test(text)) return /\/21\/|[?&]21=/.test(text);
  if (text.includes("(")) return text.includes("(21)");
  if (ENVELOPE.test(text)) return /\x1dS/.test(text);
  let rest = text.replace(/^\][A-Za-z][0-9]/, "").replace(/^\x1d/, "");
  while (rest.length > 2) {
    if (rest.startsWith("21")) return true;
    const length = FIXED[rest.slice(0, 2)];
    const end = rest.indexOf("\x1d");
    if (length) rest = rest.slice(length).replace(/^\x1d/, "");
    else if (end < 0) return false;
    else rest = rest.slice(end + 1);
  }
  return false;
}
