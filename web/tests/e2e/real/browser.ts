/** A browser of one's own, which keeps its profile and whose processes can be killed by their numbers. Linux alone: it reads /proc. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";

const ARGS = ["--headless=new", "--no-sandbox", "--remote-debugging-port=0", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "about:blank"];

interface Process {
  id: number;
  parent: number;
  command: string;
}

function processes(): Process[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      // The second field, a name in brackets, may have spaces.
      const [, parent] = readFileSync(`/proc/${name}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
      return [{ id: Number(name), parent: Number(parent), command: readFileSync(`/proc/${name}/cmdline`, "utf8") }];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

function below(root: number, all: readonly Process[]): Process[] {
  const own = all.filter(({ parent }) => parent === root);
  return own.flatMap((process) => [process, ...below(process.id, all)]);
}

function kill(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // It went with another one.
  }
}

export class KillableBrowser {
  readonly #profile = mkdtempSync(join(tmpdir(), "attentionless-kill-"));
  #process: ChildProcess | null = null;

  /** Anew, on the profile of before. */
  async open(): Promise<Page> {
    const started = spawn(process.env.CHROMIUM ?? "/usr/bin/chromium", [...ARGS, `--user-data-dir=${this.#profile}`], { stdio: ["ignore", "ignore", "pipe"] });
    this.#process = started;
    const address = await new Promise<string>((resolve, reject) => {
      let said = "";
      started.stderr?.on("data", (part: Buffer) => {
        said += part.toString();
        const [, found] = /DevTools listening on (ws:\S+)/.exec(said) ?? [];
        if (found) resolve(found);
      });
      started.once("exit", () => reject(new Error(`the browser did not start: ${said}`)));
    });
    const browser = await chromium.connectOverCDP(address);
    const [context] = browser.contexts();
    return context.pages()[0] ?? context.newPage();
  }

  #own(): Process[] {
    return this.#process?.pid === undefined ? [] : below(this.#process.pid, processes());
  }

  /** The processes in which pages run. */
  killTab(): void {
    for (const { id, command } of this.#own()) if (command.includes("--type=renderer")) kill(id);
  }

  killAll(): void {
    const [own, main] = [this.#own(), this.#process?.pid];
    if (main !== undefined) kill(main);
    for (const { id } of own) kill(id);
  }

  /** Until it is gone: two browsers on one profile would be one. */
  async closed(): Promise<void> {
    const ended = this.#process;
    this.killAll();
    if (ended && ended.exitCode === null && ended.signalCode === null) await new Promise((resolve) => ended.once("exit", resolve));
    rmSync(join(this.#profile, "SingletonLock"), { force: true });
  }

  async forget(): Promise<void> {
    await this.closed();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
