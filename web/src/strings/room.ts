/** What is said of memory that a run would need and does not get; the sentence that all read stands with the other stops. */
import { whole } from "../lib/format.ts";

export const room = {
  none: (bytes: number, largest: number, room: number) =>
    `tried before the first step: ${whole(bytes)} bytes are needed, the largest buffer has ${whole(largest)}; there was room for ${whole(room)}`,
  tooLarge: (bytes: number, allowed: number) => `the run needs one buffer of ${whole(bytes)} bytes; this GPU allows ${whole(allowed)}. A smaller batch or vocabulary needs less`,
};
