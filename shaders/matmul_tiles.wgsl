
// The invocations of a workgroup read {{stride}} of k at a time for all of their {{rows}} x {{columns}} outputs into shared memory, and
// into registers what comes next, while they compute. A slot holds four rows of one k, and one slot a k is left empty, so that
// neighbours write to different banks. The sums are vectors with names: an array or a matrix of them costs half the speed.
const ROW_SLOTS = {{rows}}u / 4u;
const COL_SLOTS = {{columns}}u / 4u;
const STRIDE = {{stride}}u;
const THREADS = {{across}}u * {{down}}u;
// Slots that each invocation fills.
const A_SLOTS = STRIDE * ROW_SLOTS / THREADS;
const B_SLOTS = STRIDE * COL_SLOTS / THREADS;
var<workgroup> a_tile: array<vec4f, {{stride}} * ({{rows}} / 4 + 1)>;
var<workgroup> b_tile: array<vec4f, {{stride}} * ({{columns}} / 4 + 1)>;

// k and the first four rows of a slot, so that neighbours read neighbours.
fn slot_a(slot: u32) -> vec2u {
  if ({{a_along_k}} == 1) { return vec2u(slot % STRIDE, slot / STRIDE); }
  return vec2u(slot / ROW_SLOTS, slot % ROW_SLOTS);
}
fn slot_b(slot: u32) -> vec2u {
  if ({{b_along_k}} == 1) { return vec2u(slot % STRIDE, slot / STRIDE); }
  return vec2u(slot / COL_SLOTS, slot % COL_SLOTS);
}

// What belongs in a slot: `start` is where the matrix begins and the first row of the tile, `span` the k to come and the end of the sum.
fn read_a(slot: u32, start: vec2u, span: vec2u) -> vec4f {
  let at = slot_a(slot);
  let k = span.x + at.x;
  let rows = vec4u(start.x) + four(start.y + 4u * at.y, scalars.m, scalars.a_row);
  return select(vec4f(), load_a(rows, min(k, scalars.k - 1u) * scalars.a_col), k < span.y);
}
fn read_b(slot: u32, start: vec2u, span: vec2u) -> vec4f {
  let at = slot_b(slot);
  let k = span.x + at.x;
  let cols = vec4u(start.x) + four(start.y + 4u * at.y, scalars.n, scalars.b_col);
  return select(vec4f(), load_b(cols, min(k, scalars.k - 1u) * scalars.b_row), k < span.y);
}
fn write_a(slot: u32, value: vec4f) {
  let at = slot_a(slot);
  a_tile[at.x * (ROW_SLOTS + 1u) + at.y] = value;
}
fn write_b(slot: u32, value: vec4f) {
  let at = slot_b(slot);
  b_tile[at.x * (COL_SLOTS + 1u) + at.y] = value;
}

