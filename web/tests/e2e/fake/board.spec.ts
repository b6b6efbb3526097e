/** The paper's figure from the visitor's own runs and the demo. */
import { readFileSync } from "node:fs";
import { expect, test } from "../fixtures.ts";

test("draws what the demo has, by size and by parameters, and tells each score", async ({ fake: page, open }) => {
  await open("#/board", "ours");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("BLEU by size");
  const figure = page.getByTestId("figure");
  await expect(figure.getByTestId("mark")).toHaveCount(16);
  await expect(figure).toHaveAccessibleName(/^BLEU against size of the nets: 16 scores of nets, \d+ not fitted yet\. Best: Encoder self: ALR M, 2 hidden layers \(ours\)\./);
  for (const title of ["Encoder self-attention", "Decoder self-attention", "Cross-attention", "All three"]) await expect(figure.getByText(title, { exact: true })).toBeVisible();
  await figure.focus();
  await page.keyboard.press("ArrowRight");
  const first = "Encoder self: ALR XS: BLEU 69.00 [66.60, 71.50], 620,000 parameters, Demo model; −11.00 against the teacher";
  await expect(page.getByTestId("figure-at")).toContainText(first);
  await expect(page.getByRole("status")).toHaveText(first);
  await page.getByRole("radio", { name: "parameters" }).check();
  await page.getByLabel("Zoom in").check();
  await expect(page.getByText("Across: parameters of the whole model (log). BLEU from 40 to 90.")).toBeVisible();
  await page.getByTestId("figure-at").scrollIntoViewIfNeeded();
  await figure.locator("[data-mix='cross=awr-m']").hover();
  await expect(page.getByTestId("figure-at")).toContainText("Cross: AWR M: BLEU 77.50");
  await page.getByTestId("figure-at").getByRole("link", { name: "Compare" }).click();
  await expect(page.locator("tr[data-mix='cross=awr-m']")).toBeVisible();
});

test("the next gap opens Train with just that net, in every layer, and a link does the same", async ({ fake: page, open }) => {
  await open("#/board");
  const gaps = page.getByTestId("gaps");
  await expect(gaps.locator("[data-gap='enc=alr-l']")).toHaveText(/^\d+–\d+ s$/);
  await expect(gaps.getByText("79.4")).toBeVisible();
  await expect(gaps.locator("[data-gap='enc=alr-m']")).toHaveCount(0);
  await page.getByTestId("next-gap").click();
  await expect(page.getByTestId("base")).toContainText("Adds to Demo model");
  await expect(page.locator("[data-testid^=net-] input:checked")).toHaveCount(1);
  await expect(page.getByText("Each in every layer.")).toBeVisible();
  await page.goBack();
  await page.locator("[data-gap='self=awr-s']").click();
  await expect(page.getByTestId("net-self-awr-s").getByRole("checkbox")).toBeChecked();
  await page.getByTestId("start").click();
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
  await page.getByRole("link", { name: "Board" }).locator("visible=true").click();
  await expect(page.getByTestId("gaps").locator("[data-gap='self=awr-s']")).toHaveCount(0);
  await expect(page.getByTestId("figure").locator("[data-mix='self=awr-s']")).toHaveCount(1);
  await expect(page.getByTestId("setting")).toContainText("2 runs");
});

test("what the device cannot hold is no gap to fill", async ({ fake: page, open }) => {
  await open("#/board", "tiny-gpu");
  const gaps = page.getByTestId("gaps");
  await expect(gaps.locator("[data-gap='enc=alr-l']")).toBeVisible();
  await expect(gaps.locator("[data-gap='enc=alr-xl']")).toHaveCount(0);
  await expect(page.getByText("Empty circles at the bottom: not fitted yet; dotted, too large for this device.")).toBeVisible();
  const large = gaps.locator("tr", { hasText: "ALR" }).first().locator("td").last();
  await expect(large).toHaveText(/^too large\s+needs \d+ MiB of 16 MiB\s+L fits$/);
  await large.getByRole("link", { name: "Encoder self: ALR L fits: fit it" }).click();
  await expect(page.getByTestId("net-enc-alr-l").getByRole("checkbox")).toBeChecked();
});

test("what is open is in the figure, too, with its cost, and is reached by keys", async ({ fake: page, open }) => {
  await open("#/board");
  const figure = page.getByTestId("figure");
  const circle = figure.locator("[data-testid=open][data-net='enc=alr-l']");
  await expect(circle).toHaveCount(1);
  await expect(figure.locator("[data-testid=open][data-net='enc=alr-m']")).toHaveCount(0);
  await circle.scrollIntoViewIfNeeded();
  await circle.hover();
  const told = page.getByTestId("figure-at");
  await expect(told).toContainText(/^Encoder self: ALR L: not fitted yet\. It would take \d+–\d+ s\./);
  await figure.focus();
  // The last of all is the score of all three sites; what is open at the third comes before it.
  for (const key of ["End", "ArrowLeft"]) await page.keyboard.press(key);
  await expect(told).toContainText(/^Cross: .* XL: not fitted yet\. It would take/);
  await expect(page.getByRole("status")).toHaveText(/^Cross: .* XL: not fitted yet\. It would take/);
  await expect(page.getByText("Empty circles at the bottom: not fitted yet.")).toBeVisible();
  await circle.click();
  await told.getByRole("link", { name: "Fit it" }).click();
  await expect(page.getByTestId("net-enc-alr-l").getByRole("checkbox")).toBeChecked();
  await page.goBack();
  await page.getByRole("radio", { name: "parameters" }).check();
  await expect(figure.getByTestId("mark")).toHaveCount(10);
  await expect(figure.getByTestId("open")).toHaveCount(0);
  await expect(figure.getByText("parameters of the whole model (log)").first()).toBeVisible();
});

test("has a table, and is taken along as SVG, PNG and CSV", async ({ fake: page, open }) => {
  await open("#/board", "ours");
  await expect(page.getByTestId("figure")).toBeVisible();
  for (const [name, file] of [["SVG", "bleu-by-size.svg"], ["PNG", "bleu-by-size.png"], ["CSV", "bleu-by-size.csv"]]) {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name, exact: true }).click();
    const saved = await download;
    expect(saved.suggestedFilename()).toBe(file);
    const bytes = readFileSync(await saved.path());
    expect(bytes.length).toBeGreaterThan(500);
    // As wide as the figure with its margin, twice.
    if (name === "PNG") expect(bytes.readUInt32BE(16)).toBe(2 * (32 + (await page.getByTestId("figure").locator("svg").evaluate((svg) => svg.clientWidth))));
    if (name === "PNG") expect([...bytes.subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join("")).toBe("PNG");
    if (name === "SVG") {
      const text = bytes.toString("utf8");
      expect(text).toContain('xmlns="http://www.w3.org/2000/svg"');
      // It can be read without the page.
      for (const part of [">BLEU by size<", "everyday, English → French · 2+2 layers", "Run: Demo model.", "size of the nets", "Shaded: the teacher’s BLEU", "Encoder self-attention"]) expect(text).toContain(part);
      expect(/var\(--|light-dark|data-extra/.test(text)).toBe(false);
    }
  }
  await page.getByRole("button", { name: "Show as table" }).click();
  const table = page.getByTestId("figure-table");
  await expect(table.getByRole("row")).toHaveCount(24);
  await expect(table).toContainText("nets trained on");
});

test("without a demo and without runs, it says what would fill it", async ({ fake: page, open }) => {
  await open("#/board", "no-pack");
  await expect(page.getByTestId("board-empty")).toHaveText("Nothing is scored yet. A run of Train scores what it fits, and it appears here.");
});
