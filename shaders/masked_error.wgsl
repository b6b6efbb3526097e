// Turns answers without their bias into the gradient of scale * sum (answer - target)², in their place, 0 behind a sentence's end; and
// the sum over the row. One workgroup a row, which is a sentence, or one place of it: the first places of all sentences come first.
struct Scalars { width: u32, columns: u32, features: u32, batch: u32, scale: f32, padding: u32 }

@group(0) @binding(0) var<storage, read_write> dy: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> bias: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> goal: array<f32>;
@group(0) @binding(3) var<storage, {{input}}> lengths: array<i32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(5) var<uniform> scalars: Scalars;

@compute @workgroup_size({{lanes}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = group.x;
  let sentence = row % scalars.batch;
  let first = row / scalars.batch * scalars.width;
  let filled = min(scalars.columns, u32(lengths[sentence]) * scalars.features);
  let end = min(scalars.width, filled - min(filled, first));
  var squares = 0.0;
  for (var i = local.x; i < scalars.width; i += LANES) {
    var error = 0.0;
    if (i < end) { error = dy[row * scalars.width + i] + bias[i] - goal[sentence * scalars.columns + first + i]; }
    squares += error * error;
    dy[row * scalars.width + i] = 2.0 * scalars.scale * error;
  }
  let sum = total(squares, local.x);
  if (local.x == 0u) { losses[row] = scalars.scale * sum; }
}
