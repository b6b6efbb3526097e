/** The page's end of the worker: a request is a promise, notices go to one listener. */
import { EngineError, type Notice, type RequestOf, type RequestType, type Results, type ToPage, type ToWorker } from "../protocol.ts";

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: EngineError) => void;
}

function startWorker(): Worker {
  return new Worker(new URL("../worker/worker.ts", import.meta.url), { type: "module" });
}

export class Client {
  #worker = startWorker();
  #waiting = new Map<number, Waiting>();
  #last = 0;
  #listener: (notice: Notice) => void;

  constructor(listener: (notice: Notice) => void) {
    this.#listener = listener;
    this.#listen();
  }

  #listen(): void {
    this.#worker.onmessage = ({ data }: MessageEvent<ToPage>) => this.#take(data);
    // A worker that cannot even be started, or fails outside a request.
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#listener({ type: "crashed", message: event.message || "the worker could not be started" });
    };
  }

  #take(message: ToPage): void {
    if (message.to === "notice") return this.#listener(message.notice);
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.to === "failure") waiting?.reject(new EngineError(message.failure));
    else waiting?.resolve(message.value as never);
  }

  request<T extends RequestType>(request: RequestOf<T>, transfer: Transferable[] = []): Promise<Results[T]> {
    return this.cancellable(request, transfer).result;
  }

  /** With the id that a `cancel` names. */
  cancellable<T extends RequestType>(request: RequestOf<T>, transfer: Transferable[] = []): { id: number; result: Promise<Results[T]> } {
    const id = ++this.#last;
    const result = new Promise<Results[T]>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const message: ToWorker = { id, ...request };
    this.#worker.postMessage(message, transfer);
    return { id, result };
  }

  /** A new worker; what the old one owed is answered as crashed. */
  restart(): void {
    this.#worker.onmessage = null;
    this.#worker.onerror = null;
    this.#worker.terminate();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new EngineError({ kind: "crashed", message: "the engine was restarted" }));
    this.#worker = startWorker();
    this.#listen();
  }
}
