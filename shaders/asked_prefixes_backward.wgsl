// asked_backward where each row has a share of its own, that of the prefix up to it, and prefix_backward on these: the gradients of the
// places' shares come in the place of that of h times the gate. One invocation a sentence and column.
struct Scalars { columns: u32, rows: u32, batch: u32, slope: f32 }

@group(0) @binding(0) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(1) var<storage, read_write> h: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> stats: array<f32>;
// [batch, 2, columns]
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
@group(0) @binding(4) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= scalars.columns) { return; }
  var later = 0.0;
  var more = 0.0;
  var plain = 0.0;
  for (var place = scalars.rows / scalars.batch; place > 0u; place--) {
    let row = (place - 1u) * scalars.batch + id.y;
    let at = row * scalars.columns + id.x;
    let value = h[at];
    var dh = gradients[at];
    if ({{gated}} == 1) {
      let behind = at + scalars.rows * scalars.columns;
      let gate = h[behind];
      h[behind] = dh * value;
      dh *= gate;
    }
    let dz = select(dh * scalars.slope, dh, value > 0.0);
    h[at] = dz;
    let scaled = stats[2u * row + 1u] * dz;
    more -= stats[2u * row] * scaled;
    plain += dz;
    later += scaled;
    gradients[at] = later;
  }
  sums[2u * id.y * scalars.columns + id.x] = more;
  sums[(2u * id.y + 1u) * scalars.columns + id.x] = plain;
}
