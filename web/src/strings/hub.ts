/** What is said of data sets that come from their public homes; why one is refused in the command line's words. */
import { whole } from "../lib/format.ts";

export const hub = {
  label: "Data set",
  choose: "a data set from its public home",
  option: (name: string, size: string) => `${name}, ${size}`,
  about: (about: string, licence: string) => `${about}. Licence: ${licence}.`,
  load: (host: string, size: string, licence: string) => `Load ${size} from ${host}, ${licence}`,
  loadHint: (host: string) => `Nothing is asked of ${host} before you press. It learns your address, and that you load this file.`,
  loading: (loaded: string, total: string) => `Loading ${loaded} of ${total}`,
  checking: "Reading what came",
  cancel: "Cancel",
  cancelled: "Loading was cancelled; nothing is kept.",
  kept: (name: string, size: string) => `${name} is in this browser (${size}).`,
  forget: "Delete it",
  forgotten: (name: string) => `${name} is deleted from this browser.`,
  loaded: (name: string) => `${name} is loaded.`,
  need: "Load the data set first.",
  refused: {
    missing: (name: string) => `hub:${name} is not in this browser yet: in Train, “${hub.choose}” loads it`,
    unknown: (name: string) => `hub:${name} is not in the catalogue`,
    status: (url: string, status: number) => `${url}: the server answered ${status}, expected 200; try again later`,
    unreachable: (url: string, reason: string) => `${url}: cannot be fetched (${reason}); try again later`,
    cut: (url: string, received: number, expected: number | null, reason: string) =>
      `${url}: the connection was cut after ${received} of ${expected ?? "an unknown number of"} bytes (${reason}); load it again`,
    tooLarge: (url: string, found: number, expected: number) =>
      `${url}: the server has ${found} bytes or more, expected about ${expected}; nothing is kept`,
    notCorpus: (wrong: string, received: number) => `${wrong}; ${received} bytes came, and are not kept`,
  },
  sizes: (bytes: number) => `${whole(bytes / 1e6)} MB`,
};
