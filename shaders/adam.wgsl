// One step of Adam on a tensor: its next weights and moments. The text that is joined with this one gives `scalars`, and the factor of all
// gradients; where it is 0 nothing moves, as a gradient is then no number.
struct Scalars { count: u32, row: u32, beta1: f32, beta2: f32, rate: f32, correction: f32, eps: f32, padding: u32 }

@group(0) @binding(0) var<storage, {{input}}> weight: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> gradient: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> moments: array<f32>;
@group(0) @binding(3) var<storage, read_write> next_weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> next_moments: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * scalars.row;
  if (i >= scalars.count) { return; }
  let part = factor();
  if (part == 0.0) {
    next_moments[2u * i] = moments[2u * i];
    next_moments[2u * i + 1u] = moments[2u * i + 1u];
    next_weight[i] = weight[i];
    return;
  }
  let g = part * gradient[i];
  let m = scalars.beta1 * moments[2u * i] + (1.0 - scalars.beta1) * g;
  let v = scalars.beta2 * moments[2u * i + 1u] + (1.0 - scalars.beta2) * g * g;
  next_moments[2u * i] = m;
  next_moments[2u * i + 1u] = v;
  next_weight[i] = weight[i] - scalars.rate * m / (sqrt(v) * scalars.correction + scalars.eps);
}
