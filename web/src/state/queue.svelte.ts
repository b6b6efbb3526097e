/** The queue of a run: what each job will take, and jobs that are taken out of it. */
import { withoutMixes, withoutNet } from "../lib/recipe.ts";
import { netNamed } from "../lib/mix.ts";
import type { Job, Recipe } from "../protocol.ts";
import { train } from "../strings/work.ts";
import { app } from "./app.svelte.ts";
import { live } from "./live.svelte.ts";
import { speed } from "./speed.svelte.ts";
import { training } from "./training.svelte.ts";

export const keyOf = ({ kind, id }: Pick<Job, "kind" | "id">) => `${kind} ${id}`;

class QueueState {
  /** Seconds by jobs, of which this device's speed tells. */
  estimates = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** What was taken out, the last one first, and what the run was to do before. */
  removed = $state.raw<readonly { run: string; name: string; before: Recipe }[]>([]);
  #asked = "";

  /** Of teacher and nets; how long a training of the whole and a score take, no plan says. */
  async estimate(recipe: Recipe, jobs: readonly Job[]): Promise<void> {
    const { gflops } = speed;
    const names = jobs.filter(({ kind }) => kind === "net").map(({ id }) => id);
    const asked = JSON.stringify([recipe, names, gflops]);
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
    const teacher: [string, number][] = seconds ? [["teacher teacher", seconds.teacher]] : [];
    this.estimates = new Map([...teacher, ...names.map((name, index): [string, number] => [`net ${name}`, times[index]])]);
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
