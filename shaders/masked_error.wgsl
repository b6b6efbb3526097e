// Turns answers without their bias into the gradient of scale * sum (answer - target)², in their place, 0 behind a sentence's end; and
// the sum over the row. One workgroup a row, which is a sentence, or one place of it: the first places of all sentences come first.
// The rows of each net have its bias, of which `next` values are from one to the next, and so many features of each token as their goal.
struct Scalars { width: u32, columns: u32, features: u32, batch: u32, scale: f32, nets: u32, rows: u32, next: u32 }

@group(0) @binding(0) var<storage, read_write> dy: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> bias: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> goal: array<f32>;
@group(0) @binding(3) var<storage, {{input}}> lengths: array<i32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<uniform> scalars: Scalars;

@compute @workgroup_size({{lanes}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let net = group.x / scalars.rows;
  let row = group.x % scalars.rows;
  let sentence = row % scalars.batch;
  let first = row / scalars.batch * scalars.width;
  let filled = min(scalars.columns / scalars.nets, u32(lengths[sentence]) * scalars.features);
  let own = group.x * scalars.width;
  let end = min(scalars.width, filled - min(filled, first));
  var squares = 0.0;
  for (var i = local.x; i < scalars.width; i += LANES) {
    var error = 0.0;
    if (i < end) {
      // Which of the net's own values it is, and where that is among those of all nets.
      let value = first + i;
      let token = value / scalars.features;
      let at = (token * scalars.nets + net) * scalars.features + value % scalars.features;
      error = dy[own + i] + bias[net * scalars.next + i] - goal[sentence * scalars.columns + at];
    }
    squares += error * error;
    dy[own + i] = 2.0 * scalars.scale * error;
  }
  let sum = total(squares, local.x);
  if (local.x == 0u) { losses[group.x] = scalars.scale * sum; }
}
