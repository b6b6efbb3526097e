import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { offline } from "./plugins/offline.ts";
import { recordedExamples } from "./plugins/recorded.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

function packageAt(folder: string) {
  return { module: here(`${folder}/index.js`), wasm: here(`${folder}/attentionless_bg.wasm`) + "?url" };
}

/** The engines are built beside this folder; the fake build carries a scripted one and needs no wasm. Only a build with threads has two. */
function engineAlias(mode: string) {
  const fake = mode === "fake" || mode === "test";
  const single = fake ? { module: here("./src/fake/engine.ts"), wasm: here("./src/fake/wasm.ts") } : packageAt("../pkg");
  const threaded = mode === "threads" ? packageAt("../pkg-threads") : single;
  return [
    { find: /^attentionless$/, replacement: single.module },
    { find: /^attentionless\/wasm$/, replacement: single.wasm },
    { find: /^attentionless-threads$/, replacement: threaded.module },
    { find: /^attentionless-threads\/wasm$/, replacement: threaded.wasm },
  ];
}

function bytesOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

export default defineConfig(({ mode }) => {
  const fake = mode === "fake" || mode === "test";
  const manifest = here(fake ? "./tests/fixtures/manifest.json" : "./public/pack/manifest.json");
  return {
    base: "./",
    plugins: [svelte(), recordedExamples(manifest), offline()],
    resolve: { alias: engineAlias(mode) },
    define: {
      // Servers that compress send no length; the bar needs one.
      __WASM_BYTES__: JSON.stringify(fake ? 3_500_000 : bytesOf(here("../pkg/attentionless_bg.wasm"))),
    },
    worker: { format: "es" as const },
    build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
    test: { include: ["tests/unit/**/*.test.ts"], environment: "node" },
  };
});
