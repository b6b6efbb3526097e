
// Each invocation reads all it needs itself: no barriers, no shared memory.
fn multiply(z: u32, row: u32, col: u32, lane: u32) -> Tile {
  var tile = Tile();
  if (row >= scalars.m || col >= scalars.n) { return tile; }
  let batch = z / scalars.parts;
  let a0 = vec4u(batch * scalars.a_next) + four(row, scalars.m, scalars.a_row);
  let a1 = vec4u(batch * scalars.a_next) + four(row + 4u, scalars.m, scalars.a_row);
  let b0 = vec4u(batch * scalars.b_next) + four(col, scalars.n, scalars.b_col);
  let b1 = vec4u(batch * scalars.b_next) + four(col + 4u, scalars.n, scalars.b_col);
  var c00 = mat4x4f();
  var c01 = mat4x4f();
  var c10 = mat4x4f();
  var c11 = mat4x4f();
  let span = range(z);
  for (var k = span.x; k < span.y; k++) {
    let x0 = load_a(a0, k * scalars.a_col);
    let x1 = load_a(a1, k * scalars.a_col);
    let y0 = load_b(b0, k * scalars.b_row);
    let y1 = load_b(b1, k * scalars.b_row);
    c00 += outer(x0, y0);
    c01 += outer(x0, y1);
    c10 += outer(x1, y0);
    c11 += outer(x1, y1);
  }
  tile.c00 = c00;
  tile.c01 = c01;
  tile.c10 = c10;
  tile.c11 = c11;
  return tile;
}
