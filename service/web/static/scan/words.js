// The page brings its sentences in the reader's language; the scripts hold none.

const words = JSON.parse(document.getElementById("words").textContent);

// The sentence of a name, with the gaps in braces filled.
export function say(name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (gap, key) => (key in values ? String(values[key]) : gap));
}

// Control characters as their pictures, so that a separator in a code is seen.
export function visible(text) {
  return text.replace(/[\x00-\x1f]/g, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)));
}

const language = document.documentElement.lang || undefined;

export function clockTime(moment) {
  return new Date(moment).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}

export function dayAndTime(moment) {
  return new Date(moment).toLocaleString(language, { dateStyle: "long", timeStyle: "short" });
}
