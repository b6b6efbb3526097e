// One step of Adam on the scale and the shift of a norm, in place, from the parts of their gradients. One invocation an element.
struct Scalars {
  count: u32, parts: u32,
  beta1: f32, beta2: f32, rate: f32, correction: f32, eps: f32,
  // Where the gradients begin.
  first: u32,
}

// Behind what is not for here: [parts, 2, count].
@group(0) @binding(0) var<storage, {{input}}> gradients: array<f32>;
@group(0) @binding(1) var<storage, read_write> gamma: array<f32>;
@group(0) @binding(2) var<storage, read_write> gamma_moments: array<f32>;
@group(0) @binding(3) var<storage, read_write> beta: array<f32>;
@group(0) @binding(4) var<storage, read_write> beta_moments: array<f32>;
@group(0) @binding(5) var<uniform> scalars: Scalars;

// The next weight and moments.
fn adam(weight: f32, gradient: f32, old: vec2f) -> vec3f {
  let m = scalars.beta1 * old.x + (1.0 - scalars.beta1) * gradient;
  let v = scalars.beta2 * old.y + (1.0 - scalars.beta2) * gradient * gradient;
  return vec3f(weight - scalars.rate * m / (sqrt(v) * scalars.correction + scalars.eps), m, v);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= scalars.count) { return; }
  var scale = 0.0;
  var shift = 0.0;
  for (var part = 0u; part < scalars.parts; part++) {
    scale += gradients[scalars.first + 2u * part * scalars.count + i];
    shift += gradients[scalars.first + (2u * part + 1u) * scalars.count + i];
  }
  let g = adam(gamma[i], scale, vec2f(gamma_moments[2u * i], gamma_moments[2u * i + 1u]));
  gamma[i] = g.x;
  gamma_moments[2u * i] = g.y;
  gamma_moments[2u * i + 1u] = g.z;
  let b = adam(beta[i], shift, vec2f(beta_moments[2u * i], beta_moments[2u * i + 1u]));
  beta[i] = b.x;
  beta_moments[2u * i] = b.y;
  beta_moments[2u * i + 1u] = b.z;
}
