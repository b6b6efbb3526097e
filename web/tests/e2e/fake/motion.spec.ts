/** Reduced motion and forced colours on every view: nothing moves, and what a colour tells is told otherwise, too. */
import { violations } from "../axe.ts";
import { expect, test } from "../fixtures.ts";
import { KEPT, keep } from "../kept.ts";

const VIEWS = ["", "train", "compare", "runs", "board", "bench"];

test("with reduced motion nothing is animated, and nothing scrolls smoothly", async ({ fake: page, open }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const view of VIEWS) {
    await open(`#/${view}`);
    await expect(page.getByTestId("pill")).toContainText("ready");
    const moving = await page.evaluate(() => {
      const styled = [...document.querySelectorAll("*")].flatMap((element) => [null, "::before", "::after"].map((pseudo) => getComputedStyle(element, pseudo)));
      const smooth = styled.filter(({ scrollBehavior }) => scrollBehavior === "smooth").length;
      const lasting = styled.filter(({ transitionDuration, animationName }) => animationName !== "none" || transitionDuration.split(", ").some((time) => parseFloat(time) > 0)).length;
      return { smooth, lasting, running: document.getAnimations().length };
    });
    expect(moving, view || "try").toEqual({ smooth: 0, lasting: 0, running: 0 });
  }
});

test("without that wish, a cell's colour changes softly: the test above can fail", async ({ fake: page, open }) => {
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await open("#/");
  await expect(page.getByTestId("badge")).toContainText("Live");
  const longest = await page.evaluate(() => Math.max(...[...document.querySelectorAll("[role=gridcell]")].map((cell) => parseFloat(getComputedStyle(cell).transitionDuration))));
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThanOrEqual(0.15);
});

test("in forced colours what is inserted, struck, chosen and confirmed is marked without them", async ({ fake: page, open }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await open("#/compare");
  await page.getByTestId("score").click();
  await page.getByLabel("changed only").check();
  const [first] = await page.locator(".rows [role=option]").all();
  await first.click();
  const said = page.locator("dd[data-mix='enc=alr-m']");
  await expect(said.locator("ins").first()).toHaveCSS("text-decoration-line", "underline");
  await expect(said.locator("del").first()).toHaveCSS("text-decoration-line", "line-through");
  await expect(page.locator(".confirmed").first()).toHaveCSS("border-bottom-style", "dotted");
  const outline = (name: string) => page.locator(name).first().evaluate((element) => getComputedStyle(element).outlineStyle);
  if ((page.viewportSize()?.width ?? 0) >= 600) expect(await outline(".rows [aria-selected=true]")).toBe("solid");
  // The marks of methods have shapes of their own.
  const shapes = await page.getByTestId("scores").locator("tbody svg path").evaluateAll((paths) => new Set(paths.map((path) => path.getAttribute("d"))).size);
  expect(shapes).toBeGreaterThan(1);
  expect(await violations(page)).toEqual([]);
});

test("in forced colours the board's cells and chosen buttons have borders, and say in words what they hold", async ({ fake: page, open }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await open("#/?mix=enc%3Dalr-m%2Ccross%3Duniform");
  await expect(page.getByTestId("badge")).toContainText("Live");
  for (const cell of await page.getByRole("gridcell").all()) {
    expect((await cell.innerText()).trim()).not.toBe("");
    expect(await cell.evaluate((element) => getComputedStyle(element).borderTopStyle)).not.toBe("none");
  }
  expect(await violations(page)).toEqual([]);
});

test("in forced colours, on every view, what can be pressed or typed into has a border or a line", async ({ fake: page, open }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await open("#/runs");
  await expect(page.getByTestId("pill")).toContainText("ready");
  await keep(page);
  for (const view of VIEWS) {
    await open(`#/${view}`);
    await page.reload();
    await expect(page.getByTestId("pill")).toContainText("ready");
    if (view === "runs") await expect(page.locator("[data-run]")).toHaveCount(KEPT.length);
    if (view === "train") await expect(page.getByTestId("preflight")).toBeVisible();
    const bare = await page.evaluate(() => {
      const lined = (element: Element | null): boolean => {
        if (!element) return false;
        const style = getComputedStyle(element);
        return parseFloat(style.borderTopWidth) + parseFloat(style.borderBottomWidth) > 0 || style.textDecorationLine.includes("underline");
      };
      return [...document.querySelectorAll<HTMLElement>("button, a[href], select, input, textarea")]
        .filter((element) => element.checkVisibility() && !element.matches(".skip, .brand") && !element.closest("nav, thead"))
        // The browser draws those that nobody styled.
        .filter((element) => !element.matches("input, select") || getComputedStyle(element).appearance === "none")
        // A part of one thing: the pill's, the field's.
        .filter((element) => !lined(element) && !lined(element.parentElement))
        .map((element) => element.outerHTML.slice(0, 120));
    });
    expect(bare, view || "try").toEqual([]);
    expect(await violations(page), view || "try").toEqual([]);
  }
});
