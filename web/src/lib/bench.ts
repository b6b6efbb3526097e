/** What Bench measures, and what it found. */
import type { BenchReport, BenchWork, CheckedOperation } from "../protocol.ts";

/** Operations of a piece of work that is short on every device. */
export const SHORT_OPERATIONS = 4e9;
export type Group = "short" | "all";

export interface Found extends BenchReport {
  /** Of the self-test; none on the CPU. */
  operations: CheckedOperation[];
}

export function inGroup(works: readonly BenchWork[], group: Group): BenchWork[] {
  return works.filter(({ operations }) => group === "all" || operations <= SHORT_OPERATIONS);
}

/** As `bench --work` chooses on the command line. */
export function withText(works: readonly BenchWork[], text: string): BenchWork[] {
  return works.filter(({ work }) => work.includes(text.trim()));
}

export function wrongOf(operations: readonly CheckedOperation[]): string[] {
  return operations.filter(({ right }) => !right).map(({ operation }) => operation);
}
