// The service worker of the scan station: without a network the page and its parts come from here. The network is
// asked first, so that a new version is seen at once. Answers about vials are never kept: nothing old may pass
// for a check. Served as /scan/offline.js and in charge of /scan alone.
"use strict";

const CACHE = "vialcheck-scan-1";
const PATIENCE = 3000; // ms, after which the kept copy is better than waiting

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && isPart(new URL(event.request.url))) event.respondWith(part(event.request));
});

async function keepAll() {
  const parts = await (await fetch("parts.json", { cache: "no-cache" })).json();
  const cache = await caches.open(CACHE);
  await cache.addAll(parts.map((address) => new Request(address, { cache: "no-cache" })));
}

function isPart({ origin, pathname }) {
  const base = new URL(self.registration.scope).pathname; // …/scan
  if (origin !== self.location.origin) return false;
  return pathname === base || pathname === `${base}/reader.js` || pathname.startsWith(`${base.slice(0, -4)}static/`);
}

async function part(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreVary: true, ignoreSearch: true });
  const fetched = fetch(request).then(async (response) => {
    // The page of a guest network, and an error, are no part of ours.
    if (response.ok && !response.redirected) {
      await cache.delete(request, { ignoreVary: true, ignoreSearch: true }); // an older version under another fingerprint
      await cache.put(request, response.clone());
    }
    return response;
  });
  if (!kept) return fetched;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept));
  return Promise.race([fetched.then((response) => (response.ok ? response : kept), () => kept), late]);
}
