/** The queue of a run: what each job will take, and jobs that are taken out of it. */
import { withoutMixes, withoutNet } from "../lib/recipe.ts";
import { keyOf, type Estimates } from "../lib/far.ts";
import { netNamed, netsOf, parseMix } from "../lib/mix.ts";
import { middleOf } from "../lib/scoring.ts";
import type { Job, Recipe } from "../protocol.ts";
import { train } from "../strings/work.ts";
import { app } from "./app.svelte.ts";
import { live } from "./live.svelte.ts";
import { scoring } from "./scoring.svelte.ts";
import { speed } from "./speed.svelte.ts";
import { training } from "./training.svelte.ts";

type Seconds = [string, number][];

/** About the teacher's pace, and that of its nets; from scratch it is trained as long as the teacher is. */
function wholeSeconds(mix: string, recipe: Recipe, teacher: number, nets: ReadonlyMap<string, number>): number | null {
  const board = parseMix(mix, recipe.model.layers);
  if (!board) return null;
  const epochs = board.trained === "scratch" ? recipe.teacher.epochs : recipe.finetune.epochs;
  const own = netsOf(board).reduce((sum, net) => sum + (nets.get(net) ?? 0), 0);
  return epochs * (teacher / recipe.teacher.epochs + own / recipe.distil.epochs);
}

class QueueState {
  /** Seconds of each job by itself, of which this device's speed tells, or what was scored on it before. */
  estimates = $state.raw<Estimates>(new Map());
  /** As part of the run: nets that are fitted together share the teacher's passes. */
  shares = $state.raw<Estimates>(new Map());
  /** What was taken out, the last one first, and what the run was to do before. */
  removed = $state.raw<readonly { run: string; name: string; before: Recipe }[]>([]);
  #asked = "";

  async estimate(recipe: Recipe, jobs: readonly Job[]): Promise<void> {
    const { gflops } = speed;
    const names = jobs.filter(({ kind }) => kind === "net").map(({ id }) => id);
    const scored = middleOf(scoring.ofRun(recipe));
    const asked = JSON.stringify([recipe, jobs.map(keyOf), gflops, scored]);
    if (gflops === null || asked === this.#asked) return;
    this.#asked = asked;
    const nets = names.flatMap((name) => {
      const named = netNamed(name);
      return named ? [{ ...named, layers: [named.layer] }] : [];
    });
    const [{ seconds }, times] = await Promise.all([
      app.client.request({ type: "plan", recipe, gflops }),
      app.client.request({ type: "times", recipe, nets: nets.map(({ site, layers, method, size, variant }) => ({ site, layers, method, size, variant })), gflops }),
    ]);
    if (asked !== this.#asked) return;
    if (!seconds) return;
    const byNet = new Map(names.map((name, index) => [name, times[index]]));
    const alone = times.reduce((sum, each) => sum + each, 0);
    const shared = alone > 0 ? seconds.nets / alone : 1;
    const others: Seconds = jobs.flatMap((job): Seconds => {
      const took = { teacher: seconds.teacher, net: null, tuned: wholeSeconds(job.id, recipe, seconds.teacher, byNet), score: scored }[job.kind];
      return took === null ? [] : [[keyOf(job), took]];
    });
    const withShare = (share: number) => names.map((id): [string, number] => [keyOf({ kind: "net", id }), share * (byNet.get(id) ?? 0)]);
    this.estimates = new Map([...others, ...withShare(1)]);
    this.shares = new Map([...others, ...withShare(shared)]);
  }

  /** The differences are against the Transformer's score; without a teacher there is no run. */
  removable({ kind, id, state }: Job): boolean {
    return state === "waits" && kind !== "teacher" && !(kind === "score" && id === "teacher");
  }

  async remove(job: Job, name: string): Promise<void> {
    const run = training.progress?.run;
    const recipe = app.runs.find(({ id }) => id === run)?.recipe;
    if (!run || !recipe) return;
    const after = job.kind === "net" ? withoutNet(recipe, job.id) : withoutMixes(recipe, (mix) => mix === job.id);
    if (!(await training.revise(after))) return;
    this.removed = [{ run, name, before: recipe }, ...this.removed.filter((each) => each.run === run)];
    live.say(train.queueRemoved(name));
  }

  async undo(): Promise<void> {
    const [last, ...others] = this.removed;
    if (!last || !(await training.revise(last.before))) return;
    this.removed = others;
    live.say(train.queueBack(last.name));
  }
}

export const queue = new QueueState();
