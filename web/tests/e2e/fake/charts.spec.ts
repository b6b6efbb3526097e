/** The charts of a run: lines that say what they are where they end. */
import type { Locator, Page } from "@playwright/test";
import { violations, widestOverflow } from "../axe.ts";
import { expect, test } from "../fixtures.ts";

const chart = (page: Page, title: string | RegExp) => page.getByTestId("chart").filter({ has: page.getByRole("heading", { name: title }) });
const ends = (chart: Locator) => chart.getByTestId("line-ends").locator("text");

async function trained(page: Page): Promise<void> {
  await page.getByTestId("start").click();
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
}

/** One above the other, and none beyond the card. */
async function expectApart(chart: Locator): Promise<void> {
  await chart.scrollIntoViewIfNeeded();
  await expect(ends(chart).first()).toBeVisible();
  const card = await chart.boundingBox();
  const boxes = await ends(chart).evaluateAll((texts) => texts.map((text) => text.getBoundingClientRect().toJSON() as DOMRect));
  boxes.sort((one, other) => one.top - other.top);
  for (const [index, box] of boxes.entries()) {
    expect(card && box.right <= card.x + card.width && box.bottom <= card.y + card.height).toBe(true);
    // Their boxes are as high as lines of text, and a little of that is empty.
    if (index > 0) expect(box.top).toBeGreaterThanOrEqual(boxes[index - 1].bottom - 4);
  }
}

test("lines are named where they end, with the value there or at the cursor", async ({ fake: page, open }) => {
  await open("#/train");
  await trained(page);
  const [loss, rate, nets] = [chart(page, "Loss (log)"), chart(page, "Learning rate"), chart(page, /^Distillation error/)];
  for (const each of [loss, nets]) await expectApart(each);
  // From the top down, as they stand.
  await expect(ends(loss)).toHaveText([/^validation\s+1\.\d\d$/, /^train\s+1\.\d\d$/]);
  await rate.scrollIntoViewIfNeeded();
  // One alone is what the title says. Beside another chart on a tablet there is no room for it.
  const narrow = ((await rate.boundingBox())?.width ?? 0) < 300;
  await expect(ends(rate)).toHaveText(narrow ? [] : [/^\s*0\.001\d\d$/]);
  await expect(ends(nets)).toHaveText([/^layer 1, XS/, /^layer 1, S/, /^layer 1, M/]);
  const train = ends(loss).filter({ hasText: "train" });
  const last = await train.textContent();
  await loss.getByRole("figure").press("Home");
  await expect(train).toHaveText(/^train\s+[56]\.\d\d$/);
  await loss.getByRole("figure").press("Escape");
  await expect(train).toHaveText(last?.trim() ?? "");
  expect(await violations(page)).toEqual([]);
  // For those who do not see it, they are a list, too.
  await expect(loss.getByRole("listitem")).toHaveCount(2);
  // What is one of several that could be has its name.
  for (const size of ["XS", "S"]) await page.getByRole("checkbox", { name: new RegExp(`^(.* )?${size}$`) }).first().uncheck();
  await page.getByTestId("start").click();
  await expect(page.getByTestId("finished")).toHaveCount(0);
  await expect(page.getByTestId("finished")).toBeVisible({ timeout: 30_000 });
  await nets.scrollIntoViewIfNeeded();
  await expect(ends(nets)).toHaveText([/^layer 1, M\s+0\.02/]);
  // Where a plot would be too narrow beside them, the list is seen instead.
  await page.setViewportSize({ width: 320, height: 700 });
  await expect(ends(nets)).toHaveCount(0);
  expect((await nets.getByRole("listitem").first().boundingBox())?.width).toBeGreaterThan(60);
  expect(await widestOverflow(page)).toBe(0);
});

test("a chart draws though its coming into view was told together with its absence before", async ({ fake: page, open }) => {
  // A busy tab hears of several changes at once, the oldest first.
  await page.addInitScript(() => {
    const Native = IntersectionObserver;
    globalThis.IntersectionObserver = class extends Native {
      constructor(told: IntersectionObserverCallback, options?: IntersectionObserverInit) {
        const before = (entry: IntersectionObserverEntry) => Object.create(entry, { isIntersecting: { value: !entry.isIntersecting } }) as IntersectionObserverEntry;
        super((entries, observer) => told([...entries.map(before), ...entries], observer), options);
      }
    };
  });
  await open("#/train");
  await trained(page);
  const loss = chart(page, "Loss (log)");
  await loss.scrollIntoViewIfNeeded();
  await expect(ends(loss)).toHaveText([/^validation\s+1\.\d\d$/, /^train\s+1\.\d\d$/]);
});
