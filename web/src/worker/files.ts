/** The files of a run, by their names. */
import type { Change, FileEntry } from "attentionless";

/** The engine holds a file three times over, and has 4 GiB in all. */
export const MOST_BYTES = 2 ** 30;

export function names(files: readonly FileEntry[]): ReadonlySet<string> {
  return new Set(files.map(({ name }) => name));
}

export function fileText(files: readonly FileEntry[], name: string): string | null {
  const file = files.find((entry) => entry.name === name);
  return file ? new TextDecoder().decode(file.bytes) : null;
}

/** The files after these changes. */
export function changed(files: readonly FileEntry[], changes: Iterable<Change>): FileEntry[] {
  const result = new Map(files.map((file) => [file.name, file]));
  for (const { name, bytes } of changes) {
    if (bytes) result.set(name, { name, bytes });
    else result.delete(name);
  }
  return [...result.values()];
}
