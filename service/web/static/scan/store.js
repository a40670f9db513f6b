// The delivery in this browser, in IndexedDB: each line is a record of its own, written before it is shown, so
// that neither a reload nor a flat battery loses one. (localStorage would write the whole list for every scan, in
// the way of the camera, and promises nothing about the disk.)

const NAME = "vialcheck-scan";
const LINES = "lines";

function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export class Store {
  static async open() {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(LINES, { keyPath: "number" });
    return new Store(await result(request));
  }

  constructor(database) {
    this.database = database;
    // Otherwise a browser that is short of room may throw the list away. It may say no; then nothing changes.
    navigator.storage?.persist?.().catch(() => {});
  }

  all() {
    return result(this.database.transaction(LINES).objectStore(LINES).getAll());
  }

  // Resolves when the line is on disk.
  async put(line) {
    const transaction = this.database.transaction(LINES, "readwrite", { durability: "strict" });
    transaction.objectStore(LINES).put(line);
    await finished(transaction);
  }

  async clear() {
    const transaction = this.database.transaction(LINES, "readwrite", { durability: "strict" });
    transaction.objectStore(LINES).clear();
    await finished(transaction);
  }
}
