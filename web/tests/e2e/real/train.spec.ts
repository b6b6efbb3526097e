/** Training with the real engine: on the CPU the preset micro, on the software adapter less than that. */
import type { Page } from "@playwright/test";
import { netSummary } from "../fixtures.ts";
import { curve, expect, expectDetails, finished, hook, listen, needsBuild, openTrain, pauseAndResume, shrink, stepOf, test, weights } from "./helpers.ts";

test.beforeEach(() => needsBuild(false));
test.setTimeout(600_000);

/** About a dozen steps in two epochs. */
const SMALL = {
  "Training pairs": "150",
  "Vocabulary": "400",
  "Epochs of the teacher": "2",
  "Epochs of the nets": "1",
  "Sentences scored": "4",
};

test("cpu: micro is trained, paused, resumed, distilled, scored, tried and compared", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  const spoken = await listen(page);
  await page.getByTestId("start").click();
  const stats = page.getByTestId("stats");
  await expect(stats).toContainText(/[1-9][\d,]* tokens\/s/, { timeout: 60_000 });
  await expect(stats).toContainText(/(s|seconds|min|h) left for the teacher/, { timeout: 60_000 });
  await pauseAndResume(page);
  await finished(page, 180_000);
  const losses = await curve(page, "teacher");
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(losses.slice(-10)), "the last losses beside the first").toBeLessThan(0.75 * mean(losses.slice(0, 10)));
  const words = await spoken();
  for (const part of ["Training started", "Training paused", "Training finished"]) expect(words).toContain(part);
  expect(words.filter((text) => /^\d+% of the teacher trained$/.test(text)).length).toBeGreaterThan(0);
  expect(words.filter((text) => /loss/i.test(text))).toEqual([]);
  await page.getByTestId("finished").getByRole("button", { name: "Try it" }).click();
  await expect(page.getByLabel("Model")).toHaveValue(/^run-/);
  await expect(page.getByTestId("teacher")).not.toBeEmpty();
  await page.getByRole("link", { name: "Compare" }).first().click();
  await expect(page.getByTestId("scores").locator("[data-mix='enc=alr-m']")).toContainText(/\d\.\d\d/);
  await page.getByTestId("score").click();
  await expect(page.getByTestId("signature")).toContainText("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|attentionless:", { timeout: 60_000 });
  await expect(page.getByTestId("list-count")).toContainText("of 100 sentences");
});

test("cpu: a net is added to a run, which keeps its teacher and its nets", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await page.getByTestId("start").click();
  await finished(page, 180_000);
  const before = await weights(page);
  await page.getByTestId("finished").getByRole("button", { name: "Try it" }).click();
  await expect(page.getByLabel("Model")).toHaveValue(/^run-/);
  await page.getByRole("radio", { name: "XS", exact: true }).check({ force: true });
  await page.getByRole("gridcell", { name: "Encoder self, layer 1" }).click();
  await expect(page.getByTestId("base")).toContainText("Adds to micro en-fr, seed 1");
  const spoken = await listen(page);
  await page.getByTestId("start").click();
  await expect(page.getByTestId("stats")).toBeVisible();
  await finished(page, 180_000);
  const words = await spoken();
  for (const part of ["Training started", "Training finished"]) expect(words).toContain(part);
  // Of its parts one is said, unless the run before spoke of its own less than 10 s ago.
  expect(words.filter((text) => / trained$/.test(text) && !/^\d+% of the nets trained$/.test(text))).toEqual([]);
  const after = await weights(page);
  expect(Object.keys(after).sort()).toEqual([...Object.keys(before), "nets/enc.1.alr-xs.safetensors"].sort());
  expect(after).toMatchObject(before);
});

test("cpu: a net is begun on the demo's teacher, whose text is made anew", async ({ real: page, realSite }) => {
  needsBuild(true);
  await page.goto(`${realSite.url}?device=cpu#/train?net=enc.1%3Dalr-l&from=demo`);
  await expect(page.getByTestId("base")).toContainText("Adds to Demo model", { timeout: 60_000 });
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByTestId("start").click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-stage", "nets", { timeout: 120_000 });
  await page.getByTestId("cancel").click();
  await expect(page.getByTestId("start")).toBeVisible();
  await expect(page.getByTestId("runs")).toContainText("tiny en-fr, seed 1");
});

test("cpu: paused, reloaded and resumed, a run ends with the weights of an unbroken one", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await page.getByTestId("start").click();
  await finished(page, 180_000);
  const unbroken = await weights(page);
  expect(Object.keys(unbroken)).toContain("teacher.safetensors");
  await page.getByTestId("start").click();
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(5);
  await page.getByTestId("pause").click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "paused");
  await page.reload();
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 60_000 });
  await page.getByTestId("runs").getByRole("button", { name: "Resume" }).click();
  await finished(page, 180_000);
  expect(await weights(page)).toEqual(unbroken);
});

