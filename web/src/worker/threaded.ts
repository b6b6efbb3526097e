/** The engine on several threads. */
import * as engine from "attentionless-threads";
import wasmUrl from "attentionless-threads/wasm";

export { engine, wasmUrl };
