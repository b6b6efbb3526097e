/** The nets that are in training for the open model, by the cells of the switchboard. */
import type { ModelInfo, Progress, Recipe } from "../protocol.ts";
import { netFilling, netNamed, type Filling, type Site } from "./mix.ts";
import { sameTeacher } from "./recipe.ts";

export interface Fitting {
  site: Site;
  layer: number;
  filling: Filling;
  part: number;
}

/** A run that came with its teacher, and did not train it, has that of the model with the same recipe. */
function isFor(model: ModelInfo, { run, jobs }: Progress, recipe: Recipe | undefined): boolean {
  if (run === model.id) return true;
  const teacher = jobs.find(({ kind }) => kind === "teacher");
  return recipe !== undefined && sameTeacher(recipe, model.recipe) && teacher?.state === "done" && teacher.began === null;
}

/** Layers from 0, as on the board. */
export function fittingFor(model: ModelInfo | null, progress: Progress | null, recipe: Recipe | undefined): Fitting[] {
  if (!model || !progress || !isFor(model, progress, recipe)) return [];
  return progress.jobs.flatMap(({ kind, id, state, part }) => {
    const net = kind === "net" && state === "runs" ? netNamed(id) : null;
    return net ? [{ site: net.site, layer: net.layer - 1, filling: netFilling(net), part }] : [];
  });
}
