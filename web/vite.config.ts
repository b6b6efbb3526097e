import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { offline } from "./plugins/offline.ts";
import { recordedExamples } from "./plugins/recorded.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The engine is built beside this folder; the fake build carries a scripted one and needs no wasm. */
function engineAlias(fake: boolean) {
  const [module, wasm] = fake
    ? [here("./src/fake/engine.ts"), here("./src/fake/wasm.ts")]
    : [here("../pkg/index.js"), here("../pkg/attentionless_bg.wasm") + "?url"];
  return [
    { find: /^attentionless$/, replacement: module },
    { find: /^attentionless\/wasm$/, replacement: wasm },
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
    resolve: { alias: engineAlias(fake) },
    define: {
      // Servers that compress send no length; the bar needs one.
      __WASM_BYTES__: JSON.stringify(fake ? 3_500_000 : bytesOf(here("../pkg/attentionless_bg.wasm"))),
    },
    worker: { format: "es" as const },
    build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
    test: { include: ["tests/unit/**/*.test.ts"], environment: "node" },
  };
});
