/** The Board of the real engine, with runs of earlier weeks beside the demo's. */
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { KEPT, keep } from "../kept.ts";
import { expect, needsBuild, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(150_000);

const ANNA = KEPT.find(({ name }) => name === "from Anna");

/** With a teacher chosen that one run alone has, which the demo has no part in. */
async function openBoard(page: Page, url: string): Promise<void> {
  await page.goto(`${url}?device=cpu#/board`);
  await expect(page.getByTestId("pill")).toContainText("ready", { timeout: 60_000 });
  await keep(page);
  await page.reload();
  const setting = page.getByTestId("setting");
  const option = setting.locator("option", { hasText: "everyday, German → English" });
  await expect(option).toHaveCount(1, { timeout: 60_000 });
  await setting.selectOption((await option.getAttribute("value")) ?? "");
}

async function saved(page: Page, name: string): Promise<Buffer> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name, exact: true }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe(`bleu-by-size.${name.toLowerCase()}`);
  return readFileSync(await file.path());
}

test("its scores and its open nets are reached by keys, and stand in a table", async ({ real: page, realSite }) => {
  await openBoard(page, realSite.url);
  const figure = page.getByTestId("figure");
  await expect(figure.getByTestId("mark")).toHaveCount(1);
  await expect(figure).toHaveAccessibleName(/^BLEU against size of the nets: 1 score of nets, \d+ not fitted yet\. Best: Encoder self: ALR M\./);
  await figure.focus();
  await page.keyboard.press("Home");
  const [, row] = ANNA?.rows ?? [];
  await expect(page.getByTestId("figure-at")).toContainText(`Encoder self: ALR M: BLEU ${row.bleu.toFixed(2)} [`);
  await expect(page.getByRole("status")).toContainText("from Anna; −0.60 against the teacher");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("status")).toHaveText(/^Encoder self: ALR XS: not fitted yet\. It would take [\d.<]/);
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("status")).toContainText("from Anna");
  await page.getByRole("button", { name: "Show as table" }).click();
  const table = page.getByTestId("figure-table");
  await expect(table.getByRole("row")).toHaveCount(1 + (ANNA?.rows.length ?? 0));
  await expect(table).toContainText("from Anna");
});

test("is taken along as SVG, PNG and CSV, which can be read by themselves", async ({ real: page, realSite }) => {
  await openBoard(page, realSite.url);
  await expect(page.getByTestId("figure").getByTestId("open").first()).toBeAttached({ timeout: 60_000 });
  const svg = (await saved(page, "SVG")).toString();
  for (const part of [">BLEU by size<", "everyday, German → English · 2+2 layers", "Run: from Anna.", "Across: size of the nets. BLEU from 0 to", "Empty circles at the bottom"]) expect(svg).toContain(part);
  expect(/var\(--|light-dark|data-extra/.test(svg)).toBe(false);
  const png = await saved(page, "PNG");
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  // Twice as large as the drawing that it was made of.
  const [, width, height] = /width="(\d+)" height="([\d.]+)"/.exec(svg.slice(0, svg.indexOf(">"))) ?? [];
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2 * Number(width), 2 * Math.round(Number(height))]);
  const [head, ...lines] = (await saved(page, "CSV")).toString().trim().split("\r\n");
  expect(head).toMatch(/^run,seed,corpus,pair,mix,bleu,/);
  expect(lines.map((line) => line.split(",").slice(0, 5).join(","))).toEqual(ANNA?.rows.map(({ mix }) => `from Anna,${ANNA.recipe.seed},everyday,de-en,${mix}`));
});

test("the next gap opens Train with the cheapest net alone, on the run that has the teacher", async ({ real: page, realSite }) => {
  await openBoard(page, realSite.url);
  const next = page.getByTestId("next-gap");
  await expect(next).toBeVisible({ timeout: 60_000 });
  const said = await next.locator("xpath=following-sibling::span").innerText();
  const [, site = "", method = "", size = ""] = /^(Encoder self|Decoder self|Cross): (\w+).* (XS|S|M|L|XL), /.exec(said) ?? [];
  const code = { "Encoder self": "enc", "Decoder self": "self", Cross: "cross" }[site];
  await next.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Train your own");
  await expect(page.getByTestId("base")).toContainText("Adds to from Anna", { timeout: 60_000 });
  await expect(page.locator("[data-testid^=net-] input:checked")).toHaveCount(1);
  await expect(page.getByTestId(`net-${code}-${method.toLowerCase()}-${size.toLowerCase()}`).getByRole("checkbox")).toBeChecked();
  await expect(page.getByText("Each in every layer.")).toBeVisible();
});
