/** The worker that owns the wasm: takes requests, answers each once. */
import { failureOf, unreachable, type Notice, type Request, type RequestOf, type RequestType, type Results, type ToPage, type ToWorker } from "../protocol.ts";
import { exportRun, importRun } from "./bundle.ts";
import { curvesOf } from "./curve.ts";
import { Host } from "./host.ts";
import { catalogue, forgetHub, loadHub } from "./hub.ts";
import { inspect } from "./inspect.ts";
import { network, type Source } from "./loader.ts";
import { times, tokensPerSecond } from "./measure.ts";
import { allRows } from "./rows.ts";
import { score, sentences } from "./scorer.ts";
import { allRuns, amend, purge } from "./storage.ts";
import { readText } from "./text.ts";
import { traceOf } from "./trace.ts";
import { Trainer } from "./trainer.ts";

function post(message: ToPage, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

function notify(notice: Notice, transfer: Transferable[] = []): void {
  post({ to: "notice", notice }, transfer);
}

const host = new Host(notify);
const trainer = new Trainer(host);
/** A page that is closed leaves what was thrown away a moment before. It may be in sight of another one, which can have it back. */
const LEFT_MS = 60_000;
/** What can be stopped, by the id of its request. */
const stoppable = new Map<number, AbortController>();

/** The test build can put a script in the engine's place; no other build has it. */
async function sourceOf({ base, kept, fake }: RequestOf<"boot">): Promise<Source> {
  if (import.meta.env.MODE === "fake") return (await import("../fake/source.ts")).scripted(fake ?? "ready");
  return network(base, kept);
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

type Handlers = {
  [T in RequestType]: (request: RequestOf<T>, id: number) => Results[T] | Promise<Results[T]>;
};

const { turns } = host;

/** Runs and scores take their own turns; a handler that is missing does not compile. */
const handlers: Handlers = {
  boot: (request, id) =>
    withSignal(id, async (signal) => {
      // Before the engine, which asks the browser for an adapter.
      if (request.hooks !== null) (await import("./hooks.ts")).playFirst(request.hooks);
      return host.boot(await sourceOf(request), request.device, signal);
    }),
  probe: ({ device }) => turns.take(() => host.ready(device)),
  "open-model": ({ model }) => turns.take(() => host.openModel(model)),
  inspect: ({ text }) => turns.take(() => inspect(host.translator, text)),
  translate({ generation, mix, text }) {
    host.announce(generation);
    return turns.take(() => host.translate(generation, mix, text));
  },
  "describe-mix": ({ mix }) => turns.take(() => host.translator.mix(mix)),
  lens: ({ mix, site, layer, text }) => turns.take(() => host.lens(mix, site, layer, text)),
  sentence: ({ index }) => turns.take(() => host.translator.sentence(index)),
  assign: ({ recipe, assignments }) => turns.take(() => host.engine.withAssignments(recipe, assignments)),
  "check-recipe": ({ recipe }) => turns.take(() => host.engine.checkRecipe(recipe)),
  plan: ({ recipe, gflops }) => turns.take(() => host.engine.plan(recipe, gflops ?? undefined)),
  times: ({ recipe, nets, gflops }) => turns.take(() => times(host.engine, recipe, nets, gflops)),
  speed: ({ kind }) => turns.take(() => host.speed(kind)),
  "read-text": ({ recipe, uploads }, id) => withSignal(id, (signal) => readText(host, recipe, uploads, signal)),
  runs: () => purge(Date.now() - LEFT_MS).then(allRuns),
  "rename-run": ({ run, name }) => amend(run, { name }).then(nothing),
  "trash-run": ({ run }) => trainer.trash(run).then(nothing),
  "restore-run": ({ run }) => amend(run, { trashed: undefined }).then(nothing),
  "export-run": async ({ run }) => exportRun(host, await trainer.filesOf(run)),
  "import-run": ({ file, name }) => importRun(host, file, name),
  trace: ({ run }) => traceOf(host, trainer, run),
  curves: ({ run }) => curvesOf(run),
  "all-rows": () => allRows(host.pack),
  "delete-run": ({ run }) => trainer.delete(run).then(nothing),
  train: ({ start }) => trainer.start(start),
  pause: () => trainer.pause().then(nothing),
  resume: () => nothing(trainer.resume()),
  "cancel-training": () => trainer.cancel(),
  revise: ({ recipe }) => trainer.revise(recipe).then(nothing),
  checkpoint: () => trainer.checkpoint().then(nothing),
  score: ({ model, mixes }, id) => withSignal(id, (signal) => score(host, model, mixes, signal)),
  sentences: ({ model, mixes }) => turns.take(() => sentences(host, model, mixes)),
  measure: () => tokensPerSecond(host).then((tokensPerSecond) => ({ tokensPerSecond })),
  "bench-works": () => turns.take(() => host.engine.benchWorks()),
  "self-test": () => turns.take(() => host.device.selfTest()),
  ceilings: () => turns.take(() => host.device.ceilings()),
  "bench-work": ({ work, ceilings }) => turns.take(() => host.device.measure(work, ceilings)),
  catalogue: () => catalogue(host),
  "load-hub": ({ name }, id) => withSignal(id, (signal) => loadHub(host, name, signal)),
  "forget-hub": ({ name }) => forgetHub(host, name).then(nothing),
  visible: ({ visible }) => nothing(trainer.setVisible(visible)),
  hook: ({ hooks }) => import("./hooks.ts").then(({ play }) => nothing(play(hooks))),
  cancel: ({ target }) => nothing(stoppable.get(target)?.abort()),
};

function nothing(_done: unknown): null {
  return null;
}

function answer({ id, ...request }: ToWorker): Results[RequestType] | Promise<Results[RequestType]> {
  const handler = handlers[request.type] as ((request: Request, id: number) => Results[RequestType]) | undefined;
  return handler ? handler(request, id) : unreachable(request as never);
}

function fail(id: number, thrown: unknown): void {
  const failure = failureOf(thrown);
  post({ to: "failure", id, failure });
  // After a trap the wasm's memory cannot be trusted.
  if (failure.kind === "crashed") notify({ type: "crashed", message: failure.message });
}

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  try {
    post({ to: "request", id: data.id, value: await answer(data) });
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
