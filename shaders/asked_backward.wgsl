// Turns the gradient of h * gate into that before the leaky ReLU, in its place, and the gate into its own; sums what comes to each share.
// One invocation an element of the shares. Joined with a text that gives the gate and `scalars`.
struct Scalars { columns: u32, rows: u32, shares: u32, slope: f32 }

@group(0) @binding(0) var<storage, read_write> dz: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> h: array<f32>;
@group(0) @binding(2) var<storage, read_write> d_share: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= scalars.columns) { return; }
  var sum = 0.0;
  for (var row = id.y; row < scalars.rows; row += scalars.shares) {
    let at = row * scalars.columns + id.x;
    let behind = dz[at];
    let dh = behind * gate_at(at);
    set_gate(at, behind * h[at]);
    let before = select(dh * scalars.slope, dh, h[at] > 0.0);
    dz[at] = before;
    sum += before;
  }
  d_share[id.y * scalars.columns + id.x] = sum;
}
