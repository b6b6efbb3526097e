/** The measurement of a device, by the real engine. */
import { readFileSync } from "node:fs";
import { expect, needsBuild, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(400_000);

interface Kept {
  adapter: string;
  ceilings: { gflops: number; gb_per_s: number };
  rows: { work: string; who: string; ms: number; gflops: number; percent: number }[];
  operations: { operation: string; right: boolean }[];
}

const WORK = "layer_norm 2048x128";

for (const device of ["cpu", "wgpu"] as const) {
  test(`${device}: the smallest work against the ceilings, and the self-test`, async ({ real: page, realSite }) => {
    await page.goto(`${realSite.url}?device=${device}`);
    await expect(page.getByTestId("pill")).toContainText("ready", { timeout: 150_000 });
    await page.getByTestId("pill").getByRole("link").click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("What this device can do");
    await page.getByLabel("Only names with").fill("layer_norm");
    await expect(page.locator("[data-work]")).toHaveCount(1);
    await page.getByTestId("bench-start").click();
    await expect(page.getByTestId("bench-said")).toHaveText("1 piece of work measured.", { timeout: 300_000 });
    await expect(page.getByTestId("self-test")).toHaveText(device === "cpu" ? "This is the CPU, with which graphics adapters are compared." : /^All \d\d operations give the numbers that the CPU gives\.$/);
    await expect(page.getByTestId("ceilings")).toHaveText(/^[\d.]+ GFLOP\/s in registers, [\d.]+ GB\/s in a copy$/);
    await expect(page.locator(`[data-work='${WORK}']`)).toHaveAttribute("data-state", "done");
    const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "JSON" }).click()]);
    const { adapter, ceilings, rows: [row], operations } = JSON.parse(readFileSync(await saved.path(), "utf8")) as Kept;
    await expect(page.getByTestId("bench-device")).toContainText(adapter);
    expect(row).toMatchObject({ work: WORK, who: device === "cpu" ? "attentionless-wasm" : "attentionless-webgpu" });
    for (const value of [ceilings.gflops, ceilings.gb_per_s, row.ms, row.gflops, row.percent]) expect(value).toBeGreaterThan(0);
    expect(operations.filter(({ right }) => !right)).toEqual([]);
    expect(operations.length > 0).toBe(device === "wgpu");
    const [csv] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
    expect(readFileSync(await csv.path(), "utf8")).toContain(`\r\n${WORK},${row.who},`);
  });
}

test("cpu: it stops between two pieces of work, and goes with its view", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu#/bench`);
  await page.getByLabel("Only names with").fill("25-");
  await expect(page.getByTestId("bench-start")).toHaveAttribute("aria-disabled", "false", { timeout: 60_000 });
  await page.getByTestId("bench-start").click();
  await page.getByTestId("bench-stop").click();
  await expect(page.getByTestId("bench-said")).toHaveText(/^Stopped: \d of \d measured\.$/, { timeout: 120_000 });
  await page.getByTestId("bench-start").click();
  await page.getByRole("link", { name: "Try" }).first().click();
  await expect(page.getByTestId("teacher")).not.toBeEmpty();
  await page.goBack();
  await expect(page.getByTestId("bench-said")).toHaveText(/^Stopped/, { timeout: 120_000 });
});
