// The engine with threads, in its worker.

import { bench, load } from "/pkg-threads/index.js";

self.onmessage = async ({ data: work }) => {
  try {
    const threads = await load();
    const { rows } = await bench("cpu", [work]);
    const row = rows.find((row) => row.work === work);
    self.postMessage(row ? { ...row, threads } : { missing: `the engine does not measure ${work}` });
  } catch (error) {
    self.postMessage({ error: error.message });
  }
};
