/** Faults for tests, while the page works: `attentionlessHooks("lose-device")`. Loaded where `?hooks` is in the address. */
import { app } from "./app.svelte.ts";

Object.assign(globalThis, { attentionlessHooks: (hooks: string) => app.client.request({ type: "hook", hooks }) });
