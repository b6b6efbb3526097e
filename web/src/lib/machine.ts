/** What the engine is doing, as the page shows it: one state at a time, moved by events. */
import type { FailureKind, LoadingPart, Ready } from "../protocol.ts";

export type EngineState =
  | { phase: "loading"; part: LoadingPart; loaded: number; total: number; cached: boolean }
  | { phase: "failed"; message: string; kind: FailureKind }
  | { phase: "ready"; ready: Ready }
  | { phase: "restarting"; message: string };

export type EngineEvent =
  | { type: "loading"; part: LoadingPart; loaded: number; total: number; cached: boolean }
  | { type: "ready"; ready: Ready }
  | { type: "failed"; message: string; kind: FailureKind }
  | { type: "crashed"; message: string }
  | { type: "retry" };

export const FIRST: EngineState = { phase: "loading", part: "engine", loaded: 0, total: 0, cached: false };

export function next(state: EngineState, event: EngineEvent): EngineState {
  switch (event.type) {
    case "loading": {
      // A late report of the bar must not take back an end that was already told.
      if (state.phase !== "loading" && state.phase !== "restarting") return state;
      const { part, loaded, total, cached } = event;
      return { phase: "loading", part, loaded, total, cached };
    }
    case "ready":
      return { phase: "ready", ready: event.ready };
    case "failed":
      return { phase: "failed", message: event.message, kind: event.kind };
    case "crashed":
      return { phase: "restarting", message: event.message };
    case "retry":
      return FIRST;
  }
}
