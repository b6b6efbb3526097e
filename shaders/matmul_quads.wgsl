
const HEIGHT = 16u;

struct Tile { rows: Rows }

fn each_pair(z: u32, row: u32, col: u32, lane: u32, tile: Tile) { each_pair_of(z, row, col, 4u * lane, tile.rows); }

fn multiply(z: u32, row: u32, col: u32, lane: u32) -> Tile {
  let own = lane % 4u;
  let rows = own_rows(z, row, own);
  let left = columns_at(z, col);
  let right = columns_at(z, col + 4u);
  var sums = Sums();
  // Read once: on a renderer on the CPU a value of the uniform takes as long as one of a matrix.
  let a_col = scalars.a_col;
  let b_row = scalars.b_row;
  let span = range(z);
  for (var k = span.x; k < span.y; k += 4u) {
    let y = rows_of_b(left, b_row, k, span.y);
    let w = rows_of_b(right, b_row, k, span.y);
    add_products(&sums, y, w, rows_of_a(rows, a_col, k, span.y));
  }
  return Tile(rows_of(sums, own));
}
