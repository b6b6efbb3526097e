/** What is copied of a failure: what was said, and where. */
import { frame } from "../strings.ts";
import { app } from "./app.svelte.ts";

/** The name of its script says which build of the page it is. */
const BUILD = new URL(import.meta.url).pathname.split("/").at(-1) ?? "";

export function reportOf(said: string): string {
  const { engine } = app;
  const device = engine.phase === "ready" ? `${engine.ready.device.name} (${engine.ready.device.kind})` : engine.phase;
  return frame.report(said, device, BUILD, navigator.userAgent);
}
