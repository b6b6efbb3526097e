
// Four neighbours read every row once: each its own of four, and what the others have comes to it by swaps. On a renderer on the CPU
// they are the lanes of one vector, a swap is one instruction, and a read takes some fifty, lane by lane: there this is twice as fast as
// blocks. Four k at a time, so that a sum is not written back to memory for each.

// Sixteen rows of four columns each, left and right, from above.
struct Rows {
  l0: mat4x4f, r0: mat4x4f, l1: mat4x4f, r1: mat4x4f, l2: mat4x4f, r2: mat4x4f, l3: mat4x4f, r3: mat4x4f,
}

fn each_pair_of(z: u32, row: u32, col: u32, slot: u32, rows: Rows) {
  pair(z, row, col, slot, rows.l0, rows.r0);
  pair(z, row + 4u, col, slot + 1u, rows.l1, rows.r1);
  pair(z, row + 8u, col, slot + 2u, rows.l2, rows.r2);
  pair(z, row + 12u, col, slot + 3u, rows.l3, rows.r3);
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
) -> Rows {
  return Rows(
    mat4x4f(l0[0], l1[0], l2[0], l3[0]), mat4x4f(r0[0], r1[0], r2[0], r3[0]),
    mat4x4f(l0[1], l1[1], l2[1], l3[1]), mat4x4f(r0[1], r1[1], r2[1], r3[1]),
    mat4x4f(l0[2], l1[2], l2[2], l3[2]), mat4x4f(r0[2], r1[2], r2[2], r3[2]),
    mat4x4f(l0[3], l1[3], l2[3], l3[3]), mat4x4f(r0[3], r1[3], r2[3], r3[3]),
  );
}

// Where four rows of `a` lie that are an invocation's own of sixteen, and four columns of `b`.
fn own_rows(z: u32, row: u32, own: u32) -> vec4u {
  return vec4u(z / scalars.parts * scalars.a_next) + four(row + 4u * own, scalars.m, scalars.a_row);
}

fn columns_at(z: u32, col: u32) -> vec4u {
  return vec4u(z / scalars.parts * scalars.b_next) + four(col, scalars.n, scalars.b_col);
}

// Of sixteen rows, left and right: four each of what is a neighbour's first row, second, third and fourth.
struct Sums {
  l0: vec4f, l1: vec4f, l2: vec4f, l3: vec4f, l4: vec4f, l5: vec4f, l6: vec4f, l7: vec4f,
  l8: vec4f, l9: vec4f, l10: vec4f, l11: vec4f, l12: vec4f, l13: vec4f, l14: vec4f, l15: vec4f,
  r0: vec4f, r1: vec4f, r2: vec4f, r3: vec4f, r4: vec4f, r5: vec4f, r6: vec4f, r7: vec4f,
  r8: vec4f, r9: vec4f, r10: vec4f, r11: vec4f, r12: vec4f, r13: vec4f, r14: vec4f, r15: vec4f,
}

// Adds four k: of four columns of `b` left and right, and of an invocation's own four rows of `a`.
fn add_products(sums: ptr<function, Sums>, y: mat4x4f, w: mat4x4f, x: mat4x4f) {
  let x0 = x[0];
  (*sums).l0 += y * x0;
  (*sums).r0 += w * x0;
  let x1 = quadSwapX(x[0]);
  (*sums).l1 += y * x1;
  (*sums).r1 += w * x1;
  let x2 = quadSwapY(x[0]);
  (*sums).l2 += y * x2;
  (*sums).r2 += w * x2;
  let x3 = quadSwapDiagonal(x[0]);
  (*sums).l3 += y * x3;
  (*sums).r3 += w * x3;
  let x4 = x[1];
  (*sums).l4 += y * x4;
  (*sums).r4 += w * x4;
  let x5 = quadSwapX(x[1]);
  (*sums).l5 += y * x5;
  (*sums).r5 += w * x5;
  let x6 = quadSwapY(x[1]);
  (*sums).l6 += y * x6;
  (*sums).r6 += w * x6;
  let x7 = quadSwapDiagonal(x[1]);
  (*sums).l7 += y * x7;
  (*sums).r7 += w * x7;
  let x8 = x[2];
  (*sums).l8 += y * x8;
  (*sums).r8 += w * x8;
  let x9 = quadSwapX(x[2]);
  (*sums).l9 += y * x9;
  (*sums).r9 += w * x9;
  let x10 = quadSwapY(x[2]);
  (*sums).l10 += y * x10;
  (*sums).r10 += w * x10;
  let x11 = quadSwapDiagonal(x[2]);
  (*sums).l11 += y * x11;
  (*sums).r11 += w * x11;
  let x12 = x[3];
  (*sums).l12 += y * x12;
  (*sums).r12 += w * x12;
  let x13 = quadSwapX(x[3]);
  (*sums).l13 += y * x13;
  (*sums).r13 += w * x13;
  let x14 = quadSwapY(x[3]);
  (*sums).l14 += y * x14;
  (*sums).r14 += w * x14;
  let x15 = quadSwapDiagonal(x[3]);
  (*sums).l15 += y * x15;
  (*sums).r15 += w * x15;
}

fn rows_of(sums: Sums, own: u32) -> Rows {
  return in_rows(
    in_order(sums.l0, sums.l1, sums.l2, sums.l3, own), in_order(sums.r0, sums.r1, sums.r2, sums.r3, own),
    in_order(sums.l4, sums.l5, sums.l6, sums.l7, own), in_order(sums.r4, sums.r5, sums.r6, sums.r7, own),
    in_order(sums.l8, sums.l9, sums.l10, sums.l11, own), in_order(sums.r8, sums.r9, sums.r10, sums.r11, own),
    in_order(sums.l12, sums.l13, sums.l14, sums.l15, own), in_order(sums.r12, sums.r13, sums.r14, sums.r15, own),
  );
}
