/** How the real engine arrives: its bytes, a cancel, and why it is on the CPU. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { folder } from "../server.ts";
import { expect, expectDetails, hook, needsBuild, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(150_000);

/** Of the engine, as much as this comes at first. */
const SENT = 2_100_000;

test("its loading tells the bytes, can be cancelled, and be tried again", async ({ page, realSite }) => {
  let held = true;
  const server = createServer(async ({ url = "/" }, response) => {
    const answer = await fetch(new URL(url, realSite.url));
    const bytes = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "application/octet-stream" });
    if (held && url.endsWith(".wasm")) response.write(bytes.subarray(0, SENT));
    else response.end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/?device=cpu`);
  await expect(page.getByTestId("pill")).toContainText(/Loading engine 2\.1 of 1\d\.\d MB/, { timeout: 30_000 });
  await expect(page.getByTestId("pill")).not.toContainText("from cache");
  await expect(page.getByTestId("badge")).toHaveText("Recorded");
  await page.getByRole("button", { name: "Cancel loading" }).click();
  const banner = page.getByTestId("banner-failed");
  await expect(banner).toContainText("Loading was cancelled. Recorded examples still work.");
  await page.getByRole("button", { name: "Example 2" }).click();
  await expect(page.getByTestId("teacher")).not.toBeEmpty();
  held = false;
  await banner.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU", { timeout: 60_000 });
  await expect(banner).toHaveCount(0);
  server.close();
  server.closeAllConnections();
});

test("an engine that does not arrive leaves the recorded examples, and can be tried again", async ({ real: page, realSite }) => {
  await page.goto(`${realSite.url}?device=cpu&hooks=no-network`);
  const banner = page.getByTestId("banner-failed");
  await expect(banner).toContainText("The engine did not arrive (network). Recorded examples still work.", { timeout: 20_000 });
  await expect(page.getByRole("alert")).toContainText("The engine did not arrive (network).");
  await expect(page.getByTestId("badge")).toHaveText("Recorded");
  await expectDetails(banner, /\.wasm: Failed to fetch/);
  const again = banner.getByRole("button", { name: "Try again" });
  await again.click();
  await expect(banner).toHaveCount(0);
  await expect(banner).toBeVisible({ timeout: 20_000 });
  await hook(page, "no-network:off");
  await again.click();
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU", { timeout: 60_000 });
  await expect(banner).toHaveCount(0);
});

/** Where it is opened, and what is said there. */
const WHY = {
  insecure: { at: "http://attentionless.test/", words: "this page is not on https or localhost" },
  "no-webgpu": { at: "?hooks=no-webgpu", words: "this browser has no WebGPU" },
  "no-adapter": { at: "?hooks=no-adapter", words: "no graphics adapter was offered" },
  // Here the adapter is one; who has a GPU has it, too.
  software: { at: "?hooks=software-adapter", words: "only a software adapter (adapter.info.isFallbackAdapter)" },
};

for (const [reason, { at, words }] of Object.entries(WHY)) {
  test(`on the CPU, as it is ${reason}`, async ({ page, realSite }) => {
    // No server need be there: what is asked of a host by http is answered here.
    await page.route("http://attentionless.test/**", (route) => {
      const { pathname } = new URL(route.request().url());
      return route.fulfill({ path: join(folder("dist"), pathname === "/" ? "index.html" : pathname) });
    });
    await page.goto(new URL(at, realSite.url).href);
    const [banner, said] = [page.getByTestId("banner-no-gpu"), `No WebGPU here: ${words}. Running on your CPU: translation is fine, `];
    await expect(banner).toContainText(said, { timeout: 60_000 });
    await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
    await expect(banner).toContainText(/training runs at [\d,]+ tokens a second \(measured\)\./, { timeout: 60_000 });
    await page.getByRole("textbox").fill("The dog sleeps.");
    await expect(page.getByTestId("teacher")).toHaveAttribute("data-source", "The dog sleeps.", { timeout: 30_000 });
    await banner.getByRole("button", { name: "Check again" }).click();
    await expect(banner).toContainText(said);
    await banner.getByRole("button", { name: "How to turn it on" }).click();
    await expect(banner.getByRole("listitem").first()).toContainText("Chrome and Edge");
    await expectDetails(banner, `WebGPU: ${reason}`);
  });
}
