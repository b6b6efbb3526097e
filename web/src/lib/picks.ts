/** Nets by site, method, size and variant: what Train fits and scores, what Compare lists, what the presets of the board put in. */
import type { Recipe, Row } from "../protocol.ts";
import {
  BUILT, CONTROLS, isMethod, isSite, isSize, isVariant, methodsAt, netFilling, SITES, SIZES, VARIANTS, variantsAt,
  type Filling, type Method, type NetKind, type Site, type Size,
} from "./mix.ts";

export interface Group {
  site: Site;
  method: Method;
}

export interface NetPick extends Group, NetKind {}

/** Layers counted from 1. */
export type Layers = "all" | number[];

export interface PlacedNet extends NetPick {
  layers: Layers;
}

/** What can be fitted at a site. */
export function groupsAt(site: Site): Group[] {
  return methodsAt(site).map((method) => ({ site, method }));
}

export const GROUPS: readonly Group[] = SITES.flatMap(groupsAt);

/** All sizes of all groups, the plain ones first, in the order in which nets and mixes are named. */
export const ALL_PICKS: readonly NetPick[] = GROUPS.flatMap((group) =>
  [null, ...variantsAt(group.site, group.method)].flatMap((variant) => SIZES.map((size) => ({ ...group, size, variant }))),
);

export function inGroup(group: Group): (pick: Group) => boolean {
  return ({ site, method }) => site === group.site && method === group.method;
}

export function samePick(pick: NetPick): (other: NetPick) => boolean {
  return (other) => inGroup(pick)(other) && other.size === pick.size && other.variant === pick.variant;
}

export function fillingOfPick(pick: NetPick): Filling {
  return netFilling(pick);
}

/** Of sizes from the smallest to the largest: those that are as a smaller one is, with the first such. */
export function alike<T extends { size: Size; hidden: number }>(sizes: readonly T[]): { size: Size; as: Size }[] {
  return sizes.flatMap(({ size, hidden }) => {
    const first = sizes.find((other) => other.hidden === hidden);
    return first && first.size !== size ? [{ size, as: first.size }] : [];
  });
}

/** In their order, each once. */
export function inOrder(picks: readonly NetPick[]): NetPick[] {
  return ALL_PICKS.filter((pick) => picks.some(samePick(pick)));
}

/** From 0 to less than 1: how far behind the first of its size a net stands, by its method, then by its variant. */
function behind({ site, method, variant }: NetPick): number {
  const methods = Object.keys(BUILT[site]);
  const within = variant ? (VARIANTS.indexOf(variant) + 1) / (VARIANTS.length + 1) : 0;
  return (methods.indexOf(method) + within) / methods.length;
}

/** Of the largest size; of several of it, that of the method which stands first at its site, and the plain one of it. */
export function largest<T extends NetPick>(picks: readonly T[]): T | undefined {
  const rank = (pick: NetPick) => SIZES.indexOf(pick.size) - behind(pick);
  return picks.reduce<T | undefined>((most, pick) => (most && rank(most) >= rank(pick) ? most : pick), undefined);
}

/** BLEU by mixes, as they are written here. */
export type Scores = ReadonlyMap<string, number>;
export const NOT_SCORED: Scores = new Map();

export function scoresOf(rows: readonly Row[]): Scores {
  return new Map(rows.map(({ mix, bleu }) => [mix, bleu]));
}

/** The one with the highest BLEU of those that were scored by themselves; where none was, the largest. */
export function best<T extends NetPick>(picks: readonly T[], scores: Scores): T | undefined {
  const bleu = (pick: NetPick) => scores.get(`${pick.site}=${fillingOfPick(pick)}`);
  const scored = picks.filter((pick) => bleu(pick) !== undefined);
  if (scored.length === 0) return largest(picks);
  return scored.reduce((most, pick) => ((bleu(pick) ?? 0) > (bleu(most) ?? 0) ? pick : most));
}

/** Of each group the best of the paper's form, and the best variant. */
export function bestOfEach<T extends NetPick>(picks: readonly T[], scores: Scores): T[] {
  return GROUPS.flatMap((group) => {
    const own = picks.filter(inGroup(group));
    const [plain, varied] = [own.filter(({ variant }) => variant === null), own.filter(({ variant }) => variant !== null)];
    return [best(plain, scores), best(varied, scores)].filter((pick) => pick !== undefined);
  });
}

/** The nets of a recipe that this page knows. */
export function placedNets(nets: Recipe["nets"]): PlacedNet[] {
  return nets.flatMap(({ site, layers, method, size, variant }) =>
    isSite(site) && isMethod(method) && isSize(size) && (variant === null || isVariant(variant)) ? [{ site, layers, method, size, variant }] : [],
  );
}

/** What every layer of a model has, of the nets that it has. */
export function completePicks(layers: number, nets: readonly string[]): NetPick[] {
  const everywhere = Array.from({ length: layers }, (_, layer) => layer + 1);
  return ALL_PICKS.filter((pick) => everywhere.every((layer) => nets.includes(`${pick.site}.${layer}.${fillingOfPick(pick)}`)));
}

function mixOf(nets: readonly PlacedNet[]): string {
  const places = ({ site, layers }: PlacedNet) => (layers === "all" ? [site] : layers.map((layer) => `${site}.${layer}`));
  return nets.flatMap((net) => places(net).map((place) => `${place}=${fillingOfPick(net)}`)).join(",");
}

function bestOfSites(nets: readonly PlacedNet[], scores: Scores): PlacedNet[] {
  return SITES.flatMap((site) => best(nets.filter((net) => net.site === site), scores) ?? []);
}

/** The largest nets of all sites in one mix; null without nets. */
export function together(nets: readonly PlacedNet[]): string | null {
  return nets.length > 0 ? mixOf(bestOfSites(nets, NOT_SCORED)) : null;
}

/** The teacher, each net by itself, the best of several sites together, and the controls that tell what a net is worth. */
export function mixesOf(nets: readonly PlacedNet[], scores: Scores = NOT_SCORED): string[] {
  const ordered = ALL_PICKS.flatMap((pick) => nets.filter(samePick(pick)));
  const chosen = bestOfSites(ordered, scores);
  const sites = chosen.map(({ site }) => site);
  const controls = (sites.length > 0 ? sites : (["enc"] as const)).flatMap((site) => CONTROLS.map((control) => `${site}=${control}`));
  return ["teacher", ...ordered.map((net) => mixOf([net])), ...(chosen.length > 1 ? [mixOf(chosen)] : []), ...controls];
}
