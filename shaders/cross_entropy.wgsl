// The label-smoothed cross-entropy of each row of logits, and its gradient in their place. One workgroup a row, three passes: the
// maximum, the sums about it, the gradient. A row whose target is padding has no loss and no gradient.
struct Scalars { rows: u32, vocab: u32, smoothing: f32, scale: f32, entropy: f32, padding: u32 }

const PAD = 0u;

@group(0) @binding(0) var<storage, read_write> logits: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> targets: array<i32>;
@group(0) @binding(2) var<storage, read_write> losses: array<f32>;
@group(0) @binding(3) var<uniform> scalars: Scalars;

// The largest value of the workgroup.
fn greatest(value: f32, lane: u32) -> f32 {
  partial[lane] = value;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) { partial[lane] = max(partial[lane], partial[lane + half]); }
    workgroupBarrier();
  }
  let top = partial[0];
  workgroupBarrier();
  return top;
}

@compute @workgroup_size({{lanes}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = group.x + group.y * 65535u;
  if (row >= scalars.rows) { return; }
  let base = row * scalars.vocab;
  let goal = u32(targets[row]);
  let other = scalars.smoothing / f32(scalars.vocab - 2u);
  let factor = select(scalars.scale, 0.0, goal == PAD);

  var largest = -3.4e38;
  for (var i = local.x; i < scalars.vocab; i += LANES) { largest = max(largest, logits[base + i]); }
  let top = greatest(largest, local.x);

  // About the maximum, so that the sums are small and a smoothing of 0 loses no digits.
  let at_goal = logits[base + goal] - top;
  let at_pad = logits[base + PAD] - top;
  var sum = 0.0;
  var powers = 0.0;
  for (var i = local.x; i < scalars.vocab; i += LANES) {
    let z = logits[base + i] - top;
    sum += z;
    powers += exp(z);
  }
  let others = total(sum, local.x) - at_goal - at_pad;
  let mass = total(powers, local.x);

  for (var i = local.x; i < scalars.vocab; i += LANES) {
    let wanted = select(select(other, 1.0 - scalars.smoothing, i == goal), 0.0, i == PAD);
    logits[base + i] = factor * (exp(logits[base + i] - top) / mass - wanted);
  }
  if (local.x == 0u) {
    losses[row] = factor * (scalars.entropy - (1.0 - scalars.smoothing) * at_goal - other * others + log(mass));
  }
}
