
// What the attention kernels share: where rows lie, which keys a query sees, and the mask of dropout.
// q holds the queries in its first columns; kv holds keys and values in its last 2 · WIDTH columns. For self-attention
// both are the same tensor, [queries | keys | values].
struct Scalars {
  batch: u32, queries: u32, keys: u32, heads: u32, q_stride: u32, kv_stride: u32, causal: u32,
  key0: u32, key1: u32, threshold: u32, first: u32, keep_scale: f32, score_scale: f32,
}

const HEAD = {{head}}u;

// One invocation's place: sentence, head, and row of the query or the key.
struct Place { b: u32, h: u32, row: u32 }

fn place(index: u32, rows: u32) -> Place {
  return Place(index / (rows * scalars.heads), index / rows % scalars.heads, index % rows);
}

fn q_at(p: Place, i: u32) -> u32 { return (p.b * scalars.queries + i) * scalars.q_stride + p.h * HEAD; }
fn k_at(p: Place, j: u32) -> u32 {
  return (p.b * scalars.keys + j) * scalars.kv_stride + scalars.kv_stride - 2u * scalars.heads * HEAD + p.h * HEAD;
}
fn v_at(p: Place, j: u32) -> u32 { return k_at(p, j) + scalars.heads * HEAD; }
fn o_at(p: Place, i: u32) -> u32 { return (p.b * scalars.queries + i) * scalars.heads * HEAD + p.h * HEAD; }

// How many keys, from the first on, query i of a sentence sees.
fn visible(p: Place, i: u32) -> u32 {
  let length = min(u32(lengths[p.b]), scalars.keys);
  return select(length, min(i + 1u, length), scalars.causal != 0u);
}

fn score(q: u32, k: u32) -> f32 {
  var sum = 0.0;
  for (var c = 0u; c < HEAD; c++) { sum += query[q + c] * key_value[k + c]; }
  return sum * scalars.score_scale;
}

fn keep(p: Place, i: u32, j: u32) -> f32 {
  let index = ((p.b * scalars.heads + p.h) * scalars.queries + i) * scalars.keys + j;
  return select(0.0, scalars.keep_scale, draw(scalars.key0, scalars.key1, scalars.first + index) >= scalars.threshold);
}

// The log of the sum of the exponentials of a query's scores; 0 where it sees none.
fn log_sum(p: Place, i: u32) -> f32 {
  let n = visible(p, i);
  var top = -1e30;
  for (var j = 0u; j < n; j++) { top = max(top, score(q_at(p, i), k_at(p, j))); }
  var sum = 0.0;
  for (var j = 0u; j < n; j++) { sum += exp(score(q_at(p, i), k_at(p, j)) - top); }
  return select(0.0, top + log(sum), n > 0u);
}
