/** Every state with its exact words, played by the scripted engine. */
import type { Page } from "@playwright/test";
import { expect, hook, listen, netSummary, test } from "../fixtures.ts";

test("loading tells its bytes, and can be cancelled", async ({ fake: page, open }) => {
  await open("#/", "loading");
  await expect(page.getByTestId("pill")).toContainText("Loading engine 2.1 of 3.5 MB");
  await expect(page.getByTestId("badge")).toHaveText("Recorded");
  await page.getByRole("button", { name: "Cancel loading" }).click();
  await expect(page.getByTestId("banner-failed")).toContainText("Loading was cancelled. Recorded examples still work.");
});

test("loading failed: recorded examples stay, and it can be tried again", async ({ fake: page, open }) => {
  await open("#/", "failed");
  const banner = page.getByTestId("banner-failed");
  await expect(banner).toContainText("The engine did not arrive (network). Recorded examples still work.");
  await expect(page.getByRole("alert")).toContainText("The engine did not arrive (network).");
  await page.getByRole("button", { name: "Example 2" }).click();
  await expect(page.getByTestId("teacher")).toHaveText("L'homme qui dort a vu le chien.");
  await banner.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByTestId("pill")).toContainText("Loading engine");
  await expect(banner).toBeVisible();
});

const REASONS = {
  insecure: "this page is not on https or localhost",
  "no-webgpu": "this browser has no WebGPU",
  "no-adapter": "no graphics adapter was offered",
  software: "only a software adapter (adapter.info.isFallbackAdapter)",
};

for (const [script, reason] of Object.entries(REASONS)) {
  test(`no WebGPU: ${script}`, async ({ fake: page, open }) => {
    await open("#/", script);
    const banner = page.getByTestId("banner-no-gpu");
    await expect(banner).toContainText(
      `No WebGPU here: ${reason}. Running on your CPU: translation is fine, training runs at 18,000 tokens a second (measured).`,
    );
    await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
    await banner.getByRole("button", { name: "Check again" }).click();
    await expect(banner).toBeVisible();
    await banner.getByRole("button", { name: "How to turn it on" }).click();
    await expect(banner).toContainText("chrome://gpu");
    await banner.getByText("Details").click();
    await expect(banner).toContainText(`WebGPU: ${script}`);
  });
}

test("a GPU that gives wrong numbers is used only by who insists", async ({ fake: page, open }) => {
  await open("#/", "wrong");
  const banner = page.getByTestId("banner-wrong");
  await expect(banner).toContainText("Your GPU gave wrong numbers in our check (attention). Using the CPU.");
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
  await banner.getByText("Details").click();
  await expect(banner).toContainText("Example GPU: of the same numbers, attention made others on the GPU than on the CPU.");
  await banner.getByRole("button", { name: "Use the GPU anyway" }).click();
  await expect(page.getByTestId("badge")).toHaveText("Live on Example GPU");
  await expect(banner).toBeHidden();
});

test("a GPU that gives wrong numbers and cannot be had leaves the CPU", async ({ fake: page, open }) => {
  await open("#/", "wrong-refused");
  await page.getByTestId("banner-wrong").getByRole("button", { name: "Use the GPU anyway" }).click();
  await expect(page.getByTestId("banner-device")).toContainText("the adapter Example GPU gave no device");
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU");
  await page.getByTestId("banner-wrong").getByRole("button", { name: "Use the GPU anyway" }).click();
  const banner = page.getByTestId("banner-device");
  await banner.getByText("Details").click();
  await expect(banner).toContainText("Device: CPU (cpu)");
  await banner.getByRole("button", { name: "Try again" }).click();
  await expect(banner).toBeVisible();
});

test("a build without a pack says so and still trains", async ({ fake: page, open }) => {
  await open("#/", "no-pack");
  const error = page.getByTestId("model-error");
  await expect(error).toContainText("This build carries no demo model.");
  await expect(error.getByText("Details")).toBeVisible();
  await error.getByRole("link", { name: "Train your own" }).click();
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
});

async function startOn(page: Page): Promise<void> {
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByTestId("start").click();
}

test("after the browser paused the tab, that is shown and spoken", async ({ fake: page, open }) => {
  await open("#/train", "ready&hooks");
  const spoken = await listen(page);
  await startOn(page);
  await expect(page.getByTestId("stats")).toHaveAttribute("data-stage", "teacher");
  await hook(page, "freeze:12");
  await expect.poll(spoken).toContainEqual(expect.stringMatching(/^The browser paused this tab for 12 min\. Going on from step \d+\.$/));
  await expect(page.locator(".note").filter({ hasText: "The browser paused this tab for 12 min." })).toBeVisible();
});

