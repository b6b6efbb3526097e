// From the gradient of h times the gate that before the leaky ReLU, in the place of h, and that of the gate, in its place behind h; sums
// what comes to each share. One invocation an element of the shares.
struct Scalars { columns: u32, rows: u32, shares: u32, slope: f32 }

@group(0) @binding(0) var<storage, {{input}}> da: array<f32>;
@group(0) @binding(1) var<storage, read_write> h: array<f32>;
@group(0) @binding(2) var<storage, read_write> d_share: array<f32>;
@group(0) @binding(3) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= scalars.columns) { return; }
  var sum = 0.0;
  for (var row = id.y; row < scalars.rows; row += scalars.shares) {
    let at = row * scalars.columns + id.x;
    let value = h[at];
    var dh = da[at];
    if ({{gated}} == 1) {
      let behind = at + scalars.rows * scalars.columns;
      let gate = h[behind];
      h[behind] = dh * value;
      dh *= gate;
    }
    let before = select(dh * scalars.slope, dh, value > 0.0);
    h[at] = before;
    sum += before;
  }
  d_share[id.y * scalars.columns + id.x] = sum;
}
