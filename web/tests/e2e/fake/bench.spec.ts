/** Bench, played by the scripted engine. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";

async function start(page: Page): Promise<void> {
  await expect(page.getByTestId("bench-start")).toHaveAttribute("aria-disabled", "false");
  await page.getByTestId("bench-start").click();
}

test("is reached from the pill; measures, and gives JSON and CSV", async ({ fake: page, open }) => {
  await open("#/");
  await expect(page.getByTestId("pill")).toContainText("ready");
  await page.getByTestId("pill").getByRole("link").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("What this device can do");
  await expect(page).toHaveTitle("What this device can do");
  await expect(page.getByTestId("bench-device")).toHaveText("Example GPU (WebGPU)");
  await expect(page.locator("[data-work]")).toHaveCount(3);
  await start(page);
  await expect(page.getByTestId("bench-said")).toHaveText("3 pieces of work measured.");
  await expect(page.getByRole("status")).toHaveText("3 pieces of work measured.");
  await expect(page.getByTestId("self-test")).toHaveText("All 3 operations give the numbers that the CPU gives.");
  await expect(page.getByTestId("ceilings")).toHaveText("812.4 GFLOP/s in registers, 96.3 GB/s in a copy");
  await expect(page.getByRole("row", { name: /^dense 6400-800-6400 batch 64/ })).toHaveText(/dense 6400-800-6400 batch 64\s*10\s*320\.0\s+31\.0\s+39 %/);
  const [json] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "JSON" }).click()]);
  expect(JSON.parse(readFileSync(await json.path(), "utf8"))).toMatchObject({
    adapter: "Example GPU",
    ceilings: { gflops: 812.4, gb_per_s: 96.3 },
    rows: [{ work: "gemm nn 64x800x6400" }, { work: "attention 64x32x128, 8 heads" }, { loss: 0.3317 }],
    operations: [{ right: true }, { right: true }, { right: true }],
  });
  const [csv] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  const lines = readFileSync(await csv.path(), "utf8").trim().split("\r\n");
  expect(lines).toHaveLength(4);
  expect(lines[0]).toBe("work,who,adapter,ms,gflops,gb_per_s,percent,loss,most_gflops,most_gb_per_s");
  expect(lines[2]).toContain('"attention 64x32x128, 8 heads",attentionless-webgpu,Example GPU,');
});

test("chooses by group and by name", async ({ fake: page, open }) => {
  await open("#/bench");
  await page.getByRole("radio", { name: /^all \(5\)/ }).check();
  await expect(page.locator("[data-work]")).toHaveCount(5);
  await page.getByLabel("Only names with").fill("teacher");
  await expect(page.locator("[data-work]")).toHaveCount(1);
  await page.getByLabel("Only names with").fill("nothing of the kind");
  await expect(page.getByTestId("bench-said")).toHaveText("No work’s name has “nothing of the kind”.");
  await expect(page.getByTestId("bench-start")).toHaveAttribute("aria-disabled", "true");
});

test("stops between two pieces, and when its view is left", async ({ fake: page, open }) => {
  await open("#/bench", "slow");
  await start(page);
  await expect(page.getByTestId("bench-said")).toHaveText(/^0 of 3 measured · gemm nn/);
  await expect(page.locator("[data-state='runs']")).toContainText("measuring…");
  await page.getByTestId("bench-stop").click();
  await expect(page.getByTestId("bench-said")).toHaveText("Stopping after this piece of work.");
  await expect(page.getByTestId("bench-said")).toHaveText("Stopped: 1 of 3 measured.");
  await start(page);
  await expect(page.getByTestId("bench-said")).toHaveText(/^0 of 3 measured/);
  await page.goto(page.url().replace(/#.*/, "#/runs"));
  await page.goto(page.url().replace(/#.*/, "#/bench"));
  await expect(page.getByTestId("bench-said")).toHaveText("Stopped: 1 of 3 measured.");
});

test("a GPU whose numbers are wrong is told, and so is one that goes", async ({ fake: page, open }) => {
  await open("#/bench", "wrong");
  await expect(page.getByTestId("self-test")).toHaveText("This is the CPU: your GPU gave wrong numbers in our check (attention).");
  await page.getByTestId("banner-wrong").getByRole("button", { name: "Use the GPU anyway" }).click();
  await expect(page.getByTestId("bench-device")).toHaveText("Example GPU (WebGPU)");
  await start(page);
  await expect(page.getByTestId("self-test")).toHaveText("Other numbers than on the CPU: attention. Do not trust what this device trains.");
  await expect(page.getByTestId("bench-said")).toContainText("measured.");
  await open("#/bench", "lost");
  await start(page);
  const error = page.getByTestId("bench-error");
  await expect(error).toContainText("the graphics device was lost: reset");
  await error.getByText("Details").click();
  await expect(error).toContainText("Device: Example GPU (wgpu)");
  await expect(error).toContainText(/Page: .+\.js/);
  await expect(error.getByRole("button", { name: "Try again" })).toBeVisible();
  await expect(page.getByTestId("bench-start")).toBeVisible();
});

test("waits for a run in training", async ({ fake: page, open }) => {
  await open("#/train", "slow");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByTestId("start").click();
  await expect(page.getByTestId("stats")).toBeVisible();
  await page.goto(page.url().replace(/#.*/, "#/bench"));
  await expect(page.getByTestId("bench-said")).toContainText("A run is in training");
  await expect(page.getByTestId("bench-start")).toHaveAttribute("aria-disabled", "true");
});
