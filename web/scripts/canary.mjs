// svelte-check has passed vacuously before: it must find the fault in a component made for that.
import { spawnSync } from "node:child_process";

const { status, stdout } = spawnSync("npx", ["svelte-check", "--workspace", "tests/canary", "--tsconfig", "./tsconfig.json", "--output", "machine"], {
  encoding: "utf8",
});
const error = stdout.split("\n").find((line) => line.includes("ERROR") && line.includes("Broken.svelte"));
if (status === 0 || !error?.includes("Type 'string' is not assignable to type 'number'")) {
  process.stderr.write(`svelte-check did not see the type error in tests/canary:\n${stdout}`);
  process.exit(1);
}
