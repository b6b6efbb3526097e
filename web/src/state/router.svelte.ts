/** Which view the fragment names, with its parameters. */
import { ownAddress } from "../lib/embed.ts";
import { formatRoute, parseRoute, type View } from "../lib/route.ts";

/** A text being typed is written into the address once it rests: each writing costs more than all else that a key does. */
const REST_MS = 300;

class Router {
  /** Inside the frame of another page: Try alone. */
  readonly embedded = new URLSearchParams(location.search).has("embed");
  view = $state<View>("try");
  /** Counts what came from outside: links, Back, other views; not what a view writes itself. */
  arrivals = $state(0);
  #asked = new URLSearchParams();
  /** As it was read or written last. */
  #address = "";
  /** What is to be written into it. */
  #noted: string | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    this.#read();
    addEventListener("hashchange", () => this.#read());
    // Whatever is clicked may read the address, or leave it behind for Back.
    addEventListener("click", () => this.#write(), { capture: true });
    addEventListener("pagehide", () => this.#write());
  }

  #read(): void {
    this.#address = location.hash;
    this.#noted = null;
    const { view, parameters } = parseRoute(location.hash);
    this.view = this.embedded ? "try" : view;
    this.#asked = parameters;
    this.arrivals += 1;
  }

  /** What a link asks of its view: handed out once, so that what was changed since then stays. */
  take(view: View): URLSearchParams {
    if (view !== this.view) return new URLSearchParams();
    const asked = this.#asked;
    this.#asked = new URLSearchParams();
    return asked;
  }

  /** Keeps the address in step with the view without a new entry in the history; with what is typed, once that rests. */
  note(view: View, parameters: Record<string, string | null | undefined>, typed = false): void {
    if (view !== this.view) return;
    this.#noted = formatRoute(view, parameters);
    const rested = this.#rest === undefined;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      this.#write();
    }, REST_MS);
    if (rested || !typed) this.#write();
  }

  #write(): void {
    const fragment = this.#noted;
    this.#noted = null;
    // A link that was just followed is in the address before the event that tells of it: it must not be written over.
    if (fragment === null || fragment === location.hash || location.hash !== this.#address) return;
    history.replaceState(history.state, "", fragment);
    this.#address = location.hash;
  }

  go(view: View, parameters: Record<string, string | null | undefined> = {}): void {
    const fragment = formatRoute(view, parameters);
    if (this.embedded && view !== "try") open(ownAddress(location.href, fragment), "_blank", "noopener");
    else location.hash = fragment;
  }
}

export const router = new Router();
