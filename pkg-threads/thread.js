/** A worker that is a thread of the engine: it gets the engine's module and memory, says that it is ready, and works until it is ended. */
import init, { runThread } from "./attentionless.js";

self.onmessage = async ({ data: [module, memory] }) => {
  try {
    await init({ module_or_path: module, memory });
  } catch (error) {
    self.postMessage({ error: error.message });
    return;
  }
  self.postMessage({ ready: true });
  runThread();
};
