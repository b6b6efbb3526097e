/** The page with an engine on several threads, where `cargo xtask build --threads` has built it. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { folder, serve } from "../server.ts";
import { curve, expect, finished, needsBuild, openTrain, test, weights } from "./helpers.ts";

const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const THREAD = /^\/assets\/thread-.*\.js$/;

test.beforeEach(() => {
  test.skip(!existsSync(join(folder("dist-threads"), "index.html")), "the page with threads is not built: cargo xtask build --threads");
  needsBuild(true);
});
test.setTimeout(600_000);

test("micro on several threads has the losses and the weights of one thread, to the last bit", async ({ real: page, realSite, context }) => {
  test.skip(availableParallelism() < 2, "this machine has one processor");
  const asked: string[] = [];
  const site = await serve(folder("dist-threads"), "/", (path) => asked.push(path), ISOLATED);
  const threaded = await context.newPage();
  const found = [];
  for (const [one, url] of [[threaded, site.url], [page, realSite.url]] as const) {
    await openTrain(one, url, "cpu");
    await one.getByTestId("start").click();
    await finished(one, 280_000);
    found.push({ teacher: await curve(one, "teacher"), weights: await weights(one) });
  }
  site.close();
  expect(asked.filter((path) => THREAD.test(path)).length).toBeGreaterThan(0);
  expect(found[1].teacher.length).toBeGreaterThan(50);
  expect(found[0]).toEqual(found[1]);
});

test("without the headers the same page works on one thread", async ({ page }) => {
  const asked: string[] = [];
  const site = await serve(folder("dist-threads"), "/", (path) => asked.push(path));
  await page.goto(`${site.url}?device=cpu`);
  await expect(page.getByTestId("badge")).toHaveText("Live on your CPU", { timeout: 60_000 });
  await expect(page.getByTestId("teacher")).not.toBeEmpty();
  site.close();
  expect(asked.filter((path) => THREAD.test(path))).toEqual([]);
});
