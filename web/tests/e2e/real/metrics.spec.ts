/** Scores as the engine of the page counts them, against what sacreBLEU made of the same texts. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import metrics from "../../../../tests/golden/metrics.json" with { type: "json" };
import { folder, serve } from "../server.ts";
import { expect, needsBuild, test } from "./helpers.ts";

const PACKAGE = fileURLToPath(new URL("../../../../pkg", import.meta.url));
const TOLERANCE = 0.01;

interface Score {
  bleu: number;
  bleu_low: number;
  bleu_high: number;
  chrf: number;
  signature: string;
}
interface Scored {
  corpusScore(hypotheses: string[], references: string[], resamples: number, seed: bigint): Score;
  load(): Promise<void>;
}

test.beforeEach(() => needsBuild(false));
test.setTimeout(120_000);

test("the BLEU of a corpus is sacreBLEU's, and its interval is the same whenever it is asked for", async ({ page }) => {
  // The page loads this very file.
  const [built] = readdirSync(join(folder("dist"), "assets")).filter((name) => name.endsWith(".wasm"));
  expect(readFileSync(join(PACKAGE, "attentionless_bg.wasm")).equals(readFileSync(join(folder("dist"), "assets", built)))).toBe(true);
  const site = await serve(PACKAGE);
  await page.route(`${site.url}golden.html`, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>golden</title>" }));
  await page.goto(`${site.url}golden.html`);
  const { cases, bootstrap } = metrics;
  const found = await page.evaluate(
    async ({ module, cases, bootstrap }) => {
      const { corpusScore, load } = (await import(module)) as Scored;
      await load();
      const { system, references, resamples, seed } = bootstrap;
      const resampled = () => corpusScore(system, references, resamples, BigInt(seed));
      return { scores: cases.map(({ hypotheses, references }) => corpusScore(hypotheses, references, 0, 1n)), resampled: [resampled(), resampled()] };
    },
    { module: `${site.url}index.js`, cases, bootstrap },
  );
  site.close();
  expect(cases.length).toBeGreaterThanOrEqual(200);
  for (const [index, { name, bleu, chrf }] of cases.entries()) {
    expect(Math.abs(found.scores[index].bleu - bleu), `BLEU of ${name}`).toBeLessThan(TOLERANCE);
    expect(Math.abs(found.scores[index].chrf - chrf), `chrF of ${name}`).toBeLessThan(TOLERANCE);
  }
  const [first, second] = found.resampled;
  expect(second).toEqual(first);
  expect(Math.abs(first.bleu_low - bootstrap.bleu[0])).toBeLessThan(TOLERANCE);
  expect(Math.abs(first.bleu_high - bootstrap.bleu[1])).toBeLessThan(TOLERANCE);
  expect(first.signature).toContain("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp");
});
