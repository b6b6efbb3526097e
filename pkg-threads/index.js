/** The engine on several threads: what `../pkg` has, and a `load` that starts them. */
import { load as loadAlone } from "./engine.js";
import { sharedParts, startPool } from "./attentionless.js";

export * from "./engine.js";

/** No product is divided into more parts. */
const MOST = 16;

/** Kept: some browsers end a worker that nobody holds. */
let workers = [];
let loading = null;

/** What a worker says first: that it waits for work, or why it cannot. */
function ready(worker) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.ready ? resolve() : reject(new Error(data.error)));
    worker.onerror = (event) => reject(new Error(event.message || "the script of a thread did not load"));
    worker.postMessage(sharedParts());
  });
}

async function start(threads) {
  try {
    // This thread is one of them.
    workers = Array.from({ length: threads - 1 }, () => new Worker(new URL("./thread.js", import.meta.url), { type: "module" }));
    await Promise.all(workers.map(ready));
    startPool(threads);
    return threads;
  } catch (error) {
    workers.forEach((worker) => worker.terminate());
    throw error;
  }
}

/** Compiles the engine and starts its threads, once; after a failure it can be tried again. Gives how many there are. */
export function load(wasm, threads = Math.min(navigator.hardwareConcurrency, MOST)) {
  loading ??= loadAlone(wasm)
    .then(() => start(threads))
    .catch((error) => {
      loading = null;
      throw error;
    });
  return loading;
}
