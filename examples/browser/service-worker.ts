/** Keeps all files of the page, so that it works offline. A version's files come together, or not at all. */

/** What `precache` puts before this script: all files of the page, and a digest of them. */
declare const PRECACHE: { version: string; files: readonly string[] };

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  request: Request;
  respondWith(response: Promise<Response>): void;
}
const scope = globalThis as unknown as {
  registration: { scope: string };
  clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
};

const PREFIX = `hpa-kit ${scope.registration.scope} `;
const current = PREFIX + PRECACHE.version;

scope.addEventListener('install', (event) => {
  const fresh = PRECACHE.files.map((file) => new Request(file, { cache: 'no-cache' }));
  event.waitUntil(caches.open(current).then((cache) => cache.addAll(fresh)));
});

// Comes once no page of the former version is open.
scope.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      const former = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== current);
      await Promise.all(former.map((name) => caches.delete(name)));
      await scope.clients.claim();
    })(),
  );
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  event.respondWith(
    caches
      .open(current)
      .then((cache) => cache.match(request, { ignoreSearch: true }))
      .then((kept) => kept ?? fetch(request)),
  );
});
