/** After one visit, the page works without a network. */
import { expect, finished, needsBuild, shrink, test } from "./helpers.ts";
import { folder, serve } from "../server.ts";

test.use({ serviceWorkers: "allow" });
test.beforeEach(() => needsBuild(true));
test.setTimeout(420_000);

test("after one visit Try, Train and Runs work offline, and the page says so", async ({ context }) => {
  // Of its own: it goes away while the test goes on.
  const site = await serve(folder("dist"), "/below/a/path/");
  const first = await context.newPage();
  await first.goto(`${site.url}?device=cpu`);
  await expect(first.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  await first.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await first.close();
  site.close();

  const page = await context.newPage();
  // What it loads goes by too fast to be looked at.
  await page.addInitScript(() => {
    const said = new Set<string>();
    Object.assign(globalThis, { said });
    const look = () => said.add(document.querySelector("[data-testid=pill] .full")?.textContent ?? "");
    new MutationObserver(look).observe(document, { childList: true, characterData: true, subtree: true });
  });
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(`${site.url}?device=cpu`);
  await expect(page.getByTestId("badge")).toContainText("Live on", { timeout: 60_000 });
  const said = await page.evaluate(() => [...(globalThis as unknown as { said: Set<string> }).said]);
  for (const part of [/^Loading engine \d+\.\d of 1\d\.\d MB, from cache$/, /^Loading models [\d.]+ of 2\.9 MB$/, /^Warming up$/]) expect(said).toContainEqual(expect.stringMatching(part));
  // From here on the browser knows that there is no network, too.
  await context.setOffline(true);
  await expect(page.getByTestId("pill")).toContainText("Offline: everything here still works");
  await page.getByRole("textbox").fill("The dog sleeps.");
  await expect(page.getByTestId("mix")).toHaveAttribute("data-source", "The dog sleeps.", { timeout: 30_000 });
  await expect(page.getByTestId("mix")).not.toBeEmpty();

  await page.getByRole("link", { name: "Train", exact: true }).locator("visible=true").click();
  await expect(page.getByTestId("start")).toHaveAttribute("aria-disabled", "false", { timeout: 60_000 });
  await shrink(page, { "Training pairs": "150", Vocabulary: "400", "Epochs of the teacher": "1", "Epochs of the nets": "1", "Sentences scored": "4" });
  await page.getByTestId("start").click();
  await expect(page.getByTestId("stats")).toBeVisible();
  await finished(page, 120_000);

  // What was never loaded says so.
  await page.getByLabel("a data set from its public home").check();
  await page.getByTestId("hub-load").click();
  await expect(page.getByTestId("hub-error")).toContainText(/^\s*https:.+: cannot be fetched \(.+\); try again later/, { timeout: 30_000 });

  await page.getByRole("link", { name: "Runs", exact: true }).locator("visible=true").click();
  await expect(page.locator("[data-run]")).toContainText("micro en-fr, seed 1");
  await page.reload();
  await expect(page.locator("[data-run]")).toContainText("micro en-fr, seed 1");
  for (const view of ["Compare", "Board"]) {
    await page.getByRole("link", { name: view, exact: true }).locator("visible=true").click();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByText("This view did not arrive (network).")).toHaveCount(0);
  }
  expect(errors).toEqual([]);
});
