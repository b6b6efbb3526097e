import type { InitInput } from "./attentionless.js";

export * from "./engine.js";

/**
 * Compiles the engine and starts its threads, once; after a failure it can be tried again. Gives how many threads there are: as many as
 * processors, at most 16, where no number is given. To be awaited before all else, in a worker of a page that is `crossOriginIsolated`.
 */
export function load(wasm?: InitInput | Promise<InitInput>, threads?: number): Promise<number>;
