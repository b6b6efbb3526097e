/** Brings engine and demo pack here, counting bytes. */
import type { FileEntry } from "attentionless";
import wasmUrl from "attentionless/wasm";
import type { LoadingPart, Row } from "../protocol.ts";

export type Engine = typeof import("attentionless");
export type Report = (part: LoadingPart, loaded: number, total: number, cached?: boolean) => void;

export interface Pack {
  files: FileEntry[];
  rows: Row[];
  command: string | null;
}

interface Manifest {
  bundle: { file: string; bytes: number; sha256: string };
  command?: string;
  rows: Row[];
}

/** Where engine and pack come from: the network, or a script in the test build. */
export interface Source {
  engine(report: Report, signal: AbortSignal): Promise<Engine>;
  /** Null where this build has no pack. */
  pack(engine: Engine, report: Report, signal: AbortSignal): Promise<Pack | null>;
}

export class NetworkError extends Error {
  readonly kind = "network";
}

const TRIES = 3;

/** Tries again past the cache, which may hold the broken half of an earlier try. */
export async function persistent<T>(signal: AbortSignal, attempt: (cache: RequestCache) => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt(tried === 1 ? "default" : "reload");
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof NetworkError) || tried === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 400 * tried));
    }
  }
}

/** What a failed transfer is told as; one that was cancelled stays that. */
function failing(url: string, signal: AbortSignal): (error: unknown) => never {
  return (error) => {
    signal.throwIfAborted();
    throw new NetworkError(`${url}: ${error instanceof Error ? error.message : String(error)}`);
  };
}

/** Null where there is no such file. */
async function find(url: string, cache: RequestCache, signal: AbortSignal): Promise<Response | null> {
  const response = await fetch(url, { cache, signal }).catch(failing(url, signal));
  if (response.status === 404) return null;
  if (!response.ok) throw new NetworkError(`${url}: ${response.status} ${response.statusText}`);
  return response;
}

async function get(url: string, cache: RequestCache, signal: AbortSignal): Promise<Response> {
  const response = await find(url, cache, signal);
  if (!response) throw new NetworkError(`${url}: not found`);
  return response;
}

async function manifestOf(url: string, cache: RequestCache, signal: AbortSignal): Promise<Manifest | null> {
  const response = await find(url, cache, signal);
  return response ? ((await response.json().catch(failing(url, signal))) as Manifest) : null;
}

/** The body, with a count of what has passed. */
function counted(response: Response, url: string, count: (loaded: number) => void): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (!response.body) throw new NetworkError(`${url}: no body`);
  let loaded = 0;
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      loaded += chunk.length;
      count(loaded);
      controller.enqueue(chunk);
    },
  });
  return response.body.pipeThrough(counter);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What has its hash in its name, a service worker takes from its cache. */
async function isCached(url: string): Promise<boolean> {
  return (await caches.match(url)) !== undefined;
}

interface Built {
  engine: Engine;
  wasmUrl: string;
}

/** The one with threads where this build has it and the page may share memory with its workers: the server's headers say so. */
async function built(): Promise<Built> {
  if (import.meta.env.MODE === "threads" && self.crossOriginIsolated) return import("./threaded.ts");
  return { engine: await import("attentionless"), wasmUrl };
}

export function network(base: string, kept: boolean): Source {
  return {
    async engine(report, signal) {
      const { engine, wasmUrl } = await built();
      const url = new URL(wasmUrl, self.location.href).href;
      const cached = kept && (await isCached(url));
      await persistent(signal, async (cache) => {
        const response = await get(url, cache, signal);
        const body = counted(response, url, (loaded) => report("engine", loaded, Math.max(loaded, __WASM_BYTES__), cached));
        // As a response, so that it is compiled while it comes.
        const wasm = new Response(body, { headers: { "content-type": "application/wasm" } });
        await engine.load(wasm).catch(failing(url, signal));
      });
      return engine;
    },

    async pack(engine, report, signal) {
      const folder = new URL("pack/", base);
      const manifest = await persistent(signal, (cache) => manifestOf(new URL("manifest.json", folder).href, cache, signal));
      if (!manifest) return null;
      const { bundle, rows, command = null } = manifest;
      const url = new URL(bundle.file, folder).href;
      const bytes = await persistent(signal, async (cache) => {
        const body = counted(await get(url, cache, signal), url, (loaded) => report("models", loaded, bundle.bytes));
        const found = new Uint8Array(await new Response(body).arrayBuffer().catch(failing(url, signal)));
        // Only https and localhost have the hash at hand.
        const whole = !crypto.subtle || (await sha256(found)) === bundle.sha256;
        if (!whole) throw new NetworkError(`${url}: not what the manifest names`);
        return found;
      });
      return { files: engine.unpack(bytes), rows, command };
    },
  };
}