test("NaN", async ({ fake: page, open }) => {
  await open("#/train", "nan");
  await startOn(page);
  const stopped = page.getByTestId("stopped");
  await expect(stopped).toContainText(/The loss became NaN at step 1\d\d\. Kept: step \d+\./);
  await expect(page.getByRole("alert")).toContainText("The loss became NaN");
  await stopped.getByRole("button", { name: "Lower the learning rate and go on" }).click();
  await expect(page.getByTestId("stats")).toBeVisible();
});

test("the run that follows NaN has the visitor's own text, also after a reload", async ({ fake: page, open }) => {
  await open("#/train", "nan");
  await page.getByLabel("your file, two columns").check();
  await page.getByLabel("File with two columns").setInputFiles({ name: "mine.tsv", mimeType: "text/plain", buffer: Buffer.from("a dog\tun chien\n") });
  await startOn(page);
  const stopped = page.getByTestId("stopped");
  await expect(stopped).toBeVisible();
  // The files that were chosen are gone with the page; the run has them still.
  await page.goto(page.url().replace(/#.*/, "&again#/train"));
  await page.getByTestId("runs").getByRole("button", { name: "Resume" }).click();
  await stopped.getByRole("button", { name: "Lower the learning rate and go on" }).click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-stage", "teacher");
  await expect(page.getByTestId("runs").locator("li, tr")).toHaveCount(1);
});

test("out of memory", async ({ fake: page, open }) => {
  await open("#/train", "oom");
  await startOn(page);
  const stopped = page.getByTestId("stopped");
  await expect(stopped).toContainText("The GPU is out of memory at 2.6 GB. Nothing is lost.");
  for (const name of ["Use S", "Smaller batch", "CPU"]) await expect(stopped.getByRole("button", { name, exact: true })).toBeVisible();
  await stopped.getByRole("button", { name: "Use S", exact: true }).click();
  await expect(netSummary(page, "enc-alr")).toContainText("XS, S");
  await expect(stopped).toHaveCount(0);
});

test("out of memory with nets at several sites, the largest gets smaller", async ({ fake: page, open }) => {
  await open("#/train", "oom");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  for (const group of ["cross", "cross-awr", "enc-aslr"]) await netSummary(page, group).click();
  await page.getByTestId("net-cross-awr-l").getByRole("checkbox").check();
  await startOn(page);
  await page.getByTestId("stopped").getByRole("button", { name: "Use M for Cross, AWR (ours)" }).click();
  await expect(netSummary(page, "cross")).toHaveText(/Cross\s*AWR M$/);
  await expect(netSummary(page, "enc")).toHaveText(/Encoder self\s*ALR XS, S, M$/);
  // XL would be the same size as L.
  await page.getByTestId("net-enc-aslr-xl").getByRole("checkbox").check();
  await page.getByTestId("net-cross-awr-m").getByRole("checkbox").uncheck();
  await startOn(page);
  await page.getByTestId("stopped").getByRole("button", { name: "Use M for Encoder self, ASLR" }).click();
  await expect(netSummary(page, "enc")).toHaveText(/ALR XS, S, M · ASLR M$/);
});

test("a lost device comes back by itself", async ({ fake: page, open }) => {
  await open("#/train", "lost");
  await startOn(page);
  await expect(page.getByTestId("recovered")).toContainText(/The GPU was reset\. Back at step \d+ \(\d+ steps redone\)\./);
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
});

test("after two failures the CPU is offered", async ({ fake: page, open }) => {
  await open("#/train", "lost-always");
  await startOn(page);
  const stopped = page.getByTestId("stopped");
  await expect(stopped).toContainText(/The GPU does not come back\. Your run is saved at step \d+\./, { timeout: 20_000 });
  await expect(stopped.getByRole("button", { name: "Try again" })).toBeVisible();
  await expect(stopped.getByRole("button", { name: "Go on with the CPU" })).toBeVisible();
});

test("a crashed engine is restarted and the run goes on from its checkpoint", async ({ fake: page, open }) => {
  await open("#/train", "crash");
  await startOn(page);
  await expect(page.getByTestId("banner-crashed")).toContainText("The engine stopped unexpectedly. Restarted; your runs are safe.");
  await expect(page.getByTestId("pill")).toContainText("ready");
  await page.getByTestId("runs").getByRole("button", { name: "Resume" }).click();
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
});

test("a second tab sees that the first is training", async ({ fake: page, open, fakeSite, context }) => {
  await open("#/train");
  await startOn(page);
  await page.getByTestId("pause").click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "paused");
  const other = await context.newPage();
  await other.goto(`${fakeSite.url}?fake=ready#/train`);
  const banner = other.getByTestId("banner-other-tab");
  await expect(banner).toContainText("Another tab is training.");
  await banner.getByRole("button", { name: "Show here when done" }).click();
  await page.getByTestId("resume").click();
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
  await expect(banner).toBeHidden();
  await expect(other.getByTestId("runs")).toContainText("micro en-fr");
});

test("no run is deleted while another tab trains, and none without a way back", async ({ fake: page, open, fakeSite, context }) => {
  await open("#/train");
  await startOn(page);
  await expect(page.getByTestId("stats")).toHaveAttribute("data-stage", "teacher");
  await page.getByTestId("pause").click();
  const other = await context.newPage();
  await other.goto(`${fakeSite.url}?fake=ready#/train`);
  await expect(other.getByTestId("banner-other-tab")).toBeVisible();
  await expect(other.getByTestId("runs").getByRole("button", { name: "Delete micro en-fr, seed 1" })).toBeDisabled();
  await page.close();
  await other.reload();
  const runs = other.getByTestId("runs");
  await runs.getByRole("button", { name: "Delete micro en-fr, seed 1" }).click();
  await expect(runs).toHaveCount(0);
  await other.getByTestId("undo").getByRole("button", { name: "Undo" }).click();
  await expect(runs).toContainText("micro en-fr, seed 1");
});

test("a run of earlier days is not thrown away without a question", async ({ fake: page, open }) => {
  await open("#/train");
  await startOn(page);
  await expect(page.getByTestId("stats")).toHaveAttribute("data-stage", "teacher");
  await page.getByTestId("pause").click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "paused");
  await page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) => new Promise<T>((resolve) => (request.onsuccess = () => resolve(request.result)));
    const db = await done(indexedDB.open("attentionless"));
    const runs = db.transaction("runs", "readwrite").objectStore("runs");
    const [run] = await done(runs.getAll());
    await done(runs.put({ ...run, worked: 26 * 3_600_000 }));
    db.close();
  });
  await page.reload();
  await page.getByTestId("runs").getByRole("button", { name: "Resume" }).click();
  await page.getByTestId("cancel").click();
  await expect(page.getByText(/26:00:\d\d of work would go\./)).toBeVisible();
  await page.getByRole("button", { name: "Keep training" }).click();
  await page.getByTestId("cancel").click();
  await page.getByRole("button", { name: "Throw it away" }).click();
  await expect(page.getByTestId("start")).toBeVisible();
  await expect(page.getByTestId("runs")).toHaveCount(0);
});

