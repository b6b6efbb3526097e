/** What of methods and sizes is scored in a setting, and what is still open. */
import type { Variant } from "./mix.ts";
import { SIZES } from "./mix.ts";
import { fillingOfPick, GROUPS, inGroup, samePick, type Group, type NetPick } from "./picks.ts";
import type { Found, Point } from "./setting.ts";

export interface Cost {
  pick: NetPick;
  /** In training, over all layers. */
  bytes: number;
  largestBuffer: number;
  /** Null where the device's speed is not known. */
  seconds: number | null;
}

export interface Cell {
  pick: NetPick;
  /** Newest first. */
  points: Point[];
  cost: Cost | null;
}

export interface Line {
  group: Group;
  variant: Variant | null;
  cells: Cell[];
}

export function pickOf({ place, kind, board }: Point): NetPick | null {
  return place === "all" || kind === null || board.trained !== null ? null : { site: place, ...kind };
}

/** All methods at all sites, and of their variants those that were tried. */
export function linesOf(found: Found, costs: readonly Cost[]): Line[] {
  const scored = found.points.flatMap((point) => {
    const pick = pickOf(point);
    return pick ? [{ pick, point }] : [];
  });
  return GROUPS.flatMap((group) => {
    const variants = new Set<Variant | null>([null, ...scored.flatMap(({ pick }) => (inGroup(group)(pick) ? [pick.variant] : []))]);
    return [...variants].map((variant): Line => {
      const cells = SIZES.map((size): Cell => {
        const pick = { ...group, size, variant };
        const points = scored.filter((it) => samePick(pick)(it.pick)).map(({ point }) => point);
        return { pick, points, cost: costs.find((cost) => samePick(pick)(cost.pick)) ?? null };
      });
      return { group, variant, cells };
    });
  });
}

/** What nobody fitted yet, with what it would take. */
export function openOf(lines: readonly Line[]): Cost[] {
  return lines.flatMap(({ cells }) => cells.flatMap(({ points, cost }) => (points.length === 0 && cost ? [cost] : [])));
}

/** Of a method that the device cannot hold at each size, the largest that it can. */
export function largestFitting({ cells }: Line, allowed: number): Cell | null {
  return cells.findLast(({ points, cost }) => points.length > 0 || (cost !== null && cost.largestBuffer <= allowed)) ?? null;
}

/** The cheapest open net that the device can hold: by its time, and where that is not known by its memory. */
export function nextGap(lines: readonly Line[], allowed: number): Cost | null {
  const price = ({ seconds, bytes }: Cost) => seconds ?? bytes;
  return openOf(lines).filter(({ largestBuffer }) => largestBuffer <= allowed).sort((one, other) => price(one) - price(other))[0] ?? null;
}

/** As a link to Train names it: in every layer. */
export function netParameter(pick: NetPick): string {
  return `${pick.site}=${fillingOfPick(pick)}`;
}
