/** A tab that nobody looks at goes on training, and draws nothing. */
import { expect, needsBuild, test } from "./helpers.ts";
import { PipedBrowser } from "./piped.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(240_000);

const HIDDEN_MS = 10_000;
/** Lines that were drawn on canvases: a chart has dozens. */
const SPY = `
  globalThis.lines = 0;
  const { stroke } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.stroke = function (...path) {
    globalThis.lines += 1;
    return stroke.apply(this, path);
  };
`;
const STATS = "document.querySelector('[data-testid=stats]')";

test("cpu: hidden for ten seconds, it trains on, draws no chart and tells its percentage in the title", async ({ realSite }) => {
  const browser = new PipedBrowser();
  try {
    const tab = await browser.tab();
    await tab.goto(`${realSite.url}?device=cpu#/train`, SPY);
    const start = "document.querySelector('[data-testid=start]')";
    await expect.poll(() => tab.evaluate(`${start}?.getAttribute('aria-disabled')`), { timeout: 90_000 }).toBe("false");
    await tab.evaluate("const [preset] = document.querySelectorAll('.pairs select'); preset.value = 'tiny'; preset.dispatchEvent(new Event('change', { bubbles: true }))");
    await expect.poll(() => tab.evaluate("document.body.innerText"), { timeout: 20_000 }).toContain("2+2 layers, d 64");
    await tab.evaluate(`${start}.click()`);
    const step = () => tab.evaluate<number>(`Number(${STATS}?.dataset.step ?? 0)`);
    const lines = () => tab.evaluate<number>("globalThis.lines");
    await expect.poll(step, { timeout: 90_000 }).toBeGreaterThan(5);
    const before = await lines();
    await expect.poll(lines, { message: "while it is seen, charts are drawn" }).toBeGreaterThan(before);

    await browser.tab();
    await expect.poll(() => tab.evaluate("document.visibilityState")).toBe("hidden");
    // What was begun while it was seen.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const [from, drawn] = [await step(), await lines()];
    await new Promise((resolve) => setTimeout(resolve, HIDDEN_MS));
    expect(await step()).toBeGreaterThan(from + 5);
    expect(await lines()).toBe(drawn);
    expect(await tab.evaluate("document.title")).toMatch(/^\d+%.* · Train$/);

    await tab.show();
    await expect.poll(() => tab.evaluate("document.visibilityState")).toBe("visible");
    await expect.poll(lines, { message: "what was missed is drawn" }).toBeGreaterThan(drawn);
  } finally {
    await browser.close();
  }
});
