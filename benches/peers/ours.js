// The engine's own rows, from its own measurement.

export async function run(device, work) {
  const engine = await import("/pkg/attentionless.js");
  if (typeof engine.bench !== "function") return { missing: "this build of the engine exports no bench" };
  await engine.default();
  const found = await engine.bench(device, [work]);
  const rows = typeof found === "string" ? JSON.parse(found) : found;
  const row = (rows.rows ?? rows).find((row) => row.work === work);
  return row ? { ...row, threads: device === "cpu" ? 1 : undefined } : { missing: `the engine does not measure ${work}` };
}
