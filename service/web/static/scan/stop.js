// A red line stops the run: nothing else can be done on the page until somebody says what happens to the vial.

import { toneOf } from "./delivery.js";
import { closeDialog, openDialog } from "./dialogs.js";
import { pairRows } from "./pair.js";
import { say } from "./words.js";
import { packOf, reasonOf, shape } from "./view.js";

export class Stop {
  // `settled(line, choice, note)` resolves when what was said is on disk.
  constructor(settled) {
    this.dialog = document.getElementById("stop");
    this.form = this.dialog.querySelector("form");
    this.error = document.getElementById("stop-error");
    this.line = null;
    this.form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const choice = new FormData(this.form).get("choice");
      if (!choice) {
        this.complain();
        return;
      }
      const { line } = this;
      this.line = null;
      closeDialog(this.dialog);
      await settled(line, choice, this.form.elements.note.value.trim());
    });
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    // A browser closes a dialog on the second Escape, whatever the page says.
    this.dialog.addEventListener("close", () => this.line && openDialog(this.dialog));
  }

  get open() {
    return this.line !== null;
  }

  show(line) {
    if (this.line === line) return;
    this.line = line;
    const tone = toneOf(line);
    this.dialog.className = `stop card--${tone}`;
    document.getElementById("stop-shape").replaceChildren(shape(tone));
    document.getElementById("stop-title").textContent = say(line.twinOf ? "title_twin" : `title_${tone}`);
    document.getElementById("stop-pack").textContent = `${line.number}. ${packOf(line)}`;
    document.getElementById("stop-reason").textContent = reasonOf(line);
    const rows = pairRows(line);
    document.getElementById("stop-pair").hidden = rows.length === 0;
    document.getElementById("stop-pair-rows").replaceChildren(...rows);
    const steps = (line.answer?.advice ?? []).map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    });
    document.getElementById("stop-advice").replaceChildren(...steps);
    this.form.reset();
    this.error.hidden = true;
    openDialog(this.dialog);
    this.dialog.scrollTop = 0;
  }

  // A scan came while the question is open, and was not taken.
  missed() {
    this.error.hidden = false;
    this.error.textContent = say("scan_missed");
  }

  complain() {
    this.error.hidden = false;
    this.error.textContent = say("choice_needed");
    this.form.elements.choice[0].focus();
  }
}
