// USB scanners type. Wherever the focus is, what they type ends up in the one box, and Enter or Tab ends a scan.
// (FNC1 as Ctrl+] is seen to by vialcheck.js.)

const BOXES = "input, textarea, select";
const SCAN = 6; // characters: nobody types so many at a button

export function listen(box, form, { scanned, blocked }) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = box.value.trim();
    box.value = "";
    if (text) scanned(text);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || !box.value.trim()) return;
    event.preventDefault();
    form.requestSubmit();
  });

  let typed = 0;
  document.addEventListener("keydown", (event) => {
    const character = event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (character) {
      typed += 1;
      const taken = event.target.closest(BOXES) || document.querySelector("dialog[open]") || event.key === " ";
      if (!taken) box.focus({ preventScroll: true }); // the key then goes there
    } else if (event.key !== "Shift") {
      // A scanner went off while the run is stopped: nothing of it is taken, and that must not go unnoticed.
      const scan = event.key === "Enter" && typed >= SCAN && !event.target.closest("textarea");
      if (scan && blocked()) event.preventDefault();
      typed = 0;
    }
  });
}
