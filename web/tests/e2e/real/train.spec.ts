/** Training with the real engine: on the CPU the preset micro, on the software adapter less than that. */
import { expect, finished, needsBuild, openTrain, pauseAndResume, shrink, stepOf, test, weights } from "./helpers.ts";

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
  await page.getByTestId("start").click();
  const stats = page.getByTestId("stats");
  await expect(stats).toContainText(/[\d,]+ tokens\/s/, { timeout: 60_000 });
  await pauseAndResume(page);
  await finished(page, 180_000);
  await page.getByTestId("finished").getByRole("button", { name: "Try it" }).click();
  await expect(page.getByLabel("Model")).toHaveValue(/^run-/);
  await expect(page.getByTestId("teacher")).not.toBeEmpty();
  await page.getByRole("link", { name: "Compare" }).first().click();
  await expect(page.getByTestId("scores").locator("[data-mix='enc=alr-m']")).toContainText(/\d\.\d\d/);
  await page.getByTestId("score").click();
  await expect(page.getByTestId("signature")).toContainText("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp", { timeout: 60_000 });
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
  await page.getByTestId("start").click();
  await expect(page.getByTestId("stats")).toBeVisible();
  await finished(page, 180_000);
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
  await page.evaluate(() => (globalThis as unknown as { attentionlessHooks: { loseDevice(): Promise<null> } }).attentionlessHooks.loseDevice());
  await expect(page.getByTestId("recovered")).toContainText(/The GPU was reset\. Back at step \d+ \(\d+ steps? redone\)\./, { timeout: 60_000 });
  await finished(page, 280_000);
  expect(await weights(page)).toEqual(unbroken);
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

/** Parameters of ALR at the paper's width and length. */
const PAPER = { xs: 339_275, s: 659_350, m: 10_261_600, l: 40_988_800, xl: 163_897_600 };
/** Of a weight with its gradient and Adam's two moments; what passes through the net comes on top. */
const TRAINING_BYTES = 16;
/** The matrix from 50 tokens of 128 values to twice as many. */
const XL_MATRIX = 4 * 6_400 * 12_800;

test("wgpu: nets of the paper's sizes cost what it says, and XL is refused where a buffer may have 256 MiB", async ({ real: page, realSite }) => {
  // No adapter here has such a limit: the worker is told of one.
  await page.route(/\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    const limits = ["maxBufferSize", "maxStorageBufferBindingSize"].map((name) => `Object.defineProperty(GPUSupportedLimits.prototype, "${name}", { get: () => 2 ** 28 });`);
    await route.fulfill({ response, body: `${await response.text()}\n${limits.join("\n")}` });
  });
  await openTrain(page, realSite.url, "wgpu");
  await shrink(page, { "Width d": "128", "Longest sentence, tokens": "50" });
  const numbers = async (size: string) => {
    const titles = await page.getByTestId(`net-enc-alr-${size}`).locator("td[title]").evaluateAll((cells) => cells.map((cell) => cell.getAttribute("title") ?? ""));
    return titles.flatMap((title) => (title.match(/[\d,]+/g) ?? []).map((number) => Number(number.replaceAll(",", ""))));
  };
  for (const [size, parameters] of Object.entries(PAPER)) {
    await expect.poll(() => numbers(size).then(([found]) => found), { message: size }).toBe(parameters);
    const [, training] = await numbers(size);
    expect(training, size).toBeGreaterThanOrEqual(TRAINING_BYTES * parameters);
    expect(training, size).toBeLessThan(TRAINING_BYTES * parameters + 200e6);
  }
  expect((await numbers("xl"))[2]).toBe(XL_MATRIX);
  const nets = page.getByTestId("nets-enc-alr");
  await expect(nets.getByText("XL needs one buffer of 312 MiB; this GPU allows 256 MiB.")).toBeVisible();
  await nets.getByRole("button", { name: "Use L instead" }).click();
  await expect(page.getByTestId("net-enc-alr-l").getByRole("checkbox")).toBeChecked();
});
