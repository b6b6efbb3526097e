/** Recipes by their parts. */
import type { Recipe } from "../protocol.ts";
import { mixesOf, type PlacedNet } from "./picks.ts";

/** What a run cannot change any more: its teacher, and the way of distilling. */
const TEACHER = ["seed", "pair", "corpus", "tokenizer", "model", "teacher", "distil"] as const;

export function netsAssignment(nets: readonly PlacedNet[]): string {
  return `nets=${JSON.stringify(nets.map(({ site, layers, method, size, variant }) => ({ site, layers, method, size, variant })))}`;
}

export function mixesAssignment(nets: readonly PlacedNet[]): string {
  return `score.mixes=${JSON.stringify(mixesOf(nets))}`;
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
