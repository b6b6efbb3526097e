// One step of Adam on biases, scales and shifts that lie in one buffer, in place, from the parts of their gradients. One invocation an
// element; each begins at a multiple of the workgroup's size, so that a workgroup has elements of one alone.
//
// Two entries of the table each: where it begins, its elements, where its moments begin; where its gradient begins, how many parts that
// has, and how far one is from the next.
struct Scalars {
  beta1: f32, beta2: f32, rate: f32, correction: f32, eps: f32,
  padding0: u32, padding1: u32, padding2: u32,
  table: array<vec4u, {{entries}}>,
}

@group(0) @binding(0) var<storage, {{input}}> gradients: array<f32>;
@group(0) @binding(1) var<storage, read_write> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> moments: array<f32>;
@group(0) @binding(3) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var entry = 0u;
  while (entry + 2u < {{entries}}u && scalars.table[entry + 2u].x <= id.x) { entry += 2u; }
  let place = scalars.table[entry];
  let parts = scalars.table[entry + 1u];
  let i = id.x - place.x;
  if (i >= place.y) { return; }
  var gradient = 0.0;
  for (var part = 0u; part < parts.y; part++) { gradient += gradients[parts.x + part * parts.z + i]; }
  let at = place.z + 2u * i;
  let m = scalars.beta1 * moments[at] + (1.0 - scalars.beta1) * gradient;
  let v = scalars.beta2 * moments[at + 1u] + (1.0 - scalars.beta2) * gradient * gradient;
  moments[at] = m;
  moments[at + 1u] = v;
  values[id.x] -= scalars.rate * m / (sqrt(v) * scalars.correction + scalars.eps);
}
