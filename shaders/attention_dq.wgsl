// dq for one query of one head, and what the gradients of the keys need of it: the log of its total, and
// delta = sum over keys of weight * dweight. dscore = weight * (dweight - delta).
@group(0) @binding(0) var<storage, {{input}}> query: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> key_value: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> lengths: array<i32>;
@group(0) @binding(3) var<storage, {{input}}> d_o: array<f32>;
@group(0) @binding(4) var<storage, read_write> stats: array<f32>;
@group(0) @binding(5) var<storage, read_write> dq: array<f32>;
@group(0) @binding(6) var<uniform> scalars: Scalars;

fn d_weight(p: Place, i: u32, j: u32) -> f32 {
  var sum = 0.0;
  for (var c = 0u; c < HEAD; c++) { sum += d_o[o_at(p, i) + c] * key_value[v_at(p, j) + c]; }
  return sum * keep(p, i, j);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let p = place(id.x, scalars.queries);
  if (p.b >= scalars.batch) { return; }
  let i = p.row;
  let n = visible(p, i);
  let log_total = log_sum(p, i);
  var delta = 0.0;
  for (var j = 0u; j < n; j++) { delta += exp(score(q_at(p, i), k_at(p, j)) - log_total) * d_weight(p, i, j); }
  var sum: array<f32, HEAD>;
  for (var j = 0u; j < n; j++) {
    let weight = exp(score(q_at(p, i), k_at(p, j)) - log_total);
    let d_score = weight * (d_weight(p, i, j) - delta) * scalars.score_scale;
    for (var c = 0u; c < HEAD; c++) { sum[c] += d_score * key_value[k_at(p, j) + c]; }
  }
  for (var c = 0u; c < HEAD; c++) { dq[o_at(p, i) + c] = sum[c]; }
  stats[2u * id.x] = log_total;
  stats[2u * id.x + 1u] = delta;
}
