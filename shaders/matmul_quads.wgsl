
// Four neighbours read every row once: each its own of four, and what the others have comes to it by swaps. On a renderer on the CPU
// they are the lanes of one vector, a swap is one instruction, and a read takes some fifty, lane by lane: there this is twice as fast as
// blocks. Four k at a time, so that a sum is not written back to memory for each.
const HEIGHT = 16u;

// Four rows of four columns each, left and right, from above.
struct Tile {
  l0: mat4x4f, r0: mat4x4f, l1: mat4x4f, r1: mat4x4f, l2: mat4x4f, r2: mat4x4f, l3: mat4x4f, r3: mat4x4f,
}

fn each_pair(z: u32, row: u32, col: u32, lane: u32, tile: Tile) {
  pair(z, row, col, 4u * lane, tile.l0, tile.r0);
  pair(z, row + 4u, col, 4u * lane + 1u, tile.l1, tile.r1);
  pair(z, row + 8u, col, 4u * lane + 2u, tile.l2, tile.r2);
  pair(z, row + 12u, col, 4u * lane + 3u, tile.l3, tile.r3);
}

// The rows of one of four neighbours, which has them as the swaps gave them: first its own, last the one across.
fn in_order(c0: vec4f, c1: vec4f, c2: vec4f, c3: vec4f, own: u32) -> mat4x4f {
  let odd = (own & 1u) == 1u;
  let high = own > 1u;
  let e0 = select(c0, c1, odd);
  let e1 = select(c1, c0, odd);
  let e2 = select(c2, c3, odd);
  let e3 = select(c3, c2, odd);
  return mat4x4f(select(e0, e2, high), select(e1, e3, high), select(e2, e0, high), select(e3, e1, high));
}

// From what is each neighbour's first row, second, third and fourth.
fn in_rows(
  l0: mat4x4f, r0: mat4x4f, l1: mat4x4f, r1: mat4x4f, l2: mat4x4f, r2: mat4x4f, l3: mat4x4f, r3: mat4x4f,
) -> Tile {
  return Tile(
    mat4x4f(l0[0], l1[0], l2[0], l3[0]), mat4x4f(r0[0], r1[0], r2[0], r3[0]),
    mat4x4f(l0[1], l1[1], l2[1], l3[1]), mat4x4f(r0[1], r1[1], r2[1], r3[1]),
    mat4x4f(l0[2], l1[2], l2[2], l3[2]), mat4x4f(r0[2], r1[2], r2[2], r3[2]),
    mat4x4f(l0[3], l1[3], l2[3], l3[3]), mat4x4f(r0[3], r1[3], r2[3], r3[3]),
  );
}

fn multiply(z: u32, row: u32, col: u32, lane: u32) -> Tile {
  let own = lane % 4u;
  let batch = z / scalars.parts;
  let rows = vec4u(batch * scalars.a_next) + four(row + 4u * own, scalars.m, scalars.a_row);
  let left = vec4u(batch * scalars.b_next) + four(col, scalars.n, scalars.b_col);
  let right = vec4u(batch * scalars.b_next) + four(col + 4u, scalars.n, scalars.b_col);
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
  var l8 = vec4f();
  var r8 = vec4f();
  var l9 = vec4f();
  var r9 = vec4f();
  var l10 = vec4f();
  var r10 = vec4f();
  var l11 = vec4f();
  var r11 = vec4f();
  var l12 = vec4f();
  var r12 = vec4f();
  var l13 = vec4f();
  var r13 = vec4f();
  var l14 = vec4f();
  var r14 = vec4f();
  var l15 = vec4f();
  var r15 = vec4f();
  // Read once: on a renderer on the CPU a value of the uniform takes as long as one of a matrix.
  let a_col = scalars.a_col;
  let b_row = scalars.b_row;
  let span = range(z);
  for (var k = span.x; k < span.y; k += 4u) {
    let y = rows_of_b(left, b_row, k, span.y);
    let w = rows_of_b(right, b_row, k, span.y);
    let x = rows_of_a(rows, a_col, k, span.y);
    let x0 = x[0];
    l0 += y * x0;
    r0 += w * x0;
    let x01 = quadSwapX(x0);
    l1 += y * x01;
    r1 += w * x01;
    let x02 = quadSwapY(x0);
    l2 += y * x02;
    r2 += w * x02;
    let x03 = quadSwapDiagonal(x0);
    l3 += y * x03;
    r3 += w * x03;
    let x1 = x[1];
    l4 += y * x1;
    r4 += w * x1;
    let x11 = quadSwapX(x1);
    l5 += y * x11;
    r5 += w * x11;
    let x12 = quadSwapY(x1);
    l6 += y * x12;
    r6 += w * x12;
    let x13 = quadSwapDiagonal(x1);
    l7 += y * x13;
    r7 += w * x13;
    let x2 = x[2];
    l8 += y * x2;
    r8 += w * x2;
    let x21 = quadSwapX(x2);
    l9 += y * x21;
    r9 += w * x21;
    let x22 = quadSwapY(x2);
    l10 += y * x22;
    r10 += w * x22;
    let x23 = quadSwapDiagonal(x2);
    l11 += y * x23;
    r11 += w * x23;
    let x3 = x[3];
    l12 += y * x3;
    r12 += w * x3;
    let x31 = quadSwapX(x3);
    l13 += y * x31;
    r13 += w * x31;
    let x32 = quadSwapY(x3);
    l14 += y * x32;
    r14 += w * x32;
    let x33 = quadSwapDiagonal(x3);
    l15 += y * x33;
    r15 += w * x33;
  }
  return in_rows(
    in_order(l0, l1, l2, l3, own), in_order(r0, r1, r2, r3, own),
    in_order(l4, l5, l6, l7, own), in_order(r4, r5, r6, r7, own),
    in_order(l8, l9, l10, l11, own), in_order(r8, r9, r10, r11, own),
    in_order(l12, l13, l14, l15, own), in_order(r12, r13, r14, r15, own),
  );
}
