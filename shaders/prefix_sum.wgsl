// Each place's share of a hidden layer turned into what the layer is of the prefix up to it, in its place: with the running sum of the
// shares, (sum - mean * s) / deviation. One invocation a sentence and column.
struct Scalars { places: u32, batch: u32, columns: u32, padding: u32 }

@group(0) @binding(0) var<storage, read_write> shares: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> stats: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> s: array<f32>;
@group(0) @binding(3) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= scalars.columns) { return; }
  var sum = 0.0;
  for (var place = 0u; place < scalars.places; place++) {
    let row = place * scalars.batch + id.y;
    let at = row * scalars.columns + id.x;
    sum += shares[at];
    shares[at] = (sum - stats[2u * row] * s[id.x]) * stats[2u * row + 1u];
  }
}
