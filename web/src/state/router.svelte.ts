/** Which view the fragment names, with its parameters. */
import { ownAddress } from "../lib/embed.ts";
import { formatRoute, parseRoute, type View } from "../lib/route.ts";

class Router {
  /** Inside the frame of another page: Try alone. */
  readonly embedded = new URLSearchParams(location.search).has("embed");
  view = $state<View>("try");
  /** Counts what came from outside: links, Back, other views; not what a view writes itself. */
  arrivals = $state(0);
  #asked = new URLSearchParams();

  start(): void {
    this.#read();
    addEventListener("hashchange", () => this.#read());
  }

  #read(): void {
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

  /** Keeps the address in step with the view without a new entry in the history. */
  note(view: View, parameters: Record<string, string | null | undefined>): void {
    // A link that was just followed is in the address before the event that tells of it: it must not be written over.
    const left = !this.embedded && parseRoute(location.hash).view !== view;
    if (view !== this.view || left) return;
    const fragment = formatRoute(view, parameters);
    if (fragment !== location.hash) history.replaceState(history.state, "", fragment);
  }

  go(view: View, parameters: Record<string, string | null | undefined> = {}): void {
    const fragment = formatRoute(view, parameters);
    if (this.embedded && view !== "try") open(ownAddress(location.href, fragment), "_blank", "noopener");
    else location.hash = fragment;
  }
}

export const router = new Router();
