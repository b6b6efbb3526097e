/** Scoring on the scripted engine, with another model opened meanwhile. */
import { beforeEach, expect, it, vi } from "vitest";
import { entry, fakeFiles, PRESETS } from "../../src/fake/files.ts";
import { scripted } from "../../src/fake/source.ts";
import { DEMO, type RunRecord } from "../../src/protocol.ts";
import { Host, type Notify } from "../../src/worker/host.ts";
import { score, sentences } from "../../src/worker/scorer.ts";
import { clear, disk, namesOf } from "./memory.ts";

vi.mock("../../src/worker/storage.ts", () => import("./memory.ts"));

const MIXES = ["teacher", "enc=alr-m", "enc=none"];
const OWN: RunRecord = {
  id: "run-1", name: "own", recipe: PRESETS.tiny, created: 0, updated: 0, step: 0, total: 0, stage: "scores", worked: 0, usable: true, finished: true,
};

async function hostWith(notify: Notify): Promise<Host> {
  const host = new Host(notify);
  await host.boot(scripted("ready"), "auto", new AbortController().signal);
  return host;
}

beforeEach(() => {
  clear();
  disk.runs.set(OWN.id, OWN);
  disk.files.set(OWN.id, fakeFiles());
});

it("writes nothing into another model that is opened meanwhile", async () => {
  let opened: Promise<unknown> | null = null;
  const host = await hostWith(({ type }) => {
    if (type === "scoring") opened ??= host.turns.take(() => host.openModel(OWN.id));
  });
  await host.openModel(DEMO);
  const before = namesOf(OWN.id);
  await score(host, DEMO, MIXES, new AbortController().signal);
  expect(await opened).toMatchObject({ id: OWN.id });
  expect(namesOf(OWN.id)).toEqual(before);
  expect(host.filesOf(OWN.id).map(({ name }) => name).sort()).toEqual(before);
  expect(() => sentences(host, DEMO, MIXES)).toThrow("another model");
  await host.openModel(DEMO);
  expect(sentences(host, DEMO, MIXES).outputs.map(({ mix }) => mix)).toEqual(MIXES);
});

it("keeps what is finished where it is stopped", async () => {
  const stop = new AbortController();
  const host = await hostWith(({ type }) => type === "scoring" && stop.abort());
  await host.openModel(OWN.id);
  const { rows, stopped } = await score(host, OWN.id, MIXES, stop.signal);
  expect([rows.map(({ mix }) => mix), stopped]).toEqual([["teacher"], true]);
  expect(namesOf(OWN.id)).toEqual([...fakeFiles().map(({ name }) => name), "outputs/teacher.txt", "rows.json"].sort());
});

it("a run of one's own is scored into its own files, as soon as there is space", async () => {
  vi.stubGlobal("navigator", {});
  // Once something was refused.
  const host = await hostWith(({ type }) => type === "storage-full" && (disk.full = false));
  disk.full = true;
  disk.files.set(OWN.id, [...fakeFiles(), entry("rows.json", "[]")]);
  await host.openModel(OWN.id);
  const { rows } = await score(host, OWN.id, MIXES, new AbortController().signal);
  vi.unstubAllGlobals();
  expect(rows).toHaveLength(3);
  expect(namesOf(OWN.id)).toEqual(expect.arrayContaining(MIXES.map((mix) => `outputs/${mix}.txt`)));
});
