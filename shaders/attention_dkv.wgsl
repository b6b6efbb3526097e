// dk and dv for one key of one head: sums over the queries that see it, in order. The rows of dkv are [dk | dv].
@group(0) @binding(0) var<storage, {{input}}> query: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> key_value: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> lengths: array<i32>;
@group(0) @binding(3) var<storage, {{input}}> d_o: array<f32>;
@group(0) @binding(4) var<storage, {{input}}> stats: array<f32>;
@group(0) @binding(5) var<storage, read_write> dkv: array<f32>;
@group(0) @binding(6) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let p = place(id.x, scalars.keys);
  if (p.b >= scalars.batch) { return; }
  let j = p.row;
  var dk: array<f32, HEAD>;
  var dv: array<f32, HEAD>;
  for (var i = 0u; i < scalars.queries; i++) {
    if (j >= visible(p, i)) { continue; }
    let at = 2u * ((p.b * scalars.heads + p.h) * scalars.queries + i);
    let weight = exp(score(q_at(p, i), k_at(p, j)) - stats[at]);
    let kept = keep(p, i, j);
    var d_weight = 0.0;
    for (var c = 0u; c < HEAD; c++) { d_weight += d_o[o_at(p, i) + c] * key_value[v_at(p, j) + c]; }
    let d_score = weight * (d_weight * kept - stats[at + 1u]) * scalars.score_scale;
    for (var c = 0u; c < HEAD; c++) {
      dk[c] += d_score * query[q_at(p, i) + c];
      dv[c] += weight * kept * d_o[o_at(p, i) + c];
    }
  }
  let base = (p.b * scalars.keys + j) * 2u * scalars.heads * HEAD + p.h * HEAD;
  for (var c = 0u; c < HEAD; c++) {
    dkv[base + c] = dk[c];
    dkv[base + scalars.heads * HEAD + c] = dv[c];
  }
}
