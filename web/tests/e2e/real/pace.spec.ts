/** How soon the page is there, and how fast it answers while it trains: the budgets of time. */
import type { Page } from "@playwright/test";
import { expect, needsBuild, stepOf, test } from "./helpers.ts";

test.beforeEach(() => needsBuild(true));
test.setTimeout(240_000);

const PAINT_MS = 1_500;
const TYPED_MS = 50;
const MESSAGES_PER_SECOND = 4;
const TRANSLATED_MS = 1_500;
const PAUSED_MS = 1_000;
/** The page waits for 300 ms; its clock and the keys' may differ. */
const NEARLY_RESTED_MS = 250;

/** What the worker says of itself, apart from what it answers: that comes as often as it is asked. */
async function countMessages(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const told: { at: number; type: string }[] = [];
    const asked: { at: number; type: string }[] = [];
    const Native = Worker;
    class Counted extends Native {
      constructor(...words: ConstructorParameters<typeof Worker>) {
        super(...words);
        this.addEventListener("message", ({ data }: MessageEvent<{ to: string; notice?: { type: string } }>) => {
          if (data.to === "notice") told.push({ at: performance.now(), type: data.notice?.type ?? "" });
        });
      }
      override postMessage(message: { type: string }, ...rest: unknown[]) {
        asked.push({ at: performance.now(), type: message.type });
        (super.postMessage as (...words: unknown[]) => void)(message, ...rest);
      }
    }
    const { replaceState } = history;
    const addresses: number[] = [];
    history.replaceState = (...words) => {
      addresses.push(performance.now());
      replaceState.apply(history, words);
    };
    Object.assign(globalThis, { Worker: Counted, told, asked, addresses });
  });
}

/** The preset tiny, until it has made some steps. */
async function trainTiny(page: Page, url: string): Promise<void> {
  await page.goto(`${url}?device=cpu#/train`);
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 90_000 });
  await page.getByLabel("Preset").selectOption("tiny");
  await expect(page).toHaveURL(/r=1\./);
  await page.getByTestId("start").click();
  await expect.poll(() => stepOf(page).catch(() => 0), { timeout: 120_000 }).toBeGreaterThan(5);
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((one, other) => one - other)[Math.floor(share * (values.length - 1))];
}

test("the first examples are painted within 1.5 s, and 15 tokens are translated within 1.5 s on the CPU", async ({ real: page, realSite }) => {
  await page.addInitScript(() => {
    new PerformanceObserver((list) => Object.assign(globalThis, { painted: list.getEntries().at(-1)?.startTime })).observe({ type: "largest-contentful-paint", buffered: true });
  });
  await page.goto(`${realSite.url}?device=cpu`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  expect(await page.evaluate(() => (globalThis as unknown as { painted: number }).painted)).toBeLessThan(PAINT_MS);
  const [box, times] = [page.getByRole("textbox"), [] as number[]];
  for (const noun of ["dog", "cat", "man", "woman", "child", "bird", "book", "letter"]) {
    const sentence = `The old ${noun} sees the children, and the young woman does not want the book.`;
    await box.fill(sentence);
    for (const pane of ["teacher", "mix"]) await expect(page.getByTestId(pane)).toHaveAttribute("data-source", sentence, { timeout: 30_000 });
    // Such as `14 ms → 9.1 ms`.
    const took = await page.getByTestId("speed").innerText();
    times.push(...[...took.matchAll(/([\d,.]+) ms/g)].map(([, ms]) => Number(ms.replace(",", ""))));
  }
  expect(times).toHaveLength(16);
  expect(quantile(times, 0.95)).toBeLessThan(TRANSLATED_MS);
});

test("while it trains, a key is answered within 50 ms, and the worker says at most four things a second", async ({ real: page, realSite }) => {
  await countMessages(page);
  await trainTiny(page, realSite.url);
  await page.getByRole("link", { name: "Try", exact: true }).locator("visible=true").click();
  const box = page.getByRole("textbox");
  await box.fill("");
  const from = await page.evaluate(() => {
    const typed: { at: number; took: number }[] = [];
    // From the key to the frame that shows it.
    document.addEventListener("input", ({ timeStamp }) => requestAnimationFrame(() => setTimeout(() => typed.push({ at: timeStamp, took: performance.now() - timeStamp }))), true);
    Object.assign(globalThis, { typed });
    return performance.now();
  });
  await box.pressSequentially("The old man reads a book. We do not see the children.", { delay: 150 });
  const { typed, told, asked, addresses, seconds } = await page.evaluate((from) => {
    type Message = { at: number; type: string };
    const { typed, told, asked, addresses } = globalThis as unknown as { typed: { at: number; took: number }[]; told: Message[]; asked: Message[]; addresses: number[] };
    const since = (messages: Message[]) => messages.filter(({ at }) => at >= from).map(({ type }) => type);
    return { typed, told: since(told), asked: since(asked), addresses: addresses.filter((at) => at >= from).length, seconds: (performance.now() - from) / 1000 };
  }, from);
  expect(typed.length).toBeGreaterThan(40);
  // Half of them: on a machine with two cores, which trains beside and may do more, the system takes the processor away
  // for longer than that now and then. What the page itself does for a key is counted below, which no load changes.
  expect(quantile(typed.map(({ took }) => took), 0.5)).toBeLessThan(TYPED_MS);
  expect(told.length).toBeGreaterThan(1);
  expect(told.length / seconds).toBeLessThanOrEqual(MESSAGES_PER_SECOND);
  // What depends on the mix alone is not asked for again, and the address, whose writing took most of a key's time, waits
  // until the text rests: after such a rest it is written, and at the first key that follows.
  expect(asked.filter((type) => type === "describe-mix").length).toBeLessThanOrEqual(1);
  const rests = typed.filter(({ at }, index) => index > 0 && at - typed[index - 1].at > NEARLY_RESTED_MS).length;
  expect(addresses).toBeLessThanOrEqual(2 + 2 * rests);
  const text = "The old man reads a book. We do not see the children.";
  await expect(page).toHaveURL(new RegExp(`text=${encodeURIComponent(text).replaceAll("%20", "(%20|\\+)").replaceAll(".", "\\.")}$`));
});

test("while it trains, it pauses within a second", async ({ real: page, realSite }) => {
  await trainTiny(page, realSite.url);
  const took: number[] = [];
  for (let time = 0; time < 5; time++) {
    took.push(await page.evaluate(async () => {
      const stats = document.querySelector<HTMLElement>("[data-testid=stats]");
      const stands = () => stats?.dataset.state === "paused";
      const begun = performance.now();
      document.querySelector<HTMLElement>("[data-testid=pause]")?.click();
      while (!stands() && performance.now() - begun < 10_000) await new Promise((resolve) => setTimeout(resolve, 5));
      return performance.now() - begun;
    }));
    const step = await stepOf(page);
    await page.getByTestId("resume").click();
    await expect.poll(() => stepOf(page), { timeout: 30_000 }).toBeGreaterThan(step);
  }
  // The best of five: others may have the processor meanwhile, and one that pauses by itself does so every time.
  expect(Math.min(...took)).toBeLessThan(PAUSED_MS);
});
