// Has this browser told when a receipt changes, and lists the receipts that this telephone keeps. Without this file
// the page says to open the link again from time to time.
"use strict";

(function () {
  const KEY = "vialcheck-receipts";
  const MOST = 50;

  function kept() {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) || "[]");
      return Array.isArray(found) ? found.filter(({ at }) => /^\/r\/[\w-]{22}$/.test(at)) : [];
    } catch (error) {
      return []; // storage is closed, or holds something else
    }
  }

  function keep(all) {
    try {
      localStorage.setItem(KEY, JSON.stringify(all.slice(0, MOST)));
    } catch (error) {
      return; // the message then leads to an empty list; the link itself goes on to work
    }
  }

  const part = document.getElementById("told");
  if (part && window.localStorage) offerToKeep(part);
  if (part && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) offer(part);
  const list = document.getElementById("kept-receipts");
  if (list) show(list);

  function offerToKeep(part) {
    const { dataset } = part;
    const box = part.querySelector("[data-keeping]");
    const status = box.querySelector("[role=status]");
    const button = box.querySelector("[data-keep]");
    box.hidden = false;
    button.hidden = kept().some(({ at }) => at === dataset.at);
    button.addEventListener("click", () => {
      const one = { at: dataset.at, name: dataset.name, day: dataset.day, told: false };
      keep([one, ...kept().filter(({ at }) => at !== dataset.at)]);
      button.hidden = true;
      status.textContent = status.dataset.kept;
    });
  }

  async function offer(part) {
    const { dataset } = part;
    const tell = part.querySelector("[data-tell]");
    const end = part.querySelector("[data-end]");
    const status = part.querySelector("[role=status]");

    function say(told, words) {
      tell.hidden = told;
      end.hidden = !told;
      status.textContent = words;
    }

    part.querySelector("[data-without]").hidden = true;
    part.querySelector("[data-with]").hidden = false;
    say(kept().some(({ at, told }) => at === dataset.at && told), "");

    tell.addEventListener("click", async () => {
      tell.disabled = true;
      try {
        if ((await Notification.requestPermission()) !== "granted") {
          say(false, status.dataset.refused);
          return;
        }
        const words = await caches.open("vialcheck-words");
        const scope = await navigator.serviceWorker.register(dataset.worker).then(() => navigator.serviceWorker.ready);
        await words.put(new URL("receipts/words", scope.scope).href, new Response(dataset.words));
        const subscription = await scope.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: dataset.key });
        await sent("POST", subscription);
        const one = { at: dataset.at, name: dataset.name, day: dataset.day, told: true };
        keep([one, ...kept().filter(({ at }) => at !== dataset.at)]);
        say(true, status.dataset.told);
      } catch (error) {
        say(false, status.dataset.failed);
      } finally {
        tell.disabled = false;
      }
    });

    end.addEventListener("click", async () => {
      try {
        const scope = await navigator.serviceWorker.ready;
        const subscription = await scope.pushManager.getSubscription();
        if (subscription) await sent("DELETE", subscription);
        keep(kept().filter(({ at }) => at !== dataset.at));
        say(false, status.dataset.ended);
      } catch (error) {
        say(true, status.dataset.failed);
      }
    });

    async function sent(method, subscription) {
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch(dataset.subscription, { method, headers, body: JSON.stringify(subscription) });
      if (!answer.ok) throw new Error(String(answer.status));
    }
  }

  async function show(list) {
    const all = kept();
    const none = list.querySelector("[data-none]");
    none.hidden = all.length > 0;
    if (!all.length) return;
    const links = all.map(({ at, name, day }) => {
      const link = document.createElement("a");
      link.className = "tall";
      link.href = at;
      link.textContent = day + ": " + name;
      const item = document.createElement("li");
      item.append(link);
      list.querySelector("ul").append(item);
      return link;
    });
    const forget = list.querySelector("[data-forget]");
    forget.hidden = false;
    forget.addEventListener("click", () => {
      localStorage.removeItem(KEY);
      list.querySelector("ul").replaceChildren();
      forget.hidden = true;
      none.hidden = false;
    });
    const status = list.querySelector("[role=status]");
    try {
      const changed = await readList(list.dataset);
      let any = false;
      for (const [number, { at }] of all.entries()) {
        if (!(await changed(at.slice(3)))) continue;
        any = true;
        const mark = document.createElement("strong");
        mark.textContent = list.querySelector("ul").dataset.mark + " ";
        links[number].before(mark);
      }
      status.textContent = any ? status.dataset.changed : status.dataset.same;
    } catch (error) {
      status.textContent = status.dataset.failed;
    }
  }

  // The list of the day: signed, and the same for everyone. Gives a function that tells whether a link is in it.
  async function readList({ list, keys }) {
    const answer = await fetch(list);
    if (!answer.ok) throw new Error(String(answer.status));
    const [head, body, signature] = (await answer.text()).trim().split(".");
    const header = JSON.parse(new TextDecoder().decode(bytes(head)));
    if (header.typ !== "vialcheck-changed-receipts+jws") throw new Error("another kind of file");
    await verify(keys, header.kid, head + "." + body, bytes(signature));
    const said = JSON.parse(new TextDecoder().decode(bytes(body)));
    if (Date.now() - Date.parse(said.day) > 3 * 24 * 3600 * 1000) throw new Error("an old list");
    const packed = bytes(said.entries);
    const entries = new Set();
    for (let at = 0; at < packed.length; at += said.bytes) entries.add(String(packed.slice(at, at + said.bytes)));
    return async (token) => {
      const full = await digest(said.day + " " + hex(await digest("vialcheck receipt " + token)));
      return entries.has(String(full.slice(0, said.bytes)));
    };
  }

  // Browsers that do not know the algorithm yet rely on the connection.
  async function verify(keys, kid, signed, signature) {
    const found = (await (await fetch(keys)).json()).keys.find((each) => each.kid === kid);
    if (!found) throw new Error("an unknown key");
    let key;
    try {
      const jwk = { kty: found.kty, crv: found.crv, x: found.x };
      key = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["verify"]);
    } catch (error) {
      return;
    }
    const good = await crypto.subtle.verify("Ed25519", key, signature, new TextEncoder().encode(signed));
    if (!good) throw new Error("a signature that is not ours");
  }

  async function digest(text) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  }

  function hex(content) {
    return Array.from(content, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function bytes(text) {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  }
})();
