/** What the first visit loads, against the budgets. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { folder } from "./server.ts";

const root = folder("dist-fake");
const assets = readdirSync(join(root, "assets"));
const zipped = (file: string) => gzipSync(readFileSync(join(root, "assets", file))).length;
/** A script and all that it imports before it runs; what it imports later stands in parentheses. */
function withImports(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const text = readFileSync(join(root, "assets", name), "utf8");
  for (const [, other] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) withImports(other, found);
  return found;
}
const named = (pattern: RegExp) => assets.filter((name) => pattern.test(name)).reduce((sum, name) => sum + zipped(name), 0);

test("HTML, first script, styles and later views are within their budgets", () => {
  expect(statSync(join(root, "index.html")).size).toBeLessThanOrEqual(25_000);
  const [, start = ""] = /<script[^>]* src="\.\/assets\/([^"]+)"/.exec(readFileSync(join(root, "index.html"), "utf8")) ?? [];
  const scripts = [...withImports(start)];
  // The framework alone is more than this: less would mean that an import was missed.
  const bytes = scripts.reduce((sum, name) => sum + zipped(name), 0);
  expect(bytes).toBeGreaterThan(30_000);
  expect(bytes).toBeLessThanOrEqual(60_000);
  expect(named(/^index-.*\.css$/)).toBeLessThanOrEqual(12_000);
  for (const view of [/^Train-.*\.js$/, /^Compare-.*\.js$/, /^Runs-.*\.js$/, /^Board-.*\.js$/, /^Bench-.*\.js$/, /^LensMaps-.*\.js$/, /^Tour-.*\.js$/, /^uPlot.*\.js$/]) {
    expect(named(view)).toBeGreaterThan(0);
    expect(named(view)).toBeLessThanOrEqual(30_000);
  }
});

test("engine and demo model are within theirs", () => {
  const dist = folder("dist");
  const [engine] = readdirSync(join(dist, "assets")).filter((name) => name.endsWith(".wasm"));
  // By gzip itself and as `cargo xtask test` counts: node's own library leaves a little more.
  const bytes = execFileSync("gzip", ["-6", "-c", join(dist, "assets", engine)], { maxBuffer: 10_000_000 }).length;
  expect(bytes).toBeGreaterThan(1_000_000);
  expect(bytes).toBeLessThanOrEqual(3_500_000);
  const pack = readdirSync(join(dist, "pack")).reduce((sum, name) => sum + statSync(join(dist, "pack", name)).size, 0);
  expect(pack).toBeGreaterThan(1_000_000);
  expect(pack).toBeLessThanOrEqual(3_000_000);
});

test("the real build carries nothing of the scripted engine", () => {
  const dist = folder("dist");
  const files = readdirSync(join(dist, "assets")).filter((name) => name.endsWith(".js"));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(readFileSync(join(dist, "assets", file), "utf8")).not.toContain("Example GPU");
});
