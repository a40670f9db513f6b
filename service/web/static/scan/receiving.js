// The finished list goes on the clinic's record as one delivery. Only on the page of somebody who may do that.

import { ANSWERED, REFUSED, toneOf } from "./delivery.js";
import { patience } from "./patience.js";
import { say } from "./words.js";

const PART = 300; // lines in one request; the parts of one list have one nonce and become one delivery
const PATIENCE = 20_000; // ms
const OUTCOMES = { aside: "aside", returned: "returned" };

function counted(line) {
  return line.state === ANSWERED && line.done?.choice !== "mistake" && toneOf(line) !== "same";
}

function told(line) {
  const outcome = OUTCOMES[line.done?.choice] ?? "received";
  return { check: line.answer.id, outcome, note: line.done?.note ?? "" };
}

async function send(address, body) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
    signal: patience(PATIENCE),
    redirect: "error",
  });
  const content = await response.json();
  if (response.ok) return content.address;
  throw new Error(response.status === 403 ? say("receive_sign_in") : content.detail);
}

// All of it is recorded, or the list stays as it is and is sent again: the service adds each check once.
async function record(address, delivery, { supplier, number }) {
  const lines = delivery.lines.filter(counted).map(told);
  const { nonce } = delivery.lines[0];
  let page = "";
  for (let at = 0; at < lines.length; at += PART) {
    const part = { nonce, supplier, note_number: number, lines: lines.slice(at, at + PART) };
    page = await send(address, part);
  }
  return page;
}

export function receiving(delivery) {
  const form = document.getElementById("receive");
  if (!form) return;
  const said = document.getElementById("receive-said");
  let warned = false;
  const speak = (text) => {
    said.textContent = text;
    said.hidden = !text;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { lines } = delivery;
    const unread = lines.filter(({ state }) => state === REFUSED).length;
    if (!lines.some(counted)) speak(say("receive_nothing"));
    else if (lines.some(({ state }) => state !== ANSWERED && state !== REFUSED)) speak(say("receive_waiting"));
    else if (delivery.nextStop()) speak(say("choice_needed"));
    else if (unread && !warned) {
      warned = true;
      speak(say("receive_unread", { count: unread }));
    } else {
      const button = form.querySelector("button");
      button.disabled = true;
      try {
        const fields = { supplier: form.elements.supplier.value, number: form.elements.note_number.value };
        const page = await record(form.action, delivery, fields);
        await delivery.clear();
        location.assign(page);
      } catch (error) {
        speak(error.name === "Error" ? error.message : say("receive_failed"));
      } finally {
        button.disabled = false;
      }
    }
  });
}
