/** What is said of the visitor's own text; what is wrong with it is told in the engine's words. */
import { plural, whole } from "../lib/format.ts";

export const own = {
  file: (name: string, size: string) => `${name}: ${size}`,
  reading: "Reading and cleaning it. Another file can be chosen meanwhile.",
  wait: "Your text is being read.",
  refused: "Your text cannot be used as it is; the reason stands below its file.",
  another: "Choose another file",
  read: (read: string, kept: string) => `${read} pairs read, ${kept} kept`,
  tooLong: (count: number, longest: number) =>
    count === 0
      ? `None is too long for the model: the longest takes ${longest} tokens.`
      : `${whole(count)} of them ${plural(count, "is", "are")} too long for the model and left out. A length of ${longest} tokens would cut none.`,
  lengthen: (longest: number) => `Read up to ${longest} tokens`,
  time: (range: string) => `Training on it takes ${range} on this device.`,
  noTime: "How long training on it takes is not measured yet.",
  spoken: (kept: string) => `Your text is read: ${kept} pairs kept.`,
  gone: (name: string) => `${name}: the file was changed or moved after it was chosen; choose it again`,
  tooLarge: (name: string, size: number, most: number) => `${name}: it has ${whole(size)} bytes and the page reads up to ${whole(most)}; cut it, or use the command line, which reads any`,
  crashed: "the engine stopped while it read this text, which may be too large for a page; cut it, or use the command line",
};
