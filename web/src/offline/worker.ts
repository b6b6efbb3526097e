/**
 * The service worker: what a first visit brought here is there without a network, too. Names in `assets/` hold a hash of what is in
 * them, so those come from the cache first; everything else comes from the network as long as there is one. So with a network
 * nothing older is shown than without this worker, and a page that is open keeps its own files until it is closed.
 */
import { asset, cacheName, kept, outdated, type Site } from "./rules.ts";

declare const __SITE__: Site;

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const SITE = __SITE__;
const SCOPE = new URL(worker.registration.scope);
const NAME = cacheName(SCOPE, SITE.version);

async function keepAll(): Promise<void> {
  const cache = await caches.open(NAME);
  // From the browser's own cache where it may: the page has just fetched most of it.
  await cache.addAll(SITE.files);
}

async function forgetOthers(): Promise<void> {
  await Promise.all(outdated(await caches.keys(), SCOPE, SITE.version).map((name) => caches.delete(name)));
  // Pages of the first visit, which no worker has yet; an update waits until all pages of the version before are closed.
  await worker.clients.claim();
}

async function answer(request: Request, file: string): Promise<Response> {
  const url = new URL(file, SCOPE);
  if (asset(file)) return (await caches.match(url)) ?? fetch(request);
  try {
    return await fetch(request);
  } catch (error) {
    const own = await caches.match(url, { cacheName: NAME });
    if (own) return own;
    throw error;
  }
}

worker.addEventListener("install", (event) => event.waitUntil(keepAll()));
worker.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
worker.addEventListener("fetch", (event) => {
  const file = event.request.method === "GET" ? kept(event.request.url, SCOPE, SITE.files) : null;
  if (file !== null) event.respondWith(answer(event.request, file));
});
