// h = leaky_relu(z + share + bias) in the place of z, and h times the gate. Row i has share i % shares: one for all places of a sentence,
// or one for each row. What the gate is without its bias lies behind z. One invocation an element.
struct Scalars { columns: u32, rows: u32, shares: u32, slope: f32 }

@group(0) @binding(0) var<storage, read_write> h: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> share: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> bias: array<f32>;
@group(0) @binding(3) var<storage, {{input}}> query_bias: array<f32>;
@group(0) @binding(4) var<storage, {{input}}> gate_bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> a: array<f32>;
@group(0) @binding(6) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= scalars.columns) { return; }
  let at = id.y * scalars.columns + id.x;
  let own = h[at] + query_bias[id.x];
  let z = own + (share[id.y % scalars.shares * scalars.columns + id.x] + bias[id.x]);
  var value = select(z * scalars.slope, z, z > 0.0);
  h[at] = value;
  // Read in any case, so that the binding is there.
  let shift = gate_bias[id.x];
  if ({{gated}} == 1) {
    let behind = at + scalars.rows * scalars.columns;
    let gate = h[behind] + shift;
    h[behind] = gate;
    value *= gate;
  }
  a[at] = value;
}
