/** A graphics adapter of which one kernel gives wrong numbers, as a faulty driver would: the self-test finds it. */
import type { Page } from "@playwright/test";
import { expect, needsBuild, stepOf, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(300_000);

/** A line of a kernel's text, and what the adapter makes of it. */
const FAULTS = {
  layer_norm: ["* gamma[i] + beta[i]", "* -gamma[i] + beta[i]"],
  attention: ["sum[c] += weight *", "sum[c] += 0.98 * weight *"],
} as const;

/** In the worker alone; the software adapter passes for a hardware one, which `auto` takes. */
async function breakKernel(page: Page, [line, wrong]: readonly [string, string]): Promise<void> {
  const fault = `
Object.defineProperty(GPUAdapterInfo.prototype, "isFallbackAdapter", { get: () => false });
const createShaderModule = GPUDevice.prototype.createShaderModule;
GPUDevice.prototype.createShaderModule = function (descriptor) {
  return createShaderModule.call(this, { ...descriptor, code: descriptor.code.replaceAll(${JSON.stringify(line)}, ${JSON.stringify(wrong)}) });
};`;
  await page.route(/\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n${fault}` });
  });
}

async function translated(page: Page, text: string): Promise<string[]> {
  await page.getByRole("textbox").fill(text);
  for (const pane of ["teacher", "mix"]) await expect(page.getByTestId(pane)).toHaveAttribute("data-source", text, { timeout: 60_000 });
  return Promise.all(["teacher", "mix"].map((pane) => page.getByTestId(pane).innerText()));
}

for (const [operation, fault] of Object.entries(FAULTS)) {
  test(`a wrong ${operation} is named, and the CPU translates and trains`, async ({ real: page, realSite }) => {
    const text = "The old man sees the small dog.";
    await page.goto(`${realSite.url}?device=cpu`);
    await expect(page.getByTestId("badge")).toHaveText("Live on your CPU", { timeout: 60_000 });
    await expect(page.getByTestId("banner-wrong")).toHaveCount(0);
    const expected = await translated(page, text);
    await breakKernel(page, fault);
    await page.goto(realSite.url);
    const banner = page.getByTestId("banner-wrong");
    await expect(banner).toContainText(`Your GPU gave wrong numbers in our check (${operation}). Using the CPU.`, { timeout: 150_000 });
    await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
    expect(await translated(page, text)).toEqual(expected);
    await banner.getByText("Details").click();
    await expect(banner).toContainText(`of the same numbers, ${operation} made others on the GPU than on the CPU.`);
    await page.goto(`${realSite.url}#/bench`);
    await expect(page.getByTestId("self-test")).toHaveText(`This is the CPU: your GPU gave wrong numbers in our check (${operation}).`, { timeout: 150_000 });
    await page.goto(`${realSite.url}#/train`);
    await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 150_000 });
    await page.getByTestId("start").click();
    await expect.poll(() => stepOf(page).catch(() => 0), { timeout: 60_000 }).toBeGreaterThan(3);
    await expect(page.getByTestId("stats")).toContainText("CPU");
    await page.getByTestId("cancel").click();
    await expect(page.getByTestId("start")).toBeVisible();
  });
}

test("who insists gets the GPU, with its wrong numbers", async ({ real: page, realSite }) => {
  await breakKernel(page, FAULTS.layer_norm);
  await page.goto(realSite.url);
  const banner = page.getByTestId("banner-wrong");
  await expect(banner).toBeVisible({ timeout: 150_000 });
  const text = "The old man sees the small dog.";
  const right = await translated(page, text);
  await banner.getByRole("button", { name: "Use the GPU anyway" }).click();
  await expect(page.getByTestId("badge")).not.toContainText("your CPU", { timeout: 150_000 });
  // Another one between, so that the last output is not taken for a new one.
  await translated(page, "The child sleeps.");
  expect(await translated(page, text)).not.toEqual(right);
});
