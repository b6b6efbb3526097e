// Turns the scores of a query into their gradient of the loss, in their place: softmax over what the query sees, the values weighed by
// it, their error, and back. With o what a head gives and g its gradient, that of a score is weight * (g · value - g · o). One
// invocation a head of a query; the first places of all sentences come first.
struct Scalars { rows: u32, batch: u32, heads: u32, places: u32, length: u32, causal: u32, scale: f32, padding: u32 }

const HEAD = {{head}}u;

@group(0) @binding(0) var<storage, read_write> scores: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> bias: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> values: array<f32>;
// Tokens of the sources, and below those of the queries.
@group(0) @binding(3) var<storage, {{input}}> seen: array<i32>;
@group(0) @binding(4) var<storage, {{input}}> goal: array<f32>;
@group(0) @binding(5) var<storage, {{input}}> asked: array<i32>;
@group(0) @binding(6) var<storage, read_write> losses: array<f32>;
@group(0) @binding(7) var<uniform> scalars: Scalars;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x / scalars.heads;
  let head = id.x % scalars.heads;
  if (row >= scalars.rows) { return; }
  let sentence = row % scalars.batch;
  let place = row / scalars.batch;
  let there = place < u32(asked[sentence]);
  let length = min(u32(seen[sentence]), scalars.length);
  let before = select(length, min(place + 1u, length), scalars.causal != 0u);
  let visible = select(0u, before, there);
  let at = id.x * scalars.places;
  let column = head * HEAD;
  let width = scalars.heads * HEAD;
  let value_at = sentence * scalars.length * width + column;

  var top = -1e30;
  for (var j = 0u; j < visible; j++) {
    let score = scores[at + j] + bias[head * scalars.places + j];
    scores[at + j] = score;
    top = max(top, score);
  }
  var total = 0.0;
  for (var j = 0u; j < visible; j++) {
    let power = exp(scores[at + j] - top);
    scores[at + j] = power;
    total += power;
  }
  var mixed: array<f32, HEAD>;
  for (var j = 0u; j < visible; j++) {
    let weight = scores[at + j] / total;
    scores[at + j] = weight;
    for (var c = 0u; c < HEAD; c++) { mixed[c] += weight * values[value_at + j * width + c]; }
  }

  var squares = 0.0;
  var delta = 0.0;
  if (there) {
    let goal_at = (sentence * (scalars.rows / scalars.batch) + place) * width + column;
    for (var c = 0u; c < HEAD; c++) {
      let error = mixed[c] - goal[goal_at + c];
      let gradient = 2.0 * scalars.scale * error;
      squares += error * error;
      delta += gradient * mixed[c];
      mixed[c] = gradient;
    }
  }
  for (var j = 0u; j < visible; j++) {
    var slope = 0.0;
    for (var c = 0u; c < HEAD; c++) { slope += mixed[c] * values[value_at + j * width + c]; }
    scores[at + j] *= slope - delta;
  }
  for (var j = visible; j < scalars.places; j++) { scores[at + j] = 0.0; }
  losses[id.x] = scalars.scale * squares;
}
