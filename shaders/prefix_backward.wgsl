// The gradient of each prefix turned into that of each place's share, in its place: the sum over this and all later places of gradient
// / deviation. And for each sentence the sums of -mean * gradient / deviation and of the gradient. One invocation a sentence and column.
struct Scalars { places: u32, batch: u32, columns: u32, padding: u32 }

@group(0) @binding(0) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> stats: array<f32>;
// [batch, 2, columns]
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= scalars.columns) { return; }
  var later = 0.0;
  var more = 0.0;
  var plain = 0.0;
  for (var place = scalars.places; place > 0u; place--) {
    let row = (place - 1u) * scalars.batch + id.y;
    let at = row * scalars.columns + id.x;
    let dz = gradients[at];
    let scaled = stats[2u * row + 1u] * dz;
    more -= stats[2u * row] * scaled;
    plain += dz;
    later += scaled;
    gradients[at] = later;
  }
  sums[2u * id.y * scalars.columns + id.x] = more;
  sums[(2u * id.y + 1u) * scalars.columns + id.x] = plain;
}
