
// Quads of twice as many rows: a third of the reads is saved, for twice the code to compile. For large products, and not for a step of
// Adam, whose code would be doubled as well.
const HEIGHT = 32u;

struct Tile { above: Rows, below: Rows }

fn each_pair(z: u32, row: u32, col: u32, lane: u32, tile: Tile) {
  each_pair_of(z, row, col, 8u * lane, tile.above);
  each_pair_of(z, row + 16u, col, 8u * lane + 4u, tile.below);
}

fn multiply(z: u32, row: u32, col: u32, lane: u32) -> Tile {
  let own = lane % 4u;
  let upper = own_rows(z, row, own);
  let lower = own_rows(z, row + 16u, own);
  let left = columns_at(z, col);
  let right = columns_at(z, col + 4u);
  var above = Sums();
  var below = Sums();
  // Read once: on a renderer on the CPU a value of the uniform takes as long as one of a matrix.
  let a_col = scalars.a_col;
  let b_row = scalars.b_row;
  let span = range(z);
  for (var k = span.x; k < span.y; k += 4u) {
    let y = rows_of_b(left, b_row, k, span.y);
    let w = rows_of_b(right, b_row, k, span.y);
    add_products(&above, y, w, rows_of_a(upper, a_col, k, span.y));
    add_products(&below, y, w, rows_of_a(lower, a_col, k, span.y));
  }
  return Tile(rows_of(above, own), rows_of(below, own));
}
