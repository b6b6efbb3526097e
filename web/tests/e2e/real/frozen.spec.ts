/** A tab that the browser freezes stands still, and says for how long it did once it goes on. */
import { expect, needsBuild, test } from "./helpers.ts";
import { PipedBrowser } from "./piped.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(240_000);

/** The worker's clock goes so many times as fast, so that nobody waits for the minutes after which it speaks of a pause. */
const FASTER = 20;
const FROZEN_MS = 12_000;
const STATS = "document.querySelector('[data-testid=stats]')";
const START = "document.querySelector('[data-testid=start]')";
const SAID = /The browser paused this tab for (\d+) min\. Going on from step ([\d,]+)\./;

test("cpu: frozen for minutes, it stands still, and goes on from its step and says so", async ({ realSite }) => {
  const browser = new PipedBrowser();
  try {
    const tab = await browser.tab();
    await tab.goto(`${realSite.url}?device=cpu&hooks=fast-clock:${FASTER}#/train`, "addEventListener('DOMContentLoaded', () => document.addEventListener('freeze', () => (globalThis.frozen = true)))");
    await expect.poll(() => tab.evaluate(`${START}?.getAttribute('aria-disabled')`), { timeout: 90_000 }).toBe("false");
    await tab.evaluate("const [preset] = document.querySelectorAll('.pairs select'); preset.value = 'tiny'; preset.dispatchEvent(new Event('change', { bubbles: true }))");
    await expect.poll(() => tab.evaluate("document.body.innerText"), { timeout: 20_000 }).toContain("2+2 layers, d 64");
    await tab.evaluate(`${START}.click()`);
    const step = () => tab.evaluate<number>(`Number(${STATS}?.dataset.step ?? 0)`);
    await expect.poll(step, { timeout: 90_000 }).toBeGreaterThan(5);
    expect(await tab.evaluate("document.body.innerText")).not.toMatch(SAID);

    // No browser freezes what is seen.
    await browser.tab();
    await expect.poll(() => tab.evaluate("document.visibilityState")).toBe("hidden");
    await tab.setLifecycle("frozen");
    await new Promise((resolve) => setTimeout(resolve, FROZEN_MS));
    await tab.setLifecycle("active");
    await tab.show();
    await expect.poll(() => tab.evaluate("document.body.innerText"), { timeout: 30_000 }).toMatch(SAID);
    expect(await tab.evaluate("globalThis.frozen")).toBe(true);
    expect(await tab.evaluate("document.querySelector('[role=status]').textContent")).toMatch(SAID);
    const [, minutes, from] = SAID.exec(await tab.evaluate<string>("document.body.innerText")) ?? [];
    // As long as it was frozen, by the worker's clock; not as long as the test took.
    const frozen = (FASTER * FROZEN_MS) / 60_000;
    expect(Number(minutes)).toBeGreaterThanOrEqual(frozen - 2);
    expect(Number(minutes)).toBeLessThanOrEqual(2 * frozen);
    await expect.poll(step, { timeout: 30_000 }).toBeGreaterThan(Number(from.replaceAll(",", "")));
  } finally {
    await browser.close();
  }
});
