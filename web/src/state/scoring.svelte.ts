/** What this device needed to score and to translate, for the times that all views say. */
import { pacesOf, scoringSeconds, type Between, type Pace } from "../lib/scoring.ts";
import type { ModelId, Recipe, Row } from "../protocol.ts";
import { app } from "./app.svelte.ts";
import { trying } from "./try.svelte.ts";

class ScoringTimes {
  /** The newest first. */
  #paces = $state.raw<Pace[]>([]);
  /** Of the demo, whose own rows are of another machine. */
  #scored = $state.raw<{ model: ModelId; rows: readonly Row[] } | null>(null);

  note(pace: Pace): void {
    this.#paces = [pace, ...this.#paces];
  }

  scoredHere(model: ModelId, rows: readonly Row[]): void {
    this.#scored = { model, rows };
  }

  #rowsOf(id: ModelId): readonly Row[] {
    if (this.#scored?.model === id) return this.#scored.rows;
    return app.model?.id === id && app.model.command === null ? app.model.rows : [];
  }

  /** Of the open model. */
  expected(mixes: readonly string[]): Between | null {
    const { model } = app;
    return model && this.#between(mixes, app.sentences, { model: model.id, recipe: model.recipe });
  }

  /** Of one mix of a run that is to be trained. */
  ofRun(recipe: Recipe): Between | null {
    return this.#between(["teacher"], recipe.score.sentences, { model: null, recipe });
  }

  #between(mixes: readonly string[], sentences: number, of: { model: ModelId | null; recipe: Recipe }): Between | null {
    const known = { device: app.device?.name ?? "", paces: [...this.#paces, ...pacesOf(app.runs)] };
    const [rows, teacherMs] = of.model === null ? [[], null] : [this.#rowsOf(of.model), trying.teacherMs];
    return scoringSeconds(mixes, sentences, of, { ...known, rows, teacherMs });
  }
}

export const scoring = new ScoringTimes();
