/** The preset `tiny` whole, as a visitor without WebGPU has it. Run it by hand: `LONG=1 npx playwright test --project long`. */
import type { Page } from "@playwright/test";
import { expect, finished, needsBuild, openTrain, pauseAndResume, stepOf, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(false));
test.setTimeout(3 * 3_600_000);

const MIB = 2 ** 20;

interface Sample {
  stage: string;
  step: number;
  seconds: number;
  bytes: number;
}

/** Samples of the run's stage, step and memory until it is finished; the memory only grows. */
async function watch(page: Page, begun: number, samples: Sample[]): Promise<void> {
  const [stats, end] = [page.getByTestId("stats"), page.getByTestId("finished")];
  for (;;) {
    await stats.or(end).waitFor();
    if (await end.isVisible()) return;
    const [stage, step, bytes] = await stats.evaluate((card: HTMLElement) => [card.dataset.stage ?? "", card.dataset.step, card.dataset.wasmBytes] as const);
    samples.push({ stage, step: Number(step), seconds: (Date.now() - begun) / 1000, bytes: Number(bytes) });
    await page.waitForTimeout(2_000);
  }
}

test("cpu: tiny is trained, paused, resumed, distilled, scored, tried and compared", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await page.getByLabel("Preset").selectOption("tiny");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  const begun = Date.now();
  await page.getByTestId("start").click();
  await expect.poll(() => stepOf(page), { timeout: 300_000 }).toBeGreaterThan(100);
  await pauseAndResume(page);

  const samples: Sample[] = [];
  await watch(page, begun, samples);
  await finished(page, 10_000);
  for (const stage of new Set(samples.map((sample) => sample.stage))) {
    const [first, last] = [samples.find((sample) => sample.stage === stage), samples.findLast((sample) => sample.stage === stage)];
    if (first && last) {
      process.stdout.write(`${stage}: ${last.step} steps, ${first.seconds.toFixed(0)} to ${last.seconds.toFixed(0)} s, ${(first.bytes / MIB).toFixed(1)} to ${(last.bytes / MIB).toFixed(1)} MiB\n`);
    }
  }
  const heap = samples.filter(({ stage }) => stage === "teacher").map(({ step, bytes }) => ({ step, mib: bytes / MIB }));
  process.stdout.write(`memory by step: ${heap.filter((_, index) => index % 40 === 0).map(({ step, mib }) => `${step} ${mib.toFixed(1)}`).join(", ")}\n`);
  expect(Math.max(...samples.map(({ bytes }) => bytes))).toBeLessThan(300 * MIB);
  // By then the longest batch, a validation and a checkpoint have each been there: what comes after has room.
  const settled = heap.find(({ step }) => step >= 1000)?.mib ?? 0;
  expect(heap[heap.length - 1].mib, "the memory at the end of the teacher beside that at step 1,000").toBeLessThan(settled + 4);

  await page.getByTestId("finished").getByRole("button", { name: "Try it" }).click();
  await expect(page.getByLabel("Model")).toHaveValue(/^run-/);
  await expect(page.getByTestId("teacher")).not.toBeEmpty();
  await page.getByRole("link", { name: "Compare" }).first().click();
  const scores = page.getByTestId("scores");
  await expect(scores.locator("[data-mix='enc=alr-m']")).toContainText(/\d\.\d\d/);
  process.stdout.write(`${(await scores.innerText()).replace(/\t/g, " | ")}\n`);
  await page.getByTestId("score").click();
  await expect(page.getByTestId("signature")).toContainText("attentionless:", { timeout: 600_000 });
});
