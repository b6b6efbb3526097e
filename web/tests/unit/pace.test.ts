import { expect, it } from "vitest";
import type { Notice } from "../../src/protocol.ts";
import { Pace } from "../../src/worker/pace.ts";

/** When each kind is told that asks so often, in milliseconds of ten seconds. */
function told(every: Partial<Record<Notice["type"], number>>): Record<string, number[]> {
  const pace = new Pace();
  const kinds = Object.entries(every) as [Notice["type"], number][];
  const found = Object.fromEntries(kinds.map(([kind]) => [kind, [] as number[]]));
  for (let now = 0; now < 10_000; now++) {
    for (const [kind, ms] of kinds) if (now % ms === 0 && pace.due(kind, now)) found[kind].push(now);
  }
  return found;
}

it("tells of one kind four times a second", () => {
  expect(told({ training: 1 }).training).toHaveLength(40);
  expect(told({ training: 260 }).training).toHaveLength(39);
});

it("shares them between kinds that go on together, and none waits for ever", () => {
  const { training, scoring } = told({ training: 249, scoring: 251 });
  expect(training.length + scoring.length).toBeLessThanOrEqual(40);
  expect(Math.min(training.length, scoring.length)).toBeGreaterThanOrEqual(13);
  const three = told({ training: 1, scoring: 1, "hub-loading": 1 });
  expect(Object.values(three).map((times) => times.length)).toEqual([14, 14, 14]);
});

it("counts what could not wait", () => {
  const pace = new Pace();
  pace.tell("training", 0);
  expect([pace.due("training", 200), pace.due("training", 250), pace.due("scoring", 251)]).toEqual([false, true, true]);
  // Nothing else goes on any more.
  expect([pace.due("scoring", 1_300), pace.due("scoring", 1_550)]).toEqual([true, true]);
});
