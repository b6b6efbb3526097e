/** The package as others get it: packed, installed into an empty project, checked, built, and its README's example run. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import metrics from "../../../../tests/golden/metrics.json" with { type: "json" };
import { folder, serve } from "../server.ts";
import { expect, needsBuild, test } from "./helpers.ts";

const PACKAGE = fileURLToPath(new URL("../../../../pkg", import.meta.url));
const { devDependencies } = JSON.parse(readFileSync(fileURLToPath(new URL("../../../package.json", import.meta.url)), "utf8")) as {
  devDependencies: Record<string, string>;
};

let project: string;
test.beforeEach(() => {
  needsBuild(true);
  project = mkdtempSync(join(tmpdir(), "attentionless-package-"));
});
test.afterEach(() => rmSync(project, { recursive: true }));
test.setTimeout(600_000);

function npm(...words: string[]): string {
  return execFileSync("npm", words, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function example(): string {
  const [, code = ""] = /```js\n(.*?)```/s.exec(readFileSync(join(PACKAGE, "README.md"), "utf8")) ?? [];
  expect(code.split("\n").filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(15);
  return code;
}

/** What the types have to allow, and what they have to refuse. */
const TYPED = `
import { Engine, plan, presets, translate, type FileEntry, type Plan, type RunEvent, type Session } from "attentionless";

export async function all(bundle: Uint8Array): Promise<string> {
  const engine = await Engine.open({ device: "cpu" });
  const costs: Plan = plan(presets().tiny);
  const events: RunEvent[] = [];
  const files: FileEntry[] = await engine.train(engine.recipe("micro"), { goal: "teacher", onEvent: (event) => events.push(event) });
  const session: Session = engine.session(files);
  const lens = await session.lens("The dog.", { site: "cross", mix: "cross=none" });
  const report = await session.score(["teacher"]);
  // @ts-expect-error there is no such device
  await Engine.open({ device: "tpu" });
  // @ts-expect-error a text comes before a mix
  await session.translate(1);
  return [await translate(bundle, "The dog."), costs.recipe, report.rows[0]?.bleu, lens?.heads.length].join(" ");
}
`;

const EXPOSED = `
import { Device, sentenceScores } from "attentionless";
Object.assign(globalThis, { Device, sentenceScores });
document.title = "done";
`;

test("is installed from its tarball, has types, is built by Vite and does what its README says", async ({ page }) => {
  const [{ filename, files }] = JSON.parse(npm("pack", PACKAGE, "--json", "--pack-destination", project)) as [{ filename: string; files: { path: string }[] }];
  expect(files.map(({ path }) => path).sort()).toEqual([
    "README.md", "attentionless.d.ts", "attentionless.js", "attentionless_bg.wasm", "attentionless_bg.wasm.d.ts", "index.d.ts", "index.js", "package.json",
  ]);
  const { vite, typescript } = devDependencies;
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
  npm("install", "--prefer-offline", "--no-audit", "--no-fund", `./${filename}`, `vite@${vite}`, `typescript@${typescript}`);
  const options = { target: "ES2022", module: "ESNext", moduleResolution: "bundler", lib: ["ES2024", "ESNext.Disposable", "DOM", "DOM.Iterable"], types: [], strict: true, noEmit: true };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["typed.ts"] }));
  writeFileSync(join(project, "typed.ts"), TYPED);
  npm("exec", "--", "tsc");
  writeFileSync(join(project, "index.html"), '<!doctype html><html lang="en"><title>empty</title><script type="module" src="/main.js"></script></html>');
  writeFileSync(join(project, "main.js"), `${example()}\n${EXPOSED}`);
  npm("exec", "--", "vite", "build", "--base", "./", "--target", "es2022");
  copyFileSync(join(folder("dist"), "pack/tiny.safetensors"), join(project, "dist/tiny.safetensors"));
  const site = await serve(join(project, "dist"));
  const [said, errors]: string[][] = [[], []];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(site.url);
  await expect(page, errors.join(" ")).toHaveTitle("done", { timeout: 300_000 });
  // Of one sentence with words enough, the score of the sentence is that of the corpus.
  const cases = metrics.cases.filter(({ hypotheses, totals }) => hypotheses.length === 1 && totals[3] > 0);
  const scores = await page.evaluate((cases) => {
    const { sentenceScores } = globalThis as unknown as { sentenceScores: (hypotheses: string[], references: string[]) => { bleu: number; chrf: number }[] };
    return cases.map(({ hypotheses, references }) => sentenceScores(hypotheses, references)[0]);
  }, cases);
  expect(cases.length).toBeGreaterThan(50);
  for (const [index, { name, bleu, chrf }] of cases.entries()) {
    expect(Math.abs(scores[index].bleu - bleu), `sacreBLEU of ${name}`).toBeLessThan(0.01);
    expect(Math.abs(scores[index].chrf - chrf), `chrF of ${name}`).toBeLessThan(0.01);
  }
  // The browser's own compiler takes every program: it refuses some that others take.
  const verdicts = await page.evaluate(async () => {
    interface Opened {
      free(): void;
      selfTest(): Promise<{ operation: string; right: boolean }[]>;
    }
    const { Device } = globalThis as unknown as { Device: { open(choice: "wgpu"): Promise<Opened> } };
    // Requests that overlap leave the browser's own function as it was for who comes after them.
    for (const device of await Promise.all([Device.open("wgpu"), Device.open("wgpu")])) device.free();
    return (await Device.open("wgpu")).selfTest();
  });
  expect(verdicts.map(({ operation }) => operation)).toContain("prefix, tiles 64x64");
  expect(verdicts.map(({ operation }) => operation)).toContain("prefix, quads");
  expect(verdicts.filter(({ right }) => !right)).toEqual([]);
  site.close();
  expect(errors).toEqual([]);
  const line = (start: string) => said.find((text) => text.startsWith(`${start} `))?.slice(start.length + 1);
  for (const start of ["teacher", "enc=alr-m", "enc=none", "own"]) expect(line(start), start).toBeTruthy();
  expect(Number(line("seconds"))).toBeGreaterThan(0);
  for (const event of ["corpus", "training", "fitted", "scored", "done"]) expect(said).toContain(event);
});
