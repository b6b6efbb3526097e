/** Writes the service worker `sw.js`, with the names of all files of the site in it. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin, type Rollup } from "vite";
import type { Site } from "../src/offline/rules.ts";

const ENTRY = fileURLToPath(new URL("../src/offline/worker.ts", import.meta.url));

/** Every file below a folder, as a path relative to it. */
function below(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join("/"));
}

async function bundled(site: Site): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    define: { __SITE__: JSON.stringify(site) },
    build: { write: false, target: "es2022", lib: { entry: ENTRY, formats: ["iife"], name: "offline" } },
  });
  const [{ output }] = result as Rollup.RollupOutput[];
  return output[0].code;
}

export function offline(): Plugin {
  let publicDir = "";
  return {
    name: "offline",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      ({ publicDir } = config);
    },
    async generateBundle(_, bundle) {
      const hash = createHash("sha256");
      for (const name of Object.keys(bundle).sort()) {
        const file = bundle[name];
        hash.update(name).update(file.type === "chunk" ? file.code : file.source);
      }
      const others = below(publicDir);
      for (const name of others) hash.update(name).update(readFileSync(join(publicDir, name)));
      const site = { version: hash.digest("hex").slice(0, 16), files: [...Object.keys(bundle), ...others].sort() };
      this.emitFile({ type: "asset", fileName: "sw.js", source: await bundled(site) });
    },
  };
}