fn multiply(z: u32, row: u32, col: u32, lane: u32) -> Tile {
  let across = lane % {{across}}u;
  let down = lane / {{across}}u;
  let batch = z / scalars.parts;
  let a_start = vec2u(batch * scalars.a_next, row - 8u * down);
  let b_start = vec2u(batch * scalars.b_next, col - 8u * across);
  var span = range(z);
  var l0 = vec4f();
  var r0 = vec4f();
  var l1 = vec4f();
  var r1 = vec4f();
  var l2 = vec4f();
  var r2 = vec4f();
  var l3 = vec4f();
  var r3 = vec4f();
  var l4 = vec4f();
  var r4 = vec4f();
  var l5 = vec4f();
  var r5 = vec4f();
  var l6 = vec4f();
  var r6 = vec4f();
  var l7 = vec4f();
  var r7 = vec4f();
  // What comes next.
  var p0 = vec4f();
  var q0 = vec4f();
  var p1 = vec4f();
  var q1 = vec4f();
  var p2 = vec4f();
  var q2 = vec4f();
  var p3 = vec4f();
  var q3 = vec4f();
  var p4 = vec4f();
  var q4 = vec4f();
  var p5 = vec4f();
  var q5 = vec4f();
  var p6 = vec4f();
  var q6 = vec4f();
  var p7 = vec4f();
  var q7 = vec4f();
  if (0u < A_SLOTS) { p0 = read_a(lane + 0u * THREADS, a_start, span); }
  if (1u < A_SLOTS) { p1 = read_a(lane + 1u * THREADS, a_start, span); }
  if (2u < A_SLOTS) { p2 = read_a(lane + 2u * THREADS, a_start, span); }
  if (3u < A_SLOTS) { p3 = read_a(lane + 3u * THREADS, a_start, span); }
  if (4u < A_SLOTS) { p4 = read_a(lane + 4u * THREADS, a_start, span); }
  if (5u < A_SLOTS) { p5 = read_a(lane + 5u * THREADS, a_start, span); }
  if (6u < A_SLOTS) { p6 = read_a(lane + 6u * THREADS, a_start, span); }
  if (7u < A_SLOTS) { p7 = read_a(lane + 7u * THREADS, a_start, span); }
  if (0u < B_SLOTS) { q0 = read_b(lane + 0u * THREADS, b_start, span); }
  if (1u < B_SLOTS) { q1 = read_b(lane + 1u * THREADS, b_start, span); }
  if (2u < B_SLOTS) { q2 = read_b(lane + 2u * THREADS, b_start, span); }
  if (3u < B_SLOTS) { q3 = read_b(lane + 3u * THREADS, b_start, span); }
  if (4u < B_SLOTS) { q4 = read_b(lane + 4u * THREADS, b_start, span); }
  if (5u < B_SLOTS) { q5 = read_b(lane + 5u * THREADS, b_start, span); }
  if (6u < B_SLOTS) { q6 = read_b(lane + 6u * THREADS, b_start, span); }
  if (7u < B_SLOTS) { q7 = read_b(lane + 7u * THREADS, b_start, span); }
  while (span.x < span.y) {
    if (0u < A_SLOTS) { write_a(lane + 0u * THREADS, p0); }
    if (1u < A_SLOTS) { write_a(lane + 1u * THREADS, p1); }
    if (2u < A_SLOTS) { write_a(lane + 2u * THREADS, p2); }
    if (3u < A_SLOTS) { write_a(lane + 3u * THREADS, p3); }
    if (4u < A_SLOTS) { write_a(lane + 4u * THREADS, p4); }
    if (5u < A_SLOTS) { write_a(lane + 5u * THREADS, p5); }
    if (6u < A_SLOTS) { write_a(lane + 6u * THREADS, p6); }
    if (7u < A_SLOTS) { write_a(lane + 7u * THREADS, p7); }
    if (0u < B_SLOTS) { write_b(lane + 0u * THREADS, q0); }
    if (1u < B_SLOTS) { write_b(lane + 1u * THREADS, q1); }
    if (2u < B_SLOTS) { write_b(lane + 2u * THREADS, q2); }
    if (3u < B_SLOTS) { write_b(lane + 3u * THREADS, q3); }
    if (4u < B_SLOTS) { write_b(lane + 4u * THREADS, q4); }
    if (5u < B_SLOTS) { write_b(lane + 5u * THREADS, q5); }
    if (6u < B_SLOTS) { write_b(lane + 6u * THREADS, q6); }
    if (7u < B_SLOTS) { write_b(lane + 7u * THREADS, q7); }
    workgroupBarrier();
    span.x += STRIDE;
    if (0u < A_SLOTS) { p0 = read_a(lane + 0u * THREADS, a_start, span); }
    if (1u < A_SLOTS) { p1 = read_a(lane + 1u * THREADS, a_start, span); }
    if (2u < A_SLOTS) { p2 = read_a(lane + 2u * THREADS, a_start, span); }
    if (3u < A_SLOTS) { p3 = read_a(lane + 3u * THREADS, a_start, span); }
    if (4u < A_SLOTS) { p4 = read_a(lane + 4u * THREADS, a_start, span); }
    if (5u < A_SLOTS) { p5 = read_a(lane + 5u * THREADS, a_start, span); }
    if (6u < A_SLOTS) { p6 = read_a(lane + 6u * THREADS, a_start, span); }
    if (7u < A_SLOTS) { p7 = read_a(lane + 7u * THREADS, a_start, span); }
    if (0u < B_SLOTS) { q0 = read_b(lane + 0u * THREADS, b_start, span); }
    if (1u < B_SLOTS) { q1 = read_b(lane + 1u * THREADS, b_start, span); }
    if (2u < B_SLOTS) { q2 = read_b(lane + 2u * THREADS, b_start, span); }
    if (3u < B_SLOTS) { q3 = read_b(lane + 3u * THREADS, b_start, span); }
    if (4u < B_SLOTS) { q4 = read_b(lane + 4u * THREADS, b_start, span); }
    if (5u < B_SLOTS) { q5 = read_b(lane + 5u * THREADS, b_start, span); }
    if (6u < B_SLOTS) { q6 = read_b(lane + 6u * THREADS, b_start, span); }
    if (7u < B_SLOTS) { q7 = read_b(lane + 7u * THREADS, b_start, span); }
    for (var k = 0u; k < STRIDE; k++) {
      let x0 = a_tile[k * (ROW_SLOTS + 1u) + 2u * down];
      let x1 = a_tile[k * (ROW_SLOTS + 1u) + 2u * down + 1u];
      let y0 = b_tile[k * (COL_SLOTS + 1u) + 2u * across];
      let y1 = b_tile[k * (COL_SLOTS + 1u) + 2u * across + 1u];
      l0 = fma(vec4f(x0.x), y0, l0);
      r0 = fma(vec4f(x0.x), y1, r0);
      l1 = fma(vec4f(x0.y), y0, l1);
      r1 = fma(vec4f(x0.y), y1, r1);
      l2 = fma(vec4f(x0.z), y0, l2);
      r2 = fma(vec4f(x0.z), y1, r2);
      l3 = fma(vec4f(x0.w), y0, l3);
      r3 = fma(vec4f(x0.w), y1, r3);
      l4 = fma(vec4f(x1.x), y0, l4);
      r4 = fma(vec4f(x1.x), y1, r4);
      l5 = fma(vec4f(x1.y), y0, l5);
      r5 = fma(vec4f(x1.y), y1, r5);
      l6 = fma(vec4f(x1.z), y0, l6);
      r6 = fma(vec4f(x1.z), y1, r6);
      l7 = fma(vec4f(x1.w), y0, l7);
      r7 = fma(vec4f(x1.w), y1, r7);
    }
    workgroupBarrier();
  }
  return Tile(
    mat4x4f(l0, l1, l2, l3), mat4x4f(r0, r1, r2, r3),
    mat4x4f(l4, l5, l6, l7), mat4x4f(r4, r5, r6, r7),
  );
}
