/** What of a recipe is trained as a whole: the largest mix in one way or more, and the teacher itself beside it. */
import { fillingsOfMix } from "./name.ts";
import { isTrained, trainedAs, trainedOf, TRAININGS, type Trained } from "./mix.ts";
import { together, type PlacedNet } from "./picks.ts";

/** `control`: the teacher, trained on as long: what the training alone gives. */
export type Whole = Trained | "control";
export const WHOLES: readonly Whole[] = [...TRAININGS, "control"];

function kindOf(mix: string): Whole | null {
  const trained = mix.split(",").map(trainedOf).findLast((found) => found !== null) ?? null;
  return trained === "all" && fillingsOfMix(mix).length === 0 ? "control" : trained;
}

/** Those that these mixes ask for. */
export function wholesOf(mixes: readonly string[]): Whole[] {
  return WHOLES.filter((whole) => mixes.some((mix) => kindOf(mix) === whole));
}

/** The mix that is trained so; null where no net is chosen. */
export function wholeMix(nets: readonly PlacedNet[], whole: Whole): string | null {
  if (whole === "control") return trainedAs("teacher", "all");
  const mix = together(nets);
  return mix && trainedAs(mix, whole);
}

/** The mixes with those that are trained so, or without them. */
export function withWhole(mixes: readonly string[], nets: readonly PlacedNet[], whole: Whole, wanted: boolean): string[] {
  const others = mixes.filter((mix) => !isTrained(mix) || kindOf(mix) !== whole);
  const mix = wanted ? wholeMix(nets, whole) : null;
  return mix ? [...others, mix] : others;
}
