/** Brings engine and demo pack here, counting bytes. */
import type { FileEntry } from "attentionless";
import wasmUrl from "attentionless/wasm";
import type { LoadingPart, Row } from "../protocol.ts";

export type Engine = typeof import("attentionless");
export type Report = (part: LoadingPart, loaded: number, total: number) => void;

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

async function get(url: string, cache: RequestCache, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { cache, signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new NetworkError(`${url}: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (!response.ok) throw new NetworkError(`${url}: ${response.status} ${response.statusText}`);
  return response;
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

async function bytesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>, url: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new NetworkError(`${url}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function network(base: string): Source {
  return {
    async engine(report, signal) {
      const engine = await import("attentionless");
      const url = new URL(wasmUrl, self.location.href).href;
      await persistent(signal, async (cache) => {
        const response = await get(url, cache, signal);
        const body = counted(response, url, (loaded) => report("engine", loaded, Math.max(loaded, __WASM_BYTES__)));
        // As a response, so that it is compiled while it comes.
        const wasm = new Response(body, { headers: { "content-type": "application/wasm" } });
        await engine.default({ module_or_path: wasm }).catch((error: unknown) => {
          signal.throwIfAborted();
          throw new NetworkError(`${url}: ${error instanceof Error ? error.message : String(error)}`);
        });
      });
      return engine;
    },

    async pack(engine, report, signal) {
      const folder = new URL("pack/", base);
      const listed = await fetch(new URL("manifest.json", folder), { signal });
      if (listed.status === 404) return null;
      const { bundle, rows, command = null } = (await listed.json()) as Manifest;
      const url = new URL(bundle.file, folder).href;
      const bytes = await persistent(signal, async (cache) => {
        const body = counted(await get(url, cache, signal), url, (loaded) => report("models", loaded, bundle.bytes));
        const found = await bytesOf(body, url);
        // Only https and localhost have the hash at hand.
        const whole = !crypto.subtle || (await sha256(found)) === bundle.sha256;
        if (!whole) throw new NetworkError(`${url}: not what the manifest names`);
        return found;
      });
      return { files: engine.unpack(bytes), rows, command };
    },
  };
}
