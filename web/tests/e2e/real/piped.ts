/**
 * A browser of one's own, spoken to through a pipe by its own protocol. The test library keeps every page of its browsers in view, so
 * that none of them is ever hidden; here a tab is hidden as a visitor hides it: by opening another one.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

const ARGS = ["--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--no-first-run", "--disable-background-networking", "--window-size=1440,900", "about:blank"];
/** After each message, in both directions. */
const END = "\0";

interface Answer {
  id?: number;
  result?: Record<string, unknown>;
  error?: { message: string };
}

export class PipedBrowser {
  readonly #profile = mkdtempSync(join(tmpdir(), "attentionless-piped-"));
  readonly #process: ChildProcess;
  readonly #commands: Writable;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  constructor() {
    this.#process = spawn(process.env.CHROMIUM ?? "/usr/bin/chromium", [...ARGS, `--user-data-dir=${this.#profile}`], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.#commands = this.#process.stdio[3] as Writable;
    let read = "";
    (this.#process.stdio[4] as Readable).setEncoding("utf8").on("data", (part: string) => {
      const messages = (read + part).split(END);
      read = messages.pop() ?? "";
      for (const message of messages) this.#take(JSON.parse(message) as Answer);
    });
  }

  #take(answer: Answer): void {
    if (answer.id === undefined) return;
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }

  async send(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#commands.write(JSON.stringify({ id, method, params, sessionId }) + END);
    const { result, error } = await answer;
    if (!result) throw new Error(`${method}: ${error?.message ?? "no answer"}`);
    return result;
  }

  /** In front of all others. */
  async tab(): Promise<Tab> {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    await this.send("Page.enable", {}, String(sessionId));
    return new Tab(this, String(targetId), String(sessionId));
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#commands.write(JSON.stringify({ id: ++this.#last, method: "Browser.close" }) + END);
    await gone;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

export class Tab {
  readonly #browser: PipedBrowser;
  readonly #target: string;
  readonly #session: string;

  constructor(browser: PipedBrowser, target: string, session: string) {
    this.#browser = browser;
    this.#target = target;
    this.#session = session;
  }

  /** `first` runs before any script of the page. */
  async goto(url: string, first: string): Promise<void> {
    await this.#browser.send("Page.addScriptToEvaluateOnNewDocument", { source: first }, this.#session);
    await this.#browser.send("Page.navigate", { url }, this.#session);
  }

  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.#browser.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true }, this.#session);
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value: T }).value;
  }

  async setLifecycle(state: "frozen" | "active"): Promise<void> {
    await this.#browser.send("Page.setWebLifecycleState", { state }, this.#session);
  }

  async show(): Promise<void> {
    await this.#browser.send("Target.activateTarget", { targetId: this.#target });
  }
}
