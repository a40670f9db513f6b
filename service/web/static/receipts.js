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
  if (part && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) offer(part);
  const list = document.getElementById("kept-receipts");
  if (list) show(list);

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

  function show(list) {
    const all = kept();
    list.querySelector("[data-none]").hidden = all.length > 0;
    for (const { at, name, day } of all) {
      const link = document.createElement("a");
      link.className = "tall";
      link.href = at;
      link.textContent = day + ": " + name;
      const item = document.createElement("li");
      item.append(link);
      list.querySelector("ul").append(item);
    }
  }
})();
