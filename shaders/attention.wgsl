// o = dropout(softmax(q · kᵀ / sqrt(HEAD))) · v for one query of one head. No score matrix is kept; a query that sees no
// key gives 0.
@group(0) @binding(0) var<storage, {{input}}> query: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> key_value: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> lengths: array<i32>;
@group(0) @binding(3) var<storage, read_write> o: array<f32>;
@group(0) @binding(4) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let p = place(id.x, scalars.queries);
  if (p.b >= scalars.batch) { return; }
  let log_total = log_sum(p, p.row);
  var sum: array<f32, HEAD>;
  for (var j = 0u; j < visible(p, p.row); j++) {
    let weight = exp(score(q_at(p, p.row), k_at(p, j)) - log_total) * keep(p, p.row, j);
    for (var c = 0u; c < HEAD; c++) { sum[c] += weight * key_value[v_at(p, j) + c]; }
  }
  for (var c = 0u; c < HEAD; c++) { o[o_at(p, p.row) + c] = sum[c]; }
}
