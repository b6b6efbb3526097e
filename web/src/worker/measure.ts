/** How fast this device trains, from the first steps of a teacher as large as the demo's on a little text; and what nets take. */
import type { Recipe } from "attentionless";
import type { Host } from "./host.ts";
import type { Engine } from "./loader.ts";
import { breathe } from "./turns.ts";

const LITTLE = ["corpus.pairs=600", "tokenizer.vocab=600", "teacher.epochs=50", "nets=[]", 'score.mixes=["teacher"]'];
const FIRST_MS = 50;
const MEASURED_MS = 300;

export async function tokensPerSecond(host: Host): Promise<number> {
  const { engine, device } = host;
  const recipe = engine.withAssignments(engine.presets().tiny, LITTLE);
  const run = await host.turns.take(() => engine.Run.open(device, recipe, [], "teacher"));
  const rates: number[] = [];
  try {
    // The first steps warm up; they are not counted.
    while (rates.length < 2) {
      const events = await host.turns.take(() => run.step(rates.length === 0 ? FIRST_MS : MEASURED_MS));
      for (const event of events) if (event.event === "training") rates.push(event.tokens_per_second);
      if (events.some(({ event }) => event === "done")) break;
      await breathe();
    }
    return rates.at(-1) ?? 0;
  } finally {
    run.free();
  }
}

/** The seconds of each net by itself, at this speed: the teacher's share of them, which several nets have in common, is in each. */
export function times(engine: Engine, recipe: Recipe, nets: Recipe["nets"], gflops: number): number[] {
  return nets.map((net) => engine.plan({ ...recipe, nets: [net] }, gflops).seconds?.nets ?? 0);
}
