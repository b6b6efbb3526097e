/** Memory that a run would need is tried before its first step. */
import type { Page } from "@playwright/test";
import { expect, expectDetails, finished, hook, needsBuild, openTrain, shrink, stepOf, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(false));
test.setTimeout(150_000);
test.use({ actionTimeout: 20_000 });

const SMALL = { "Training pairs": "150", "Vocabulary": "400", "Epochs of the teacher": "1", "Epochs of the nets": "1", "Sentences scored": "4" };

/** None: no limit any more. */
const limitMemory = (page: Page, bytes: number | null) => hook(page, `limit-memory:${bytes ?? "off"}`);

/** What the page says that the run needs, to a tenth of a megabyte. */
async function shownMegabytes(page: Page): Promise<number> {
  const [, size, unit] = /Needs ([\d.]+) (MB|GB)/.exec(await page.getByTestId("preflight").innerText()) ?? [];
  return Number(size) * (unit === "GB" ? 1000 : 1);
}

/** Once the plan of the last change is there: the one before it stays in sight until then. */
async function neededMegabytes(page: Page): Promise<number> {
  let seen = NaN;
  const rests = async () => {
    const before = seen;
    seen = await shownMegabytes(page);
    return seen === before;
  };
  await expect.poll(rests, { intervals: [1_000], timeout: 20_000 }).toBe(true);
  return seen;
}

async function chooseNets(page: Page, ...sizes: string[]): Promise<void> {
  for (const chosen of await page.locator("[data-testid^=net-] input:checked").all()) await chosen.uncheck();
  for (const size of sizes) await page.getByTestId(`net-enc-alr-${size}`).getByRole("checkbox").check();
}

test("wgpu: what does not fit is refused before the first step with both numbers, and what is offered fits", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "wgpu");
  await shrink(page, { ...SMALL, "Width d": "64" });
  await chooseNets(page, "m");
  const medium = await neededMegabytes(page);
  await chooseNets(page, "xl");
  await expect.poll(() => shownMegabytes(page)).toBeGreaterThan(2 * medium);
  const needed = await neededMegabytes(page);
  await limitMemory(page, Math.ceil(1.05e6 * medium));
  await page.getByTestId("start").click();
  const stopped = page.getByTestId("stopped");
  await expect(stopped).toContainText(/The GPU is out of memory at [\d.]+ [MG]B; there was room for [\d.]+ [MG]B\. Nothing is lost\./, { timeout: 60_000 });
  const [, bytes, unit] = /at ([\d.]+) ([MG]B)/.exec(await stopped.innerText()) ?? [];
  expect(Number(bytes) * (unit === "GB" ? 1000 : 1)).toBeCloseTo(needed, 0);
  await expect(page.getByRole("alert")).toContainText("The GPU is out of memory");
  await expectDetails(stopped, /tried before the first step: [\d,]+ bytes are needed, the largest buffer has [\d,]+; there was room for [\d,]+/);
  // The run is kept, without a step.
  await expect(page.getByTestId("runs")).toContainText("not begun");
  await expect(stopped.getByRole("button", { name: "CPU", exact: true })).toBeVisible();
  // Not L, which is nearer but does not fit.
  await stopped.getByRole("button", { name: "Use M", exact: true }).click();
  await expect(stopped).toHaveCount(0);
  await expect(page.getByTestId("net-enc-alr-m").getByRole("checkbox")).toBeChecked();
  await page.getByTestId("start").click();
  await expect.poll(() => stepOf(page).catch(() => 0), { timeout: 120_000 }).toBeGreaterThan(0);
  await page.getByTestId("cancel").click();
});

test("wgpu: a smaller batch is offered where it fits, and what does not fit goes on with the CPU", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "wgpu");
  await shrink(page, SMALL);
  await chooseNets(page, "xs");
  await limitMemory(page, Math.floor(0.7e6 * (await neededMegabytes(page))));
  await page.getByTestId("start").click();
  const stopped = page.getByTestId("stopped");
  await expect(stopped).toContainText("The GPU is out of memory at", { timeout: 60_000 });
  // The teacher's batch is what takes most here: no size of a net helps.
  await expect(stopped.getByRole("button", { name: /^Use / })).toHaveCount(0);
  await stopped.getByRole("button", { name: "Smaller batch" }).click();
  await expect.poll(() => stepOf(page).catch(() => 0), { timeout: 120_000 }).toBeGreaterThan(0);
  await page.getByTestId("cancel").click();
  await limitMemory(page, 2 ** 16);
  await page.getByTestId("start").click();
  await expect(stopped).toContainText("there was room for 0 B", { timeout: 60_000 });
  await expect(stopped.getByRole("button", { name: "Smaller batch" })).toHaveCount(0);
  await limitMemory(page, null);
  await stopped.getByRole("button", { name: "CPU", exact: true }).click();
  await finished(page, 120_000);
});

test("cpu: more than the engine's memory can ever have is refused, and does not crash it", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, { ...SMALL, "Width d": "128", "Longest sentence, tokens": "100" });
  await chooseNets(page, "xl");
  await page.getByTestId("start").click();
  const stopped = page.getByTestId("stopped");
  await expect(stopped).toContainText(/The page is out of memory at \d+\.\d GB; there was room for 4\.3 GB\. Nothing is lost\./, { timeout: 60_000 });
  await expect(stopped.getByRole("button", { name: "CPU", exact: true })).toHaveCount(0);
  await expect(stopped.getByRole("button", { name: "Use L", exact: true })).toBeVisible();
  await expect(page.getByTestId("banner-crashed")).toHaveCount(0);
});
