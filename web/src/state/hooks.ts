/** Hands for tests: `?hooks` puts them in reach; nothing else uses them. */
import { app } from "./app.svelte.ts";

export function installHooks(): void {
  if (!new URLSearchParams(location.search).has("hooks")) return;
  Object.assign(globalThis, {
    attentionlessHooks: {
      loseDevice: () => app.client.request({ type: "lose-device" }),
      limitMemory: (bytes: number | null) => app.client.request({ type: "limit-memory", bytes }),
    },
  });
}
