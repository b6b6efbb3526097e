/** The mixes that Compare offers, sorted: nets by their site, several sites together, what was trained as a whole, controls. */
import { entryOf, isControl, isNet, isTrained, SITES, type Site } from "./mix.ts";
import { fillingsOfMix } from "./name.ts";

export interface Offered {
  sites: { site: Site; mixes: string[] }[];
  /** The teacher apart, all that is neither nets in every layer of a site nor controls alone. */
  several: string[];
  trained: string[];
  controls: string[];
}

export function isControls(mix: string): boolean {
  const fillings = fillingsOfMix(mix);
  return fillings.length > 0 && fillings.every(isControl) && !isTrained(mix);
}

/** Where a mix has the same net in every layer, and nowhere else another. */
function siteOf(mix: string): Site | null {
  const entry = mix.includes(",") ? null : entryOf(mix);
  return entry && entry.layer === null && isNet(entry.filling) ? entry.site : null;
}

export function sorted(mixes: readonly string[]): Offered {
  const sites = SITES.map((site) => ({ site, mixes: mixes.filter((mix) => siteOf(mix) === site) }));
  return {
    sites: sites.filter(({ mixes }) => mixes.length > 0),
    several: mixes.filter((mix) => mix !== "teacher" && siteOf(mix) === null && !isControls(mix) && !isTrained(mix)),
    trained: mixes.filter(isTrained),
    controls: mixes.filter(isControls),
  };
}
