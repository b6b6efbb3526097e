/** What is kept of a run, as the table of runs has it. */
import type { Recipe, Row, RunRecord } from "../protocol.ts";
import { isNet, SITES, type Site } from "./mix.ts";
import { chosenNames, fillingName, fillingsOfMix } from "./name.ts";
import { inOrder, placedNets } from "./picks.ts";

export interface Summary {
  run: RunRecord;
  bytes: number;
  nets: { site: Site; names: string[] }[];
  /** The Transformer's row. */
  teacher: Row | null;
  /** Of the mixes with nets, the one with the highest BLEU. */
  best: Row | null;
}

export function bytesOf({ sizes = {} }: RunRecord): number {
  return Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
}

function netsOf(recipe: Recipe): Summary["nets"] {
  const picks = inOrder(placedNets(recipe.nets));
  return SITES.map((site) => ({ site, names: chosenNames(picks.filter((pick) => pick.site === site)) })).filter(({ names }) => names.length > 0);
}

export function summaryOf(run: RunRecord, rows: readonly Row[]): Summary {
  const withNets = rows.filter(({ mix }) => fillingsOfMix(mix).some(isNet));
  return {
    run,
    bytes: bytesOf(run),
    nets: netsOf(run.recipe),
    teacher: rows.find(({ mix }) => mix === "teacher") ?? null,
    best: withNets.length > 0 ? withNets.reduce((best, row) => (row.bleu > best.bleu ? row : best)) : null,
  };
}

/** Half the width of the interval: BLEU is printed as value ± this. */
export function spreadOf({ bleu_low, bleu_high }: Row): number {
  return (bleu_high - bleu_low) / 2;
}

/** The nets of a mix alone, each kind once: `ALR M + AWR M`. */
export function netsOfMix(mix: string): string {
  return [...new Set(fillingsOfMix(mix).filter(isNet))].map(fillingName).join(" + ");
}

/** As the name of a file, on every system. */
export function fileName(run: string, ending: string): string {
  const name = Array.from(run, (letter) => (letter < " " || '<>:"/\\|?*'.includes(letter) ? "-" : letter)).join("");
  return `${name.trim().replace(/\.+$/, "") || "run"}${ending}`;
}

/** What a file calls its run. */
export function runName(file: string): string {
  return file.replace(/\.safetensors$/i, "").trim() || "run";
}
