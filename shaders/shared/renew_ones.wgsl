
// A matrix and its moments value by value: of four columns from `col` on, those that there are.
@group(0) @binding(2) var<storage, read_write> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> moments: array<vec2f>;

fn old_weights(at: u32, col: u32) -> vec4f {
  let i = at - col + four(col, scalars.n, 1u);
  return vec4f(weight[i.x], weight[i.y], weight[i.z], weight[i.w]);
}

// One step on those whose first is at `at`, and whose first pair of moments is at `pairs`.
fn renew_four(at: u32, pairs: u32, col: u32, old: vec4f, gradient: vec4f) {
  let i = pairs - col + four(col, scalars.n, 1u);
  let first = moments[i.x];
  let second = moments[i.y];
  let third = moments[i.z];
  let fourth = moments[i.w];
  let before = mat2x4f(vec4f(first.x, second.x, third.x, fourth.x), vec4f(first.y, second.y, third.y, fourth.y));
  let moved = moved_moments(before, gradient);
  let weights = moved_weights(old, moved);
  keep(at, pairs, col, weights.x, vec2f(moved[0].x, moved[1].x));
  keep(at + 1u, pairs + 1u, col + 1u, weights.y, vec2f(moved[0].y, moved[1].y));
  keep(at + 2u, pairs + 2u, col + 2u, weights.z, vec2f(moved[0].z, moved[1].z));
  keep(at + 3u, pairs + 3u, col + 3u, weights.w, vec2f(moved[0].w, moved[1].w));
}

fn keep(at: u32, pair: u32, col: u32, value: f32, moved: vec2f) {
  if (col >= scalars.n) { return; }
  moments[pair] = moved;
  weight[at] = value;
}

// Zero where there is no column.
fn there(values: vec4f, col: u32) -> vec4f {
  return select(vec4f(), values, vec4u(col) + vec4u(0, 1, 2, 3) < vec4u(scalars.n));
}