test("a view that does not arrive says so", async ({ fake: page, open }) => {
  await page.route(/Compare-.*\.js/, (route) => route.abort());
  await open("#/compare");
  await expect(page.getByText("This view did not arrive (network).")).toBeVisible();
  await expect(page.getByRole("button", { name: "Reload" })).toBeVisible();
});

test("too large a net is refused with both numbers and the size that fits", async ({ fake: page, open }) => {
  await open("#/train", "small-gpu");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByText("More settings").click();
  await page.getByLabel("Width d").fill("128");
  await page.getByLabel("Width d").blur();
  await page.getByLabel("Longest sentence, tokens").fill("50");
  await page.getByLabel("Longest sentence, tokens").blur();
  const nets = page.getByTestId("nets-enc-alr");
  await expect(nets.getByText("XL needs one buffer of 312 MiB; this GPU allows 256 MiB.")).toBeVisible();
  await nets.getByRole("button", { name: "Use L instead" }).click();
  await expect(page.getByTestId("net-enc-alr-l").getByRole("checkbox")).toBeChecked();
  await expect(page.getByTestId("net-enc-alr-m")).toContainText("10,261,600");
  await expect(page.getByTestId("net-enc-alr-xl")).toContainText("163,897,600");
  // In sight, not only where a pointer rests.
  await expect(page.getByTestId("net-enc-alr-xl").locator("td").nth(3)).toContainText("Largest single buffer 312 MiB");
  // A net of the cross-attention reads two sentences: its hidden layer is twice as wide.
  const cross = page.getByTestId("nets-cross-awr");
  for (const group of ["cross", "cross-awr"]) await netSummary(page, group).click();
  await expect(cross.getByText("XL needs one buffer of 625 MiB; this GPU allows 256 MiB.")).toBeVisible();
  await cross.getByRole("button", { name: "Use L instead" }).click();
  await expect(netSummary(page, "cross")).toHaveText(/Cross\s*AWR L$/);
  // The joint net's first matrix is read by both sentences, too.
  await netSummary(page, "cross-alr").click();
  await expect(page.getByTestId("nets-cross-alr").getByText("XL needs one buffer of 1250 MiB; this GPU allows 256 MiB.").first()).toBeVisible();
});

const TOO_LARGE = "XL needs one buffer of 18 MiB; this GPU allows 16 MiB.";