test("wgpu: a device lost in mid-run comes back, and the weights are those of an unbroken run", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "wgpu");
  await shrink(page, SMALL);
  await page.getByTestId("start").click();
  await finished(page, 280_000);
  const unbroken = await weights(page);
  await page.getByTestId("start").click();
  await expect.poll(() => stepOf(page).catch(() => 0), { timeout: 60_000 }).toBeGreaterThan(3);
  await hook(page, "lose-device");
  await expect(page.getByTestId("recovered")).toContainText(/The GPU was reset\. Back at step \d+ \(\d+ steps? redone\)\./, { timeout: 60_000 });
  await finished(page, 280_000);
  expect(await weights(page)).toEqual(unbroken);
});

/** As the page learns it from the browser. */
const see = (page: Page, state: "hidden" | "visible") =>
  page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);

test("wgpu: a device lost in a hidden tab comes back once the tab is seen", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "wgpu");
  await shrink(page, SMALL);
  await page.getByTestId("start").click();
  await expect.poll(() => stepOf(page).catch(() => 0), { timeout: 120_000 }).toBeGreaterThan(3);
  await see(page, "hidden");
  await hook(page, "lose-device");
  const stats = page.getByTestId("stats");
  await expect(stats).toHaveAttribute("data-state", "recovering", { timeout: 60_000 });
  // Longer than both tries take that a tab in sight has.
  await page.waitForTimeout(4_000);
  await expect(stats).toHaveAttribute("data-state", "recovering");
  await expect(page.getByTestId("stopped")).toHaveCount(0);
  await see(page, "visible");
  await expect(page.getByTestId("recovered")).toContainText(/The GPU was reset\. Back at step \d+/, { timeout: 60_000 });
  await expect(stats).toHaveAttribute("data-state", "running");
  await page.getByTestId("cancel").click();
});

test("cpu: cancelling frees the view within a second, and the memory for the next run", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  const stats = page.getByTestId("stats");
  const memory: number[] = [];
  for (let run = 0; run < 12; run++) {
    await page.getByTestId("start").click();
    await expect.poll(() => stepOf(page).catch(() => 0), { timeout: 60_000 }).toBeGreaterThan(8);
    memory.push(Number(await stats.getAttribute("data-wasm-bytes")));
    const took = await page.evaluate(async () => {
      const begun = performance.now();
      document.querySelector<HTMLElement>("[data-testid=cancel]")?.click();
      while (!document.querySelector("[data-testid=start]")) await new Promise(requestAnimationFrame);
      return performance.now() - begun;
    });
    expect(took, "milliseconds until another run can begin").toBeLessThan(1_000);
    await expect(stats).toHaveCount(0);
    await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  }
  expect(memory[0]).toBeGreaterThan(0);
  // WebAssembly's memory never shrinks, and what is free of it comes in pieces: after some runs there is one for everything.
  expect(memory[11], `of ${memory.join(", ")} bytes`).toBeLessThanOrEqual(memory[6] + 2 ** 20);
});

async function trainOnGpu(page: Page, url: string): Promise<void> {
  await openTrain(page, url, "wgpu");
  await shrink(page, SMALL);
  await page.getByTestId("start").click();
  await expect.poll(() => stepOf(page).catch(() => 0), { timeout: 120_000 }).toBeGreaterThan(3);
}

test("wgpu: a device that is not given again is told after two tries, and the CPU goes on", async ({ real: page, realSite }) => {
  await trainOnGpu(page, realSite.url);
  await hook(page, "no-adapter,lose-device");
  const stopped = page.getByTestId("stopped");
  await expect(stopped).toContainText(/The GPU does not come back\. Your run is saved at step \d+\./, { timeout: 60_000 });
  await expect(stopped.getByRole("button", { name: "Try again" })).toBeVisible();
  await expectDetails(stopped, "no graphics adapter was found");
  await stopped.getByRole("button", { name: "Go on with the CPU" }).click();
  await finished(page, 180_000);
});

test("wgpu: an allocation that fails is told as too little memory, and as a loss where the device was lost", async ({ real: page, realSite }) => {
  await trainOnGpu(page, realSite.url);
  // In one turn.
  await hook(page, "lose-device,fail-allocation");
  await expect(page.getByTestId("recovered")).toContainText(/The GPU was reset\. Back at step \d+/, { timeout: 60_000 });
  await expect(page.getByTestId("stopped")).toHaveCount(0);
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "running");
  await hook(page, "fail-allocation");
  const stopped = page.getByTestId("stopped");
  await expect(stopped).toContainText(/The GPU is out of memory at .+\. Nothing is lost\./, { timeout: 60_000 });
  await expect(stopped.getByRole("button", { name: "CPU", exact: true })).toBeVisible();
});

