/** What a view has to hold to be of use to all: axe's rules, no sideways scroll, targets that can be hit. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Pixels: WCAG 2.5.8, and what a finger needs. */
export const LEAST_TARGET = 24;
export const LEAST_TOUCH = 44;

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

/** With their sizes. A link within a sentence is as high as its line, which WCAG allows. */
export async function smallTargets(page: Page, least = LEAST_TARGET): Promise<string[]> {
  return page.evaluate((least) =>
    [...document.querySelectorAll<HTMLElement>("button, a[href], select, input, summary, [role=option], [role=gridcell]")]
      .filter((element) => element.checkVisibility() && getComputedStyle(element).opacity !== "0" && !element.classList.contains("skip"))
      .filter((element) => {
        const around = element.parentElement?.textContent?.trim() ?? "";
        const inSentence = element.matches("a") && getComputedStyle(element).display === "inline" && around !== element.textContent?.trim();
        return !inSentence;
      })
      .map((element) => ({ box: (element.closest("label") ?? element).getBoundingClientRect(), name: element.outerHTML.slice(0, 80) }))
      // A layout rounds; a hundredth of a pixel is no target missed.
      .filter(({ box }) => box.width < least - 0.01 || box.height < least - 0.01)
      .map(({ name, box }) => `${name} ${box.width}x${box.height}`), least);
}
