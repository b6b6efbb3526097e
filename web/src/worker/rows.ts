/** What was scored in all runs of this browser, and in the demo. */
import type { FileEntry, Recipe, Row } from "attentionless";
import { DEMO, type ScoredModel } from "../protocol.ts";
import { fileText } from "./files.ts";
import type { Pack } from "./loader.ts";
import { allRuns, readFile } from "./storage.ts";

const ROWS = "rows.json";
const CORPUS = "corpus/report.json";

function textOf({ corpus }: Recipe, report: FileEntry | null): string | null {
  if (corpus.source === "everyday" || !report) return null;
  return (JSON.parse(new TextDecoder().decode(report.bytes)) as { hash: string }).hash;
}

export function rowsIn(files: readonly FileEntry[]): Row[] {
  const text = fileText(files, ROWS);
  return text === null ? [] : (JSON.parse(text) as Row[]);
}

/** What was scored here comes before what came with the pack. */
function ofDemo({ files, rows }: Pack): ScoredModel[] {
  const text = fileText(files, "recipe.json");
  if (text === null) return [];
  const recipe = JSON.parse(text) as Recipe;
  const report = files.find(({ name }) => name === CORPUS) ?? null;
  const here = rowsIn(files);
  const recorded = rows.filter((row) => !here.some(({ mix }) => mix === row.mix));
  return [{ model: DEMO, name: null, recipe, text: textOf(recipe, report), rows: [...here, ...recorded] }];
}

/** Newest first, the demo last; those alone that have rows. */
export async function allRows(pack: Pack | null): Promise<ScoredModel[]> {
  const runs = await allRuns();
  const own = runs.map(async ({ id, name, recipe }): Promise<ScoredModel> => {
    const [rows, report] = await Promise.all([readFile(id, ROWS), readFile(id, CORPUS)]);
    return { model: id, name, recipe, text: textOf(recipe, report), rows: rows ? rowsIn([rows]) : [] };
  });
  const all = [...(await Promise.all(own)), ...(pack ? ofDemo(pack) : [])];
  return all.filter(({ rows }) => rows.length > 0);
}
