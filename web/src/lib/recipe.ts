/** Recipes by their parts. */
import type { Recipe } from "../protocol.ts";
import { isTrained, netNamed, netFilling, netsOf, parseMix, trainedAs } from "./mix.ts";
import type { PlacedNet } from "./picks.ts";

/** What a run cannot change any more: its teacher, and the way of distilling. */
const TEACHER = ["seed", "pair", "corpus", "tokenizer", "model", "teacher", "distil"] as const;

export function netsAssignment(nets: readonly PlacedNet[]): string {
  return `nets=${JSON.stringify(nets.map(({ site, layers, method, size, variant }) => ({ site, layers, method, size, variant })))}`;
}

/** These and no others, so that none is said twice. */
export function mixesAssignments(mixes: readonly string[]): string[] {
  return [`score.mixes=${JSON.stringify(mixes)}`, "finetune.mix=null"];
}

/** What a run scores: the mixes of `score`, and that of `finetune`, trained as it says. */
export function scoredMixes({ score, finetune }: Recipe): string[] {
  // Runs of earlier days are kept with the recipe of their days, which had no such part.
  const { mix = null, what = "nets" } = (finetune as Partial<Recipe["finetune"]> | undefined) ?? {};
  const tuned = mix === null ? [] : [trainedAs(mix, what)];
  return union(score.mixes, tuned);
}

/** Whether a run of this recipe trains a mix as a whole. */
export function trainsWhole(recipe: Recipe): boolean {
  return scoredMixes(recipe).some(isTrained);
}

export function sameTeacher(one: Recipe, other: Recipe): boolean {
  return TEACHER.every((part) => JSON.stringify(one[part]) === JSON.stringify(other[part]));
}

function union<T>(one: readonly T[], other: readonly T[]): T[] {
  const known = new Set(one.map((item) => JSON.stringify(item)));
  return [...one, ...other.filter((item) => !known.has(JSON.stringify(item)))];
}

/** A begun run's recipe with the nets and scores of another in addition. Wholes of one run are all trained in one way. */
export function extended(begun: Recipe, added: Recipe): Recipe {
  const mixes = union(begun.score.mixes, added.score.mixes);
  const { finetune } = trainsWhole(begun) ? begun : added;
  return { ...begun, nets: union(begun.nets, added.nets), finetune, score: { ...added.score, mixes } };
}

/** Layers of one of its nets that are left. */
function withoutLayer(net: Recipe["nets"][number], layer: number, of: number): Recipe["nets"] {
  const all = net.layers === "all" ? Array.from({ length: of }, (_, index) => index + 1) : net.layers;
  const layers = all.filter((each) => each !== layer);
  return layers.length > 0 ? [{ ...net, layers }] : [];
}

/** Without a net such as `enc.1.alr-m`, and without the mixes that have it. */
export function withoutNet(recipe: Recipe, name: string): Recipe {
  const named = netNamed(name);
  if (!named) return recipe;
  const { layers } = recipe.model;
  const isThat = (net: Recipe["nets"][number]) => net.site === named.site && [net.method, net.size, net.variant].join() === [named.method, named.size, named.variant].join();
  const nets = recipe.nets.flatMap((net) => (isThat(net) ? withoutLayer(net, named.layer, layers) : [net]));
  const has = (mix: string) => {
    const board = parseMix(mix, layers);
    return board !== null && netsOf(board).includes(`${named.site}.${named.layer}.${netFilling(named)}`);
  };
  return withoutMixes({ ...recipe, nets }, has);
}

/** Neither trained as a whole nor scored. */
export function withoutMixes(recipe: Recipe, which: (mix: string) => boolean): Recipe {
  const mixes = scoredMixes(recipe).filter((mix) => !which(mix));
  return { ...recipe, finetune: { ...recipe.finetune, mix: null }, score: { ...recipe.score, mixes } };
}
