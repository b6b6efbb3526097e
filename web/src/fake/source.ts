/** Loading as a script plays it. */
import { NetworkError, type Source } from "../worker/loader.ts";
import { fakeFiles, fakeRows } from "./files.ts";
import { played, SCRIPTS, wait, type Script } from "./script.ts";

const ENGINE_BYTES = 3_500_000;

async function bar(signal: AbortSignal, until: number, report: (loaded: number) => void): Promise<void> {
  for (let fifth = 0; fifth <= Math.round(5 * until); fifth++) {
    signal.throwIfAborted();
    report((fifth / 5) * ENGINE_BYTES);
    await wait(10);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

export function scripted(name: string): Source {
  played.script = (SCRIPTS as readonly string[]).includes(name) ? (name as Script) : "ready";
  return {
    async engine(report, signal) {
      await bar(signal, played.script === "loading" ? 0.6 : 1, (loaded) => report("engine", loaded, ENGINE_BYTES));
      if (played.script === "loading") return aborted(signal);
      if (played.script === "failed") {
        // As long as a network takes to fail, so that the attempt can be seen.
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        throw new NetworkError("engine.wasm: net::ERR_FAILED");
      }
      return (await import("./engine.ts")) as unknown as typeof import("attentionless");
    },
    async pack() {
      if (played.script === "no-pack") return null;
      return { files: fakeFiles(), rows: fakeRows(), command: "cargo xtask demo-pack" };
    },
  };
}
