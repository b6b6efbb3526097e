/** The table of what can go wrong names tests: they have to be there, and each fault that is made on purpose has to be in it. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
const table = read("../docs/reliability.md").split("\n").filter((line) => / \| `[a-z]+\.spec\.ts`: /.test(line));
const named = table.map((line) => / \| `([a-z]+\.spec\.ts)`: (.+) \|$/.exec(line)?.slice(1) ?? []);

it("names tests that are there", () => {
  expect(named.length).toBeGreaterThan(25);
  for (const [file, title] of named) {
    // What is between backquotes may have parts that are filled in.
    const titles = [...read(`tests/e2e/real/${file}`).matchAll(/^ *test\((["`])(.+?)\1, async/gm)].map(([, , found]) => found.replace(/\$\{\w+\}/g, "…"));
    expect(titles, file).toContain(title);
  }
});

it("has all faults that are made on purpose", () => {
  const source = read("src/worker/hooks.ts");
  const hooks = [...source.matchAll(/^ {2}"?([a-z-]+)"?: .*=>/gm)].map(([, name]) => name);
  expect(hooks).toEqual(expect.arrayContaining(["no-webgpu", "no-space", "lose-device", "crash", "freeze"]));
  // The two that no state is of: they make others be seen.
  const shown = hooks.filter((name) => !["hardware-adapter", "fast-clock"].includes(name));
  for (const name of shown) expect(table.join("\n"), name).toMatch(new RegExp("[`,]" + name + "[`,:]"));
});
