
// Adam's step, for the texts that change a matrix where its gradient is in registers. Each invocation reads it once: on a renderer on the
// CPU a value of the uniform takes as long as one of a matrix.
struct Adam { beta1: f32, beta2: f32, rate: f32, correction: f32, eps: f32 }
var<private> adam: Adam;

fn read_adam() {
  adam = Adam(scalars.beta1, scalars.beta2, scalars.rate, scalars.correction, scalars.eps);
}

// The moments of four values: the first ones, then the second ones.
fn moved_moments(before: mat2x4f, gradient: vec4f) -> mat2x4f {
  let m = adam.beta1 * before[0] + (1.0 - adam.beta1) * gradient;
  let v = adam.beta2 * before[1] + (1.0 - adam.beta2) * gradient * gradient;
  return mat2x4f(m, v);
}

fn moved_weights(old: vec4f, moments: mat2x4f) -> vec4f {
  return old - adam.rate * moments[0] / (sqrt(moments[1]) * adam.correction + adam.eps);
}
