/** What was scored in all runs of this browser, and in the demo. */
import type { FileEntry, Recipe, Row } from "attentionless";
import { DEMO, type ScoredModel } from "../protocol.ts";
import { fileText } from "./files.ts";
import type { Pack } from "./loader.ts";
import { allRuns, readFile } from "./storage.ts";

const ROWS = "rows.json";

export function rowsIn(files: readonly FileEntry[]): Row[] {
  const text = fileText(files, ROWS);
  return text === null ? [] : (JSON.parse(text) as Row[]);
}

/** What was scored here comes before what came with the pack. */
function ofDemo({ files, rows }: Pack): ScoredModel[] {
  const recipe = fileText(files, "recipe.json");
  const here = rowsIn(files);
  const recorded = rows.filter((row) => !here.some(({ mix }) => mix === row.mix));
  return recipe === null ? [] : [{ model: DEMO, name: null, recipe: JSON.parse(recipe) as Recipe, rows: [...here, ...recorded] }];
}

/** Newest first, the demo last; those alone that have rows. */
export async function allRows(pack: Pack | null): Promise<ScoredModel[]> {
  const runs = await allRuns();
  const own = runs.map(async ({ id, name, recipe }): Promise<ScoredModel> => {
    const file = await readFile(id, ROWS);
    return { model: id, name, recipe, rows: file ? rowsIn([file]) : [] };
  });
  const all = [...(await Promise.all(own)), ...(pack ? ofDemo(pack) : [])];
  return all.filter(({ rows }) => rows.length > 0);
}
