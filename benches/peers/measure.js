// How every program is timed; `torch_step.py` and `burn_step.rs` have the same constants.

/** The first steps compile, and are not timed. */
const WARM = 2;
/** The step whose forward pass gives the loss that is compared. */
const AT_LOSS = 5;
const TIMED = 10;
const SECONDS = 10;
/** A step that takes longer, in milliseconds, is not repeated. */
const SLOWEST = 60_000;

/** Runs `step`, which gives the loss of its forward pass once all of its work is done. */
export async function measure(step) {
  const times = [];
  const losses = [];
  let total = 0;
  while (losses.length < AT_LOSS || (times.length < TIMED && total < SECONDS * 1000)) {
    const start = performance.now();
    losses.push(await step());
    const took = performance.now() - start;
    if (losses.length > WARM) {
      times.push(took);
      total += took;
    }
    if (losses.length > 1 && took > SLOWEST) return { slow: took };
  }
  times.sort((a, b) => a - b);
  return { ms: times[times.length >> 1], first_loss: losses[0], loss: losses[AT_LOSS - 1], steps: times.length };
}
