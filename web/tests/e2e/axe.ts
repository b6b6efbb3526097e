/** What a view has to hold to be of use to all: axe's rules, no sideways scroll, targets that can be hit. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Pixels, WCAG 2.5.8. */
const LEAST_TARGET = 24;

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

export async function violations(page: Page): Promise<string[]> {
  // What the bar on top covers in part while the page is scrolled would be told as too small.
  await page.evaluate(() => scrollTo(0, 0));
  // The page's own policy lets no such script in; the debugger's door is another.
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
    return (await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })).violations;
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(" | ")}`);
}

export async function widestOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** With their sizes. */
export async function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate((least) =>
    [...document.querySelectorAll<HTMLElement>("button, a[href], select, input, summary, [role=option], [role=gridcell]")]
      .filter((element) => element.checkVisibility() && getComputedStyle(element).opacity !== "0" && !element.classList.contains("skip"))
      .map((element) => ({ box: (element.closest("label") ?? element).getBoundingClientRect(), name: element.outerHTML.slice(0, 80) }))
      // A link inside a sentence is as high as its line.
      .filter(({ box, name }) => (box.width < least || box.height < least) && !name.startsWith("<a href=\"https"))
      .map(({ name, box }) => `${name} ${box.width}x${box.height}`), LEAST_TARGET);
}
