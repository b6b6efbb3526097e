/** The two live regions: what is said, and how often. */

const SAME_TOPIC_MS = 10_000;

/** What is said in another language than the page's. */
export interface Quote {
  text: string;
  lang: string;
}

class Live {
  polite = $state("");
  /** Said before `polite`. */
  quote = $state.raw<Quote | null>(null);
  assertive = $state("");
  #said = new Map<string, number>();

  say(text: string, quote: Quote | null = null): void {
    this.quote = quote;
    // The same text twice in a row is otherwise not spoken again.
    this.polite = this.polite === text ? `${text}\u00a0` : text;
  }

  /** At most once in 10 s about one topic. */
  sayAbout(topic: string, text: string): void {
    const now = Date.now();
    if (now - (this.#said.get(topic) ?? -Infinity) < SAME_TOPIC_MS) return;
    this.#said.set(topic, now);
    this.say(text);
  }

  /** For errors that stop work. */
  alert(text: string): void {
    this.assertive = this.assertive === text ? `${text}\u00a0` : text;
  }
}

export const live = new Live();
