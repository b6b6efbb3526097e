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
const sum = (files: Iterable<string>) => [...files].reduce((sum, name) => sum + zipped(name), 0);
const named = (pattern: RegExp) => assets.filter((name) => pattern.test(name));
/** What a view loads that the first script has not loaded already. */
function withoutFirst(name: string, first: ReadonlySet<string>): string[] {
  return [...withImports(name)].filter((other) => !first.has(other));
}
const LATER = ["Train", "Compare", "Runs", "Board", "Bench", "Share"];
/** What the first view opens, below the fold or behind a button. */
const OF_FIRST_VIEW = ["HowItWorks", "LensMaps", "Tour", "DeviceMenu"];
/** What later views load once it is needed. */
const PARTS = ["RunCharts", "uPlot", "HubChoice", "OwnText"];

test("HTML, first script, styles and later views are within their budgets", () => {
  expect(statSync(join(root, "index.html")).size).toBeLessThanOrEqual(25_000);
  const html = readFileSync(join(root, "index.html"), "utf8");
  const [, start = ""] = /<script[^>]* src="\.\/assets\/([^"]+)"/.exec(html) ?? [];
  const first = withImports(start);
  // The framework alone is more than this: less would mean that an import was missed.
  expect(sum(first)).toBeGreaterThan(30_000);
  expect(sum(first)).toBeLessThanOrEqual(60_000);
  const linked = [...html.matchAll(/<link[^>]* href="\.\/assets\/([^"]+\.css)"/g)].map(([, name]) => name);
  const styles = new Set([...linked, ...OF_FIRST_VIEW.flatMap((part) => named(new RegExp(`^${part}-.*\\.css$`)))]);
  expect(linked.length).toBeGreaterThan(0);
  expect(styles.size).toBeGreaterThan(linked.length);
  expect(sum(styles)).toBeLessThanOrEqual(12_000);
  for (const part of [...LATER, ...OF_FIRST_VIEW, ...PARTS]) {
    const chunks = named(new RegExp(`^${part}[.-].*\\.js$`));
    expect(chunks, part).toHaveLength(1);
    const bytes = sum(withoutFirst(chunks[0], first));
    expect(bytes, part).toBeGreaterThan(500);
    expect(bytes, part).toBeLessThanOrEqual(30_000);
  }
  // Views share chunks: by itself, each would look smaller than what it loads.
  expect(withoutFirst(named(/^Train-.*\.js$/)[0], first).length).toBeGreaterThan(1);
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
