/** The queue of a run on the real engine: what each job takes, and jobs that are taken out of it. */
import { netSummary } from "../fixtures.ts";
import { violations, widestOverflow } from "../axe.ts";
import { expect, files, finished, needsBuild, openTrain, shrink, stepOf, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(false));
test.setTimeout(240_000);

const SMALL = { "Training pairs": "150", "Vocabulary": "400", "Epochs of the teacher": "40", "Epochs of the nets": "2", "Sentences scored": "4" };

test("jobs tell their time before and after, and those that wait can be taken out and put back", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, SMALL);
  await page.getByTestId("net-enc-alr-s").getByRole("checkbox").check();
  const job = (name: string) => page.getByTestId("job").filter({ has: page.getByText(name, { exact: true }) });
  const time = (name: string) => job(name).getByTestId("job-time");
  // Before it starts: by the speed of this device.
  await expect(time("Encoder self 1, ALR S")).toHaveText(/^(< 10 s|about \d+–\d+ \w+)$/, { timeout: 60_000 });
  await expect(time("score Transformer")).toHaveText("not measured yet");
  await expect(page.getByTestId("queue-total")).toHaveText(/^total .+, and what is not measured yet$/);
  await page.getByTestId("start").click();
  await expect.poll(() => stepOf(page), { timeout: 60_000 }).toBeGreaterThan(5);
  for (const name of ["teacher", "score Transformer"]) await expect(job(name).getByRole("button")).toHaveCount(0);

  await page.getByTestId("pause").click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "paused");
  const step = await stepOf(page);
  await job("Encoder self 1, ALR S").getByRole("button").click();
  await expect(page.getByTestId("removed")).toContainText("Encoder self 1, ALR S was taken out of the queue, with all that needs it.");
  await expect(page.getByTestId("removed").getByRole("button", { name: "Undo" })).toBeFocused();
  for (const name of ["Encoder self 1, ALR S", "score Encoder self: ALR S"]) await expect(job(name)).toHaveCount(0);
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "paused");
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await expect(job("score Encoder self: ALR S")).toHaveCount(1);
  await expect(page.getByTestId("removed")).toHaveCount(0);
  await job("Encoder self 1, ALR S").getByRole("button").click();
  await job("score Encoder self: mean output").getByRole("button").click();
  await expect(job("score Encoder self: mean output")).toHaveCount(0);
  await page.setViewportSize({ width: 320, height: 700 });
  expect(await widestOverflow(page)).toBe(0);
  await page.getByTestId("resume").click();
  // It goes on from where it was.
  await expect.poll(() => stepOf(page)).toBeGreaterThan(step);
  await finished(page, 120_000);
  const { "rows.json": rows, ...nets } = await files(page, "^(rows\\.json|nets/.*)$");
  expect(Object.keys(nets)).toEqual(["nets/enc.1.alr-m.safetensors"]);
  expect((JSON.parse(rows.toString()) as { mix: string }[]).map(({ mix }) => mix)).toEqual(["teacher", "enc=alr-m", "enc=none", "enc=uniform"]);
});

test("what was done tells its time, and nets that were fitted at once say so", async ({ real: page, realSite }) => {
  await openTrain(page, realSite.url, "cpu");
  await shrink(page, { ...SMALL, "Epochs of the teacher": "4", "Sentences scored": "400" });
  await page.getByTestId("net-enc-alr-s").getByRole("checkbox").check();
  await expect(netSummary(page, "enc-alr")).toContainText("S, M");
  await page.getByTestId("start").click();
  const jobs = page.getByTestId("job");
  await expect(page.getByTestId("stats")).toHaveAttribute("data-stage", "scores", { timeout: 120_000 });
  await page.getByTestId("pause").click();
  await expect(jobs.filter({ hasText: "R²" }).first().getByTestId("job-time")).toHaveText(/^\d+(\.\d)? s for 2 at once$/);
  await expect(jobs.first().getByTestId("job-time")).toHaveText(/^\d+(\.\d)? s$/);
  // Kept with the run.
  await page.reload();
  await page.getByTestId("runs").getByRole("button", { name: "Resume" }).click();
  await expect(jobs.first().getByTestId("job-time")).toHaveText(/^\d+(\.\d)? s$/, { timeout: 60_000 });
});

test("a cell whose net is in training has a ring, which leads to where it is trained", async ({ real: page, realSite }) => {
  needsBuild(true);
  await page.goto(`${realSite.url}?device=cpu#/`);
  await expect(page.getByTestId("pill")).toContainText("ready", { timeout: 60_000 });
  await page.getByRole("radio", { name: "L", exact: true }).check();
  const cell = page.getByRole("gridcell", { name: /^Encoder self, layer 2/ });
  await expect(cell.getByTestId("ring")).toHaveCount(0);
  await cell.click();
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 60_000 });
  await page.getByTestId("start").click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-stage", "nets", { timeout: 120_000 });
  await page.getByRole("link", { name: "Try", exact: true }).first().click();
  const rings = page.getByTestId("ring");
  await expect(rings).toHaveCount(1, { timeout: 30_000 });
  await expect(cell).toHaveAccessibleName(/ALR L is in training: \d+%\. Click to watch it\.$/);
  await expect(cell.getByTestId("ring")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  await cell.scrollIntoViewIfNeeded();
  await cell.click();
  await expect(page.getByTestId("stats")).toBeVisible();
  await page.getByTestId("cancel").click();
});
