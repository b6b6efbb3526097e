/** Serves a built site below a path of its choice, as any static host would. */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".safetensors": "application/octet-stream",
};

export interface Site {
  url: string;
  close(): void;
}

export function folder(name: "dist" | "dist-fake" | "dist-threads"): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

/** `told` hears of every path that is asked for, before it is answered; `headers` come with every file. */
export async function serve(root: string, base = "/", told: (path: string) => void = () => undefined, headers: Record<string, string> = {}): Promise<Site> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    told(path);
    const below = path.startsWith(base) ? normalize(path.slice(base.length)) : null;
    const file = below === null || below.startsWith("..") ? null : join(root, below === "." || below === "" ? "index.html" : below);
    if (!file || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "cache-control": "no-cache", ...headers });
    return createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    // Else a browser that keeps one open is answered still.
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}${base}`, close };
}
