/** The menu of devices, played by the scripted engine. */
import type { Page } from "@playwright/test";
import { LEAST_TOUCH, smallTargets, violations, widestOverflow } from "../axe.ts";
import { expect, test } from "../fixtures.ts";

async function openMenu(page: Page): Promise<void> {
  await expect(page.getByTestId("pill")).toContainText("ready");
  await page.getByTestId("devices-open").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("device-menu")).toBeVisible();
}

test("has both with their speeds, by keys; the choice holds at the next visit", async ({ fake: page, open }) => {
  await open("#/");
  await openMenu(page);
  await expect(page.getByTestId("device-wgpu")).toContainText("Example GPU");
  await expect(page.getByTestId("device-wgpu")).toContainText("in use");
  await expect(page.getByTestId("speed-wgpu")).toHaveText("speed not measured yet");
  await page.getByRole("button", { name: "Measure the GPU" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("speed-wgpu")).toHaveText("200 GFLOP/s");
  await page.getByRole("button", { name: "Measure the CPU" }).click();
  await expect(page.getByTestId("speed-cpu")).toHaveText("20 GFLOP/s");
  await expect(page.getByRole("button", { name: /^Measure the/ })).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
  expect(await widestOverflow(page)).toBe(0);
  await page.getByRole("radio", { name: "Automatic" }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByTestId("device-cpu")).toContainText("in use");
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
  await expect(page.getByRole("status")).toHaveText("Now on your CPU");
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("device-menu")).toHaveCount(0);
  await expect(page.getByTestId("devices-open")).toBeFocused();
  await page.reload();
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
  await openMenu(page);
  await expect(page.getByTestId("speed-wgpu")).toHaveText("200 GFLOP/s");
  await page.getByRole("radio", { name: "Automatic" }).click();
  await expect(page.getByTestId("badge")).toHaveText("Live on Example GPU");
  await page.getByRole("link", { name: "Measure its kernels and check it" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("What this device can do");
  await expect(page.getByTestId("device-menu")).toHaveCount(0);
});

test("takes the CPU by itself where that is clearly faster; the GPU is one click away", async ({ fake: page, open }) => {
  await open("#/", "fast-cpu");
  await openMenu(page);
  await page.getByRole("button", { name: "Measure the GPU" }).click();
  await expect(page.getByTestId("speed-wgpu")).toHaveText("200 GFLOP/s");
  await expect(page.getByTestId("device-wgpu")).toContainText("in use");
  await page.getByRole("button", { name: "Measure the CPU" }).click();
  await expect(page.getByTestId("device-cpu")).toContainText("in use");
  await expect(page.getByRole("status")).toHaveText("Now on your CPU: faster here");
  await expect(page.getByTestId("faster")).toHaveText("CPU: faster here. Choose GPU to use that all the same.");
  await expect(page.getByRole("radio", { name: "Automatic" })).toBeChecked();
  await expect(page.getByTestId("pill").getByRole("link")).toHaveAccessibleName("Live on your CPU: faster here · ready");
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
  await expect(page.getByRole("region", { name: "Notices" })).toBeEmpty();
  expect(await violations(page)).toEqual([]);
  expect(await widestOverflow(page)).toBe(0);
  // At the next visit it is taken at once.
  await page.reload();
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
  await openMenu(page);
  await page.getByRole("radio", { name: "GPU", exact: true }).click();
  await expect(page.getByTestId("badge")).toHaveText("Live on Example GPU");
  await expect(page.getByTestId("faster")).toHaveCount(0);
  await page.reload();
  await expect(page.getByTestId("badge")).toHaveText("Live on Example GPU");
});

test("leaves the GPU that was chosen by hand, whatever is faster", async ({ fake: page, open }) => {
  await open("#/", "fast-cpu");
  await openMenu(page);
  await page.getByRole("radio", { name: "GPU", exact: true }).click();
  for (const kind of ["GPU", "CPU"]) await page.getByRole("button", { name: `Measure the ${kind}` }).click();
  await expect(page.getByTestId("speed-cpu")).toHaveText("500 GFLOP/s");
  await expect(page.getByText("The CPU is the faster one here.")).toBeVisible();
  await expect(page.getByTestId("device-wgpu")).toContainText("in use");
  await expect(page.getByTestId("badge")).toHaveText("Live on Example GPU");
});

test("says why there is no GPU, and does not choose it", async ({ fake: page, open }) => {
  await open("#/", "no-webgpu");
  await openMenu(page);
  await expect(page.getByTestId("speed-wgpu")).toHaveText("Not here: this browser has no WebGPU.");
  const gpu = page.getByRole("radio", { name: "GPU", exact: true });
  await expect(gpu).toHaveAttribute("aria-disabled", "true");
  await gpu.click({ force: true });
  await expect(page.getByRole("radio", { name: "Automatic" })).toBeChecked();
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
});

test("is not there while a run is in training; fits into 320 px, with targets of 44 px", async ({ fake: page, open }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await open("#/train", "slow");
  await openMenu(page);
  expect(await widestOverflow(page)).toBe(0);
  const box = await page.locator("#devices").boundingBox();
  expect(await smallTargets(page, LEAST_TOUCH)).toEqual([]);
  expect(box && box.x >= 0 && box.x + box.width <= 320).toBe(true);
  await page.keyboard.press("Escape");
  await page.getByTestId("start").click();
  await expect(page.getByTestId("stats")).toBeVisible();
  await expect(page.getByTestId("devices-open")).toHaveCount(0);
});