test("cpu: one's own text is trained on", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  const nouns = ["dog", "cat", "man", "child", "book", "door", "tree", "bird", "house", "letter"];
  const verbs = ["sees", "finds", "wants", "likes", "takes", "loses"];
  const rows = nouns.flatMap((one) => verbs.flatMap((verb) => nouns.map((other) => `the ${one} ${verb} the ${other}\tle ${one} ${verb} le ${other}\n`)));
  await page.getByLabel("your file, two columns").check();
  await page.getByLabel("File with two columns").setInputFiles({ name: "mine.tsv", mimeType: "text/plain", buffer: Buffer.from(rows.join("")) });
  await shrink(page, { "Epochs of the teacher": "1", "Epochs of the nets": "1", "Sentences scored": "10" });
  await page.getByTestId("start").click();
  await finished(page, 120_000);
});

/** Of ALR at the paper's width and length: parameters, and what they take in training at 16 bytes each. */
const PAPER = {
  "enc-alr-xs": ["339,275", "5.4 MB"],
  "enc-alr-s": ["659,350", "10.5 MB"],
  "enc-alr-m": ["10,261,600", "164 MB"],
  "enc-alr-l": ["40,988,800", "656 MB"],
  "enc-alr-xl": ["163,897,600", "2.62 GB"],
  "cross-alr-xl": ["491,628,800", "7.87 GB"],
};

/** The paper's width and length; no net is chosen any more. */
async function asThePaper(page: Page): Promise<void> {
  await shrink(page, { "Width d": "128", "Longest sentence, tokens": "50" });
  for (const chosen of await page.locator("[data-testid^=net-] input:checked").all()) await chosen.uncheck();
}

test("cpu: nets of the paper's sizes have its parameters, their bytes and their largest matrix", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await asThePaper(page);
  for (const group of ["cross", "cross-alr"]) await netSummary(page, group).click();
  for (const [net, numbers] of Object.entries(PAPER)) {
    const cells = page.getByTestId(`net-${net}`).locator("td.n");
    for (const [column, number] of numbers.entries()) await expect(cells.nth(column + 1), net).toContainText(number);
  }
  await expect(page.getByTestId("net-enc-alr-xl")).toContainText("Largest single buffer 312 MiB");
  await expect(page.getByTestId("net-cross-alr-xl")).toContainText("Largest single buffer 1250 MiB");
  // From 50 tokens of 128 values to twice as many; at the cross-attention from those of two sentences to twice that.
  for (const [net, bytes, largest] of [["enc-alr-xl", "2.62 GB", "312.5 MiB"], ["cross-alr-xl", "7.87 GB", "1250 MiB"]]) {
    const box = page.getByTestId(`net-${net}`).getByRole("checkbox");
    await box.check();
    await expect(page.getByTestId("nets-memory")).toHaveText(bytes);
    await expect(page.getByTestId("largest")).toHaveText(largest);
    await box.uncheck();
  }
});

test("wgpu: XL is refused where a buffer may have 256 MiB, and L is offered", async ({ real: page, realSite }) => {
  // No adapter here has such a limit.
  await openTrain(page, realSite.url, "wgpu", `limit-buffer:${2 ** 28}`);
  await asThePaper(page);
  const nets = page.getByTestId("nets-enc-alr");
  await expect(nets.getByText("XL needs one buffer of 312 MiB; this GPU allows 256 MiB.")).toBeVisible();
  await nets.getByRole("button", { name: "Use L instead" }).click();
  await expect(page.getByTestId("net-enc-alr-l").getByRole("checkbox")).toBeChecked();
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
});

test("wgpu: XL of a link holds Start back where a buffer may have 256 MiB, and L lets it go", async ({ real: page, realSite }) => {
  // The CPU has no such limit: there, the link is made.
  await openTrain(page, realSite.url, "cpu");
  await asThePaper(page);
  await page.getByTestId("net-enc-alr-xl").getByRole("checkbox").check();
  await expect(page.getByTestId("largest")).toHaveText("312.5 MiB");
  await expect(page).toHaveURL(/r=1\./);
  const { hash } = new URL(page.url());
  await page.goto(`${realSite.url}?device=wgpu&hooks=limit-buffer:${2 ** 28}${hash}`);
  const hindrance = page.getByTestId("too-large");
  await expect(hindrance).toContainText("XL needs one buffer of 312 MiB; this GPU allows 256 MiB.", { timeout: 150_000 });
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "true");
  await page.getByTestId("start").click({ force: true });
  await expect(page.getByTestId("stats")).toHaveCount(0);
  await hindrance.getByRole("button", { name: "Use L instead" }).click();
  await expect(hindrance).toHaveCount(0);
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
});

test("wgpu: a GPU that allows less than it said is told before the first step, in MiB and with what can be done", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "wgpu");
  await shrink(page, SMALL);
  // From now on: the device that is open had more.
  await hook(page, `limit-buffer:${2 ** 19}`);
  await page.getByTestId("start").click();
  const stopped = page.getByTestId("stopped");
  await expect(stopped).toContainText(/The run needs one buffer of 0\.9 MiB; this GPU allows 0\.5 MiB\. Nothing is lost\./, { timeout: 120_000 });
  await expect(stopped.getByRole("button", { name: "Smaller batch" })).toBeVisible();
  await expect(stopped.getByRole("button", { name: "Go on with the CPU" })).toBeVisible();
});
