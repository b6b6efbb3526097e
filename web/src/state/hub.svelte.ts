/** The catalogue of data sets, and the one that is on its way. */
import { EngineError, type HubEntry } from "../protocol.ts";
import { hub as words } from "../strings/hub.ts";
import { app } from "./app.svelte.ts";
import { live } from "./live.svelte.ts";

interface Loading {
  name: string;
  loaded: number;
  total: number;
}

class HubState {
  entries = $state.raw<HubEntry[]>([]);
  loading = $state.raw<Loading | null>(null);
  /** Of the data set that was asked for last. */
  error = $state.raw<{ name: string; text: string; cancelled: boolean } | null>(null);
  #request: number | null = null;

  constructor() {
    app.listen((notice) => {
      if (notice.type === "hub-loading" && this.loading?.name === notice.name) this.loading = notice;
    });
  }

  entry(name: string): HubEntry | null {
    return this.entries.find((entry) => entry.name === name) ?? null;
  }

  async refresh(): Promise<void> {
    this.entries = await app.client.request({ type: "catalogue" });
  }

  async load({ name, bytes }: HubEntry): Promise<void> {
    if (this.loading) return;
    this.loading = { name, loaded: 0, total: bytes };
    this.error = null;
    const { id, result } = app.client.cancellable({ type: "load-hub", name });
    this.#request = id;
    try {
      await result;
      await this.refresh();
      live.say(words.loaded(name));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const cancelled = error.kind === "cancelled";
      const text = cancelled ? words.cancelled : error.message;
      this.error = { name, text, cancelled };
      live.alert(text);
    } finally {
      this.loading = null;
      this.#request = null;
    }
  }

  cancel(): void {
    if (this.#request !== null) void app.client.request({ type: "cancel", target: this.#request });
  }

  async forget(name: string): Promise<void> {
    await app.client.request({ type: "forget-hub", name });
    await this.refresh();
    live.say(words.forgotten(name));
  }
}

export const hub = new HubState();
