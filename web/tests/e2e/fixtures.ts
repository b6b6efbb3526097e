/** A page of the built site, which may make no request to another origin and may not fail silently. */
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { folder, serve, type Site } from "./server.ts";

interface Worker {
  fakeSite: Site;
  realSite: Site;
}

async function guarded(page: Page, site: Site, use: (page: Page) => Promise<void>): Promise<void> {
  const strangers: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== new URL(site.url).origin) strangers.push(request.url());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  await use(page);
  expect(strangers, "requests to other origins").toEqual([]);
  expect(errors, "errors that nobody caught").toEqual([]);
}

export const test = base.extend<{ fake: Page; real: Page; open: (route?: string, script?: string) => Promise<void> }, Worker>({
  fakeSite: [async ({}, use) => {
    const site = await serve(folder("dist-fake"));
    await use(site);
    site.close();
  }, { scope: "worker" }],
  realSite: [async ({}, use) => {
    const site = await serve(folder("dist"));
    await use(site);
    site.close();
  }, { scope: "worker" }],
  fake: async ({ page, fakeSite }, use) => guarded(page, fakeSite, use),
  real: async ({ page, realSite }, use) => guarded(page, realSite, use),
  /** A view of the fake build under a script. */
  open: async ({ fake, fakeSite }, use) => {
    await use(async (route = "#/", script = "ready") => {
      await fake.goto(`${fakeSite.url}?fake=${script}${route}`);
    });
  },
});

/** The line of Train that opens the nets of a site, or of a method there. */
export function netSummary(page: Page, group: string): Locator {
  return page.getByTestId(`nets-${group}`).locator("summary").first();
}

/** A fault in the worker of a page that has `?hooks` in its address: src/worker/hooks.ts has them all. */
export async function hook(page: Page, hooks: string): Promise<void> {
  await page.evaluate((hooks) => (globalThis as unknown as { attentionlessHooks(hooks: string): Promise<null> }).attentionlessHooks(hooks), hooks);
}

/** From now on; what it gives tells all that the polite live region said. */
export async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const spoken: string[] = [];
    Object.assign(globalThis, { spoken });
    const region = document.querySelector("[role=status]");
    const note = () => spoken.push(region?.textContent?.trim() ?? "");
    if (region) new MutationObserver(note).observe(region, { childList: true, characterData: true, subtree: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { spoken: string[] }).spoken);
}

export { expect };
