// The engine with threads, on the page. It waits for its threads, which a page itself may not: so it is in a worker.

export function run(work) {
  const worker = new Worker(new URL("./threads_worker.js", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message || "the engine's worker did not start"));
    worker.postMessage(work);
  });
}
