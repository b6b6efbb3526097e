/** The worker that owns the wasm: takes requests, answers each once. */
import { failureOf, unreachable, type Notice, type Request, type RequestType, type Results, type ToPage, type ToWorker } from "../protocol.ts";
import { Host } from "./host.ts";
import { inspect } from "./inspect.ts";
import { network, type Source } from "./loader.ts";
import { tokensPerSecond } from "./measure.ts";
import { score, sentences } from "./scorer.ts";
import { allRuns, remove } from "./storage.ts";
import { Trainer } from "./trainer.ts";

function post(message: ToPage, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

function notify(notice: Notice, transfer: Transferable[] = []): void {
  post({ to: "notice", notice }, transfer);
}

const host = new Host(notify);
const trainer = new Trainer(host);
/** What can be stopped, by the id of its request. */
const stoppable = new Map<number, AbortController>();

/** The test build can put a script in the engine's place; no other build has it. */
async function sourceOf(base: string, fake: string | null): Promise<Source> {
  if (import.meta.env.MODE === "fake") return (await import("../fake/source.ts")).scripted(fake ?? "ready");
  return network(base);
}

async function withSignal<T>(id: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  stoppable.set(id, controller);
  try {
    return await work(controller.signal);
  } finally {
    stoppable.delete(id);
  }
}

type Answer = Results[RequestType] | Promise<Results[RequestType]>;

function answer(id: number, request: Request): Answer {
  const { turns } = host;
  switch (request.type) {
    case "boot":
      return withSignal(id, async (signal) =>
        host.boot(await sourceOf(request.base, request.fake), request.device, signal),
      );
    case "probe":
      return turns.take(() => host.ready());
    case "open-model":
      return turns.take(() => host.openModel(request.model));
    case "inspect":
      return turns.take(() => inspect(host.translator, request.text));
    case "translate":
      host.announce(request.generation);
      return turns.take(() => host.translate(request.generation, request.mix, request.text));
    case "describe-mix":
      return turns.take(() => host.translator.mix(request.mix));
    case "sentence":
      return turns.take(() => host.translator.sentence(request.index));
    case "assign":
      return turns.take(() => host.engine.withAssignments(request.recipe, request.assignments));
    case "check-recipe":
      return turns.take(() => host.engine.checkRecipe(request.recipe));
    case "plan":
      return turns.take(() => host.engine.plan(request.recipe));
    default:
      return answerForRuns(id, request);
  }
}

/** Requests about runs and scores: they take their own turns. */
function answerForRuns(id: number, request: Exclude<Request, { type: Light }>): Answer {
  switch (request.type) {
    case "runs":
      return allRuns();
    case "delete-run":
      return remove(request.run).then(() => null);
    case "train":
      return trainer.start(request.start);
    case "pause":
      return trainer.pause().then(() => null);
    case "resume":
      trainer.resume();
      return null;
    case "cancel-training":
      return trainer.cancel();
    case "checkpoint":
      return trainer.checkpoint().then(() => null);
    case "score":
      return withSignal(id, (signal) => score(host, request.mixes, signal));
    case "sentences":
      return host.turns.take(() => sentences(host, request.mixes));
    case "measure":
      return tokensPerSecond(host).then((tokensPerSecond) => ({ tokensPerSecond }));
    case "visible":
      trainer.setVisible(request.visible);
      return null;
    case "lose-device":
      trainer.lose();
      return null;
    case "cancel":
      stoppable.get(request.target)?.abort();
      return null;
    default:
      return unreachable(request);
  }
}

type Light =
  | "boot"
  | "probe"
  | "open-model"
  | "inspect"
  | "translate"
  | "describe-mix"
  | "sentence"
  | "assign"
  | "check-recipe"
  | "plan";

function fail(id: number, thrown: unknown): void {
  const failure = failureOf(thrown);
  post({ to: "failure", id, failure });
  // After a trap the wasm's memory cannot be trusted.
  if (failure.kind === "crashed") notify({ type: "crashed", message: failure.message });
}

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  try {
    post({ to: "request", id: data.id, value: await answer(data.id, data) });
  } catch (error) {
    fail(data.id, error);
  }
};

// The training loop answers no request: its traps come here.
self.addEventListener("unhandledrejection", (event) => {
  const failure = failureOf(event.reason);
  if (failure.kind !== "crashed") return;
  event.preventDefault();
  notify({ type: "crashed", message: failure.message });
});
