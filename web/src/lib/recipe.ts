/** Recipes by their parts. */
import type { Recipe } from "../protocol.ts";
import type { Size } from "./mix.ts";

/** What a run cannot change any more: its teacher, and the way of distilling. */
const TEACHER = ["seed", "pair", "corpus", "tokenizer", "model", "teacher", "distil"] as const;

export function netAssignment(sizes: readonly Size[], layers: "all" | number[]): string {
  const parts = sizes.map((size) => ({ site: "enc", layers, method: "alr", size, variant: null }));
  return `nets=${JSON.stringify(parts)}`;
}

export function sameTeacher(one: Recipe, other: Recipe): boolean {
  return TEACHER.every((part) => JSON.stringify(one[part]) === JSON.stringify(other[part]));
}

function union<T>(one: readonly T[], other: readonly T[]): T[] {
  const known = new Set(one.map((item) => JSON.stringify(item)));
  return [...one, ...other.filter((item) => !known.has(JSON.stringify(item)))];
}

/** A begun run's recipe with the nets and scores of another in addition. */
export function extended(begun: Recipe, added: Recipe): Recipe {
  const mixes = union(begun.score.mixes, added.score.mixes);
  return { ...begun, nets: union(begun.nets, added.nets), score: { ...added.score, mixes } };
}
