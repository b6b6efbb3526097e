// h = leaky_relu(z + share + bias) in the place of z, and h * gate. Row i has share i % shares: one for all places of a sentence, or one
// for each row. One invocation an element. Joined with a text that gives the gate and `scalars`.
struct Scalars { columns: u32, rows: u32, shares: u32, slope: f32 }

@group(0) @binding(0) var<storage, read_write> h: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> share: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> a: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= scalars.columns) { return; }
  let at = id.y * scalars.columns + id.x;
  let z = h[at] + (share[id.y % scalars.shares * scalars.columns + id.x] + bias[id.x]);
  let value = select(z * scalars.slope, z, z > 0.0);
  h[at] = value;
  a[at] = value * gate_at(at);
}
