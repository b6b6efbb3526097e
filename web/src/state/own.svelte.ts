/** The visitor's own text, read and cleaned as soon as it is chosen. */
import { whole } from "../lib/format.ts";
import { EngineError, type Cleaned, type Recipe, type Upload } from "../protocol.ts";
import { own as words } from "../strings/own.ts";
import { app } from "./app.svelte.ts";
import { live } from "./live.svelte.ts";

type Reading = { kind: "reads" } | { kind: "read"; cleaned: Cleaned } | { kind: "refused"; why: string; crashed: boolean };

/** All of a recipe that has a say in what becomes of a text. */
function partsOf({ seed, pair, corpus, tokenizer, model }: Recipe): string {
  return JSON.stringify([seed, pair, corpus, tokenizer, model.max_len]);
}

class OwnText {
  /** Null where there is none. */
  reading = $state.raw<Reading | null>(null);
  #request: number | null = null;
  #parts: string | null = null;
  #uploads: readonly Upload[] = [];

  /** Why no run can begin with it. */
  get why(): string | null {
    if (this.reading?.kind === "reads") return words.wait;
    return this.reading?.kind === "refused" ? words.refused : null;
  }

  /** As a run will have it: with the pairs that there are, not those that are asked for. */
  sized(recipe: Recipe): Recipe {
    const { reading } = this;
    if (reading?.kind !== "read" || !reading.cleaned.tokens) return recipe;
    return { ...recipe, corpus: { ...recipe.corpus, pairs: reading.cleaned.tokens.train } };
  }

  /** Another file was chosen: nothing that is known holds any more. */
  replace(): void {
    this.leave();
    this.reading = { kind: "reads" };
  }

  leave(): void {
    if (this.#request !== null) void app.client.request({ type: "cancel", target: this.#request });
    this.#request = null;
    this.#parts = null;
    this.reading = null;
  }

  /** Reads these files anew where they, or what the recipe makes of them, are others. */
  follow(recipe: Recipe, uploads: readonly Upload[]): void {
    if (uploads.length === 0) return this.leave();
    const [parts, before] = [partsOf(recipe), this.#uploads];
    if (parts === this.#parts && uploads.length === before.length && uploads.every((upload, index) => upload === before[index])) return;
    this.replace();
    this.#parts = parts;
    this.#uploads = uploads;
    void this.#read(recipe, [...uploads]);
  }

  async #read(recipe: Recipe, uploads: Upload[]): Promise<void> {
    const { id, result } = app.client.cancellable({ type: "read-text", recipe, uploads });
    this.#request = id;
    try {
      const cleaned = await result;
      if (this.#request !== id) return;
      this.reading = { kind: "read", cleaned };
      live.say(words.spoken(whole(cleaned.kept)));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (this.#request !== id) return;
      const crashed = error.kind === "crashed";
      const why = crashed ? words.crashed : error.message;
      this.reading = { kind: "refused", why, crashed };
      live.alert(why);
    } finally {
      if (this.#request === id) this.#request = null;
    }
  }
}

export const own = new OwnText();
