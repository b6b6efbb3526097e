/** The menu of devices on the real engine, whose graphics adapter is a software one here. */
import { expect, hook, needsBuild, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(400_000);

const SPEED = /^[\d.,]+ GFLOP\/s$/;

test("both are measured and remembered; the choice holds, and Train's time is there at once", async ({ real: page, realSite }) => {
  await page.goto(realSite.url);
  await expect(page.getByTestId("pill")).toContainText("ready", { timeout: 150_000 });
  await page.getByTestId("devices-open").click();
  await expect(page.getByTestId("device-cpu")).toContainText("in use");
  await expect(page.getByTestId("device-wgpu")).toContainText("a software adapter: the CPU does its work");
  for (const kind of ["wgpu", "cpu"]) await expect(page.getByTestId(`speed-${kind}`)).toHaveText("speed not measured yet");
  await page.getByRole("button", { name: "Measure the CPU" }).click();
  await expect(page.getByTestId("speed-cpu")).toHaveText(SPEED, { timeout: 60_000 });
  await page.getByRole("button", { name: "Measure the GPU" }).click();
  await expect(page.getByTestId("speed-wgpu")).toHaveText(SPEED, { timeout: 200_000 });
  const speeds = await Promise.all(["wgpu", "cpu"].map((kind) => page.getByTestId(`speed-${kind}`).innerText()));
  // It is in use still, and only measured was the other.
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
  await page.getByRole("radio", { name: "GPU", exact: true }).click();
  await expect(page.getByTestId("badge")).not.toContainText("your CPU", { timeout: 150_000 });
  await page.goto(`${realSite.url}#/train`);
  await page.reload();
  // Not the words of a speed that is to be measured first, not for a moment.
  await expect(page.getByTestId("time")).toHaveText(/\d+ (s|min|h)/, { timeout: 150_000 });
  await page.getByTestId("devices-open").click();
  await expect(page.getByTestId("device-wgpu")).toContainText("in use");
  expect(await Promise.all(["wgpu", "cpu"].map((kind) => page.getByTestId(`speed-${kind}`).innerText()))).toEqual(speeds);
  await page.getByRole("radio", { name: "Automatic" }).click();
  await expect(page.getByTestId("device-cpu")).toContainText("in use", { timeout: 60_000 });
});

test("a graphics adapter that was away is used once it is back and somebody checks again", async ({ real: page, realSite }) => {
  // The software adapter passes for a hardware one, which `auto` takes.
  await page.goto(`${realSite.url}?hooks=hardware-adapter,no-adapter`);
  const banner = page.getByTestId("banner-no-gpu");
  await expect(banner).toContainText("No WebGPU here: no graphics adapter was offered. Running on your CPU", { timeout: 60_000 });
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
  await banner.getByRole("button", { name: "Check again" }).click();
  await expect(banner).toBeVisible();
  await hook(page, "no-adapter:off");
  await banner.getByRole("button", { name: "Check again" }).click();
  await expect(banner).toHaveCount(0, { timeout: 150_000 });
  await expect(page.getByTestId("badge")).toHaveText(/^Live on (?!your CPU)/, { timeout: 60_000 });
  await page.getByRole("textbox").fill("The dog sleeps.");
  for (const pane of ["teacher", "mix"]) await expect(page.getByTestId(pane)).toHaveAttribute("data-source", "The dog sleeps.", { timeout: 60_000 });
});
