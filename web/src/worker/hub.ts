/** Corpora of the engine's catalogue: each comes from its public home, whole or not at all, and is kept in this browser. */
import type { FileEntry, Recipe } from "attentionless";
import type { HubEntry } from "../protocol.ts";
import { hub as words } from "../strings/hub.ts";
import type { Host } from "./host.ts";
import { breathe } from "./turns.ts";

const CACHE = "attentionless-hub";
/** Bytes that are taken from a server at most, as on the command line. */
const MOST = 2 ** 28;

/** Where the browser has no place for files: only https and localhost have one, and it may be full. */
const inMemory = new Map<string, Blob>();

async function cache(): Promise<Cache | null> {
  return "caches" in globalThis ? caches.open(CACHE).catch(() => null) : null;
}

async function keep(url: string, file: Blob): Promise<void> {
  try {
    const store = await cache();
    if (store) return await store.put(url, new Response(file));
  } catch {
    // There is no space for it: the page has it until it is closed.
  }
  inMemory.set(url, file);
}

async function kept(url: string): Promise<Blob | null> {
  const response = await (await cache())?.match(url);
  return response ? response.blob() : (inMemory.get(url) ?? null);
}

export async function catalogue(host: Host): Promise<HubEntry[]> {
  const entries = await host.turns.take(() => host.engine.catalogue());
  return Promise.all(entries.map(async (entry) => ({ ...entry, kept: (await kept(entry.url))?.size ?? null })));
}

async function entryOf(host: Host, name: string) {
  const entry = (await host.turns.take(() => host.engine.catalogue())).find((entry) => entry.name === name);
  if (!entry) throw new Error(words.refused.unknown(name));
  return entry;
}

export async function forgetHub(host: Host, name: string): Promise<void> {
  const { url } = await entryOf(host, name);
  await (await cache())?.delete(url);
  inMemory.delete(url);
}

export async function loadHub(host: Host, name: string, signal: AbortSignal): Promise<{ bytes: number }> {
  const { url, bytes: about } = await entryOf(host, name);
  const report = (loaded: number, total: number) => {
    if (loaded < total && !host.pace.due("hub-loading")) return;
    host.notify({ type: "hub-loading", name, loaded, total });
  };
  report(0, about);
  const file = await download(url, about, report, signal);
  const bytes = new Uint8Array(await file.arrayBuffer());
  await breathe();
  await host.turns.take(() => {
    signal.throwIfAborted();
    try {
      host.engine.checkHub(name, bytes);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw error;
      throw new Error(words.refused.notCorpus(messageOf(error), bytes.length), { cause: error });
    }
  });
  signal.throwIfAborted();
  await keep(url, file);
  return { bytes: bytes.length };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Nothing of it is kept here, and the browser is asked to keep nothing of it either. */
async function download(url: string, about: number, report: (loaded: number, total: number) => void, signal: AbortSignal): Promise<Blob> {
  const { refused } = words;
  const response = await fetch(url, { signal, cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new Error(refused.unreachable(url, messageOf(error)), { cause: error });
  });
  if (!response.ok || !response.body) throw new Error(refused.status(url, response.status));
  const said = Number(response.headers.get("content-length"));
  const total = said > 0 ? said : null;
  if (total !== null && total > MOST) throw new Error(refused.tooLarge(url, total, about));
  const cut = (received: number, reason: string) => new Error(refused.cut(url, received, total, reason));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body.getReader();
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      signal.throwIfAborted();
      throw cut(received, messageOf(error));
    });
    if (done) break;
    parts.push(value);
    received += value.length;
    if (received > MOST) {
      await reader.cancel();
      throw new Error(refused.tooLarge(url, received, about));
    }
    report(received, Math.max(total ?? about, received));
  }
  if (total !== null && received < total) throw cut(received, "it ended");
  return new Blob(parts);
}

/** What a recipe names of the catalogue, as the engine expects it among the uploads. */
export async function hubFiles(host: Host, { corpus }: Recipe): Promise<FileEntry[]> {
  const sources = [corpus.source, corpus.valid, corpus.test];
  const names = new Set(sources.flatMap((source) => (source?.startsWith("hub:") ? [source.slice("hub:".length).trim()] : [])));
  return Promise.all([...names].map(async (name) => {
    const file = await kept((await entryOf(host, name)).url);
    if (!file) throw new Error(words.refused.missing(name));
    return { name: `uploads/${name}.zip`, bytes: new Uint8Array(await file.arrayBuffer()) };
  }));
}
