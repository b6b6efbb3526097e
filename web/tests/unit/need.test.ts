import { describe, expect, it } from "vitest";
import { batchDivisor, needOf, secondsOf, tooLarge } from "../../src/lib/need.ts";
import type { Plan } from "../../src/protocol.ts";

const part = (training_bytes: number, activation_bytes: number, largest_buffer_bytes: number) => ({ training_bytes, activation_bytes, largest_buffer_bytes });
const teacher = { parameters: 1, attention_parameters: 1, ...part(100, 60, 40) };
const net = (training: number, activation: number, largest: number) => ({ net: "enc.1.alr-m", ...part(training, activation, largest) }) as unknown as Plan["nets"][number];
const plan = { teacher, nets: [net(80, 20, 50), net(80, 20, 30)] };

describe("what a run takes", () => {
  it("is the larger of its two stages, since the nets are fitted together after the teacher", () => {
    expect(needOf(plan, false)).toEqual({ bytes: 200, largest: 50 });
    expect(needOf({ teacher, nets: [plan.nets[1]] }, false)).toEqual({ bytes: 160, largest: 40 });
    expect(needOf({ teacher, nets: [] }, true)).toEqual({ bytes: 0, largest: 0 });
    expect(needOf({ teacher, nets: [plan.nets[1]] }, true)).toEqual({ bytes: 100, largest: 30 });
  });

  it("is too much where one buffer of what is still to be trained is larger than the device allows", () => {
    expect(tooLarge(plan, false, 50)).toBeNull();
    expect(tooLarge(plan, false, 49)).toEqual({ part: plan.nets[0], bytes: 50 });
    const small = { teacher, nets: [plan.nets[1]] };
    expect(tooLarge(small, false, 39)).toEqual({ part: null, bytes: 40 });
    expect(tooLarge(small, true, 39)).toBeNull();
  });

  it("falls with the batch, by what a batch takes alone", () => {
    expect(batchDivisor(plan, false, 200)).toBe(2);
    expect(batchDivisor(plan, false, 170)).toBe(4);
    expect(batchDivisor(plan, false, 160)).toBeNull();
  });

  it("has no time of a teacher that is trained already", () => {
    const timed = { seconds: { gflops: 1, teacher: 5, nets: 3 } } as Plan;
    expect([secondsOf(timed, false), secondsOf(timed, true), secondsOf({ seconds: null } as Plan, false)]).toEqual([8, 3, null]);
  });
});
