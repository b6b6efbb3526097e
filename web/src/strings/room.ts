/** What is said of memory that a run would need and does not get; the sentence that all read stands with the other stops. */
import { whole } from "../lib/format.ts";

export const room = {
  none: (bytes: number, largest: number, room: number) =>
    `tried before the first step: ${whole(bytes)} bytes are needed, the largest buffer has ${whole(largest)}; there was room for ${whole(room)}`,
  tooLarge: (part: string, bytes: number, allowed: number) =>
    `the largest buffer of ${part} has ${whole(bytes)} bytes; this GPU allows ${whole(allowed)}. A smaller net, batch or vocabulary needs less`,
  teacher: "the teacher",
};