/** Start waits, says why, and goes once the size that fits is taken. */
async function takesTheSizeThatFits(page: Page): Promise<void> {
  const hindrance = page.getByTestId("too-large");
  await expect(hindrance).toContainText(TOO_LARGE);
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "true");
  await page.getByTestId("start").click({ force: true });
  await expect(page.getByTestId("stats")).toHaveCount(0);
  await hindrance.getByRole("button", { name: "Use L instead" }).click();
  await expect(hindrance).toHaveCount(0);
  await expect(page.getByTestId("net-enc-alr-l").getByRole("checkbox")).toBeChecked();
  await expect(page.getByTestId("net-enc-alr-xl").getByRole("checkbox")).not.toBeChecked();
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
}

test("a cell with a net that the device cannot hold leads to Start with the reason and the size that fits", async ({ fake: page, open }) => {
  await open("#/?mix=teacher", "tiny-gpu");
  await expect(page.getByTestId("badge")).toContainText("Live");
  await page.getByRole("radio", { name: "ALR", exact: true }).check({ force: true });
  await page.getByRole("radio", { name: "XL", exact: true }).check({ force: true });
  await page.getByRole("gridcell", { name: "Encoder self, layer 2" }).click();
  await takesTheSizeThatFits(page);
});

test("a link with a net that the device cannot hold does the same, in Train and in Share", async ({ fake: page, open, fakeSite }) => {
  await open("#/train?net=enc.1%3Dalr-xl&from=demo");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await expect(page).toHaveURL(/r=1\./);
  const hash = new URL(page.url()).hash;
  await page.goto(`${fakeSite.url}?fake=tiny-gpu${hash}`);
  await takesTheSizeThatFits(page);
  await page.goto(`${fakeSite.url}?fake=tiny-gpu&again${hash.replace("#/train", "#/share")}`);
  await expect(page.getByText(TOO_LARGE)).toBeVisible();
  await expect(page.getByTestId("share-start")).toHaveAttribute("aria-disabled", "true");
});

test("a teacher that the device cannot hold is refused in the same way, and a smaller batch fits", async ({ fake: page, open }) => {
  await open("#/train", "tiny-gpu");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  await page.getByText("More settings").click();
  await page.getByLabel("Vocabulary").fill("4000");
  await page.getByLabel("Vocabulary").blur();
  const hindrance = page.getByTestId("too-large");
  await expect(hindrance).toContainText("The teacher needs one buffer of 22 MiB; this GPU allows 16 MiB.");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "true");
  await hindrance.getByRole("button", { name: "Smaller batch" }).click();
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  // No batch makes a vocabulary's own matrix smaller.
  await page.getByLabel("Vocabulary").fill("900000");
  await page.getByLabel("Vocabulary").blur();
  await hindrance.getByRole("button", { name: "Go to Vocabulary" }).click();
  await expect(page.getByLabel("Vocabulary")).toBeFocused();
});

test("a GPU that allows less than it said is told with both numbers and what fits", async ({ fake: page, open }) => {
  await open("#/train");
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false");
  // A buffer is bound as a whole: the lesser limit counts.
  await page.workers()[0].evaluate(() => {
    const limits = { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 20 };
    Object.defineProperty(navigator, "gpu", { configurable: true, value: { requestAdapter: async () => ({ limits }) } });
  });
  await page.getByTestId("start").click();
  const stopped = page.getByTestId("stopped");
  await expect(stopped).toContainText("The run needs one buffer of 3.4 MiB; this GPU allows 1 MiB. Nothing is lost.");
  await stopped.getByText("Details").click();
  await expect(stopped).toContainText("the largest buffer of the teacher has 3,600,000 bytes; this GPU allows 1,048,576.");
  await expect(stopped.getByRole("button", { name: "Go on with the CPU" })).toBeVisible();
  await stopped.getByRole("button", { name: "Smaller batch" }).click();
  await expect(stopped).toHaveCount(0);
});

test("a run that the device cannot hold does not begin, and can with the CPU", async ({ fake: page, open, fakeSite }) => {
  await open("#/train?net=enc.1%3Dalr-xl&from=demo");
  await page.getByTestId("start").click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-stage", "nets");
  await page.getByTestId("pause").click();
  await expect(page.getByTestId("stats")).toHaveAttribute("data-state", "paused");
  await page.goto(`${fakeSite.url}?fake=tiny-gpu#/train`);
  await page.getByTestId("runs").getByRole("button", { name: "Resume" }).click();
  const error = page.getByTestId("start-error");
  await expect(error).toContainText("The run needs one buffer of 18 MiB; this GPU allows 16 MiB.");
  await error.getByText("Details").click();
  await expect(error).toContainText("Device: Example GPU (wgpu)");
  await error.getByRole("button", { name: "Use the CPU" }).click();
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
});
