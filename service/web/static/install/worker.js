// The service worker of the pages: without a network it says so, in place of the browser's own error. It keeps that
// page and its style sheet alone. Answers are never kept: nothing old may pass for a check.
"use strict";

const CACHE = "vialcheck-offline-1";

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(async () => (await kept("offline")) || Response.error()));
  } else if (request.destination === "style") {
    event.respondWith(fetch(request).catch(async () => (await caches.match(request)) || Response.error()));
  }
});

async function keep() {
  const cache = await caches.open(CACHE);
  const page = await fetch(new Request(address("offline"), { cache: "no-cache" }));
  if (!page.ok || page.redirected) throw new Error("the page of a guest network");
  const text = await page.clone().text();
  await cache.put(address("offline"), page);
  const sheets = [...text.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)].map(([, at]) => new URL(at, address("offline")));
  await cache.addAll(sheets.map((each) => each.href));
}

function kept(name) {
  return caches.match(address(name), { ignoreVary: true });
}

function address(name) {
  return new URL(name, self.registration.scope).href;
}

// A message says only that there is something to look at; in which language, the page of the receipt has kept here.
self.addEventListener("push", (event) => event.waitUntil(tell()));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(address("receipts/kept")));
});

async function tell() {
  const words = await caches.match(address("receipts/words"));
  const text = words ? await words.text() : "Look at your receipt.";
  await self.registration.showNotification("Vialcheck", { body: text, tag: "receipt" });
}
