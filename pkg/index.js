/** The engine with the work around it: loading, running to the end, keeping files. What wasm-bindgen exports is here as well. */
import init, { checkRecipe, Device, pack, plan, presets, Run, Translator, unpack, withAssignments } from "./attentionless.js";

export * from "./attentionless.js";

/** Milliseconds of work between two looks at what else the thread has to do. */
const BUDGET_MS = 250;

let loading = null;

/** Compiles the engine, once; after a failure it can be tried again. */
export function load(wasm) {
  loading ??= init(wasm === undefined ? undefined : { module_or_path: wasm }).then(
    () => undefined,
    (error) => {
      loading = null;
      throw error;
    },
  );
  return loading;
}

/** Lets messages and drawing have their turn; a timer would be held up in a hidden tab. */
function breathe() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function merged(files, changes) {
  const result = new Map(files.map((file) => [file.name, file]));
  for (const { name, bytes } of changes) {
    if (bytes) result.set(name, { name, bytes });
    else result.delete(name);
  }
  return [...result.values()];
}

/** Steps to the end, or to where it is stopped; gives the files as they are then. */
async function work(run, files, { onEvent, signal }) {
  let [kept, done] = [files, false];
  while (!done && !signal?.aborted) {
    for (const event of await run.step(BUDGET_MS)) {
      onEvent?.(event);
      done ||= event.event === "done";
    }
    kept = merged(kept, run.takeChanges());
    await breathe();
  }
  if (!done) await run.save();
  return merged(kept, run.takeChanges());
}

export class Engine {
  constructor(device) {
    this.device = device;
  }

  static async open({ device = "auto", wasm } = {}) {
    await load(wasm);
    return new Engine(await Device.open(device));
  }

  recipe(preset, assignments = []) {
    return withAssignments(presets()[preset], assignments);
  }

  async plan(recipe) {
    this.speed ??= await this.device.speed();
    return plan(recipe, this.speed);
  }

  async train(recipe, { files = [], goal = "scores", onEvent, signal } = {}) {
    const run = Run.open(this.device, checkRecipe(recipe).recipe, files, goal);
    try {
      return await work(run, files, { onEvent, signal });
    } finally {
      run.free();
    }
  }

  session(run) {
    return new Session(this.device, run instanceof Uint8Array ? unpack(run) : run);
  }

  close() {
    this.device.free();
  }
}

export class Session {
  #device;
  #translator;

  constructor(device, files) {
    this.#device = device;
    this.#translator = Translator.open(device, files);
    this.files = files;
  }

  get recipe() {
    return this.#translator.recipe();
  }

  get nets() {
    return this.#translator.nets();
  }

  get tuned() {
    return this.#translator.tuned();
  }

  translate(text, mix = "teacher") {
    return this.#translator.translate(mix, text);
  }

  lens(text, { mix = "teacher", site = "enc", layer = 1 } = {}) {
    return this.#translator.lens(mix, site, layer, text);
  }

  size(mix) {
    return this.#translator.mix(mix);
  }

  async score(mixes, options = {}) {
    const run = Run.scoring(this.#device, this.recipe, this.files, mixes);
    try {
      this.files = await work(run, this.files, options);
      return run.report();
    } finally {
      run.free();
    }
  }

  bundle() {
    return pack(this.files);
  }

  close() {
    this.#translator.free();
  }
}

let shared = null;
const sessions = new WeakMap();

/** With an engine of its own, opened once, and a session for each bundle. */
export async function translate(bundle, text, mix = "teacher") {
  shared ??= Engine.open();
  // Not kept where it failed, so that it can be tried again.
  const engine = await shared.catch((error) => {
    shared = null;
    throw error;
  });
  if (!sessions.has(bundle)) sessions.set(bundle, engine.session(bundle));
  return (await sessions.get(bundle).translate(text, mix)).text;
}
