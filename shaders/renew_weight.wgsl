// One step of Adam on the matrix behind a norm, in place, where a tile of G = x̂ᵀ dy is in registers: the gradient is gamma G + beta
// sum(dy), and it never lies in memory. The rows of W ∘ G and W sum(dy), with the old W, are the gradients of gamma and beta: here
// summed over the columns of the tile's width. With places, each has a product and rows of the matrix of its own. (kernels.md, sections
// 2 and 3)
struct Scalars {
  m: u32, n: u32, k: u32,
  a_row: u32, a_col: u32, b_row: u32, b_col: u32,
  a_next: u32, b_next: u32,
  parts: u32, span: u32,
  // Places that there are products for, and rows of the matrix.
  places: u32, rows: u32,
  // Where in scratch the sums of dy begin, and the norm's gradients.
  sums: u32, shares: u32,
  beta1: f32, beta2: f32, rate: f32, correction: f32, eps: f32,
}

@group(0) @binding(2) var<storage, read_write> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> moments: array<f32>;
@group(0) @binding(4) var<storage, {{input}}> gamma: array<f32>;
@group(0) @binding(5) var<storage, {{input}}> beta: array<f32>;
// The sums of dy, n, and with places before them as many values that are added to G; and for what is computed here [groups of columns,
// 2, rows]. One buffer, since not every adapter can bind eight.
@group(0) @binding(6) var<storage, read_write> scratch: array<f32>;
@group(0) @binding(7) var<uniform> scalars: Scalars;

// Four rows of four columns; gives each row's share in the gradients of gamma and beta.
fn renew(place: u32, row: u32, col: u32, product: mat4x4f) -> mat2x4f {
  var shares = mat2x4f();
  for (var i = 0u; i < min(4u, scalars.m - min(row, scalars.m)); i++) {
    let own = place * scalars.m + row + i;
    let scale = gamma[own];
    let shift = beta[own];
    for (var j = 0u; j < min(4u, scalars.n - min(col, scalars.n)); j++) {
      let at = own * scalars.n + col + j;
      let sum = scratch[scalars.sums + col + j];
      var g = product[i][j];
      if ({{by_places}} == 1) { g += scratch[col + j]; }
      let old = weight[at];
      let gradient = scale * g + shift * sum;
      let m = scalars.beta1 * moments[2u * at] + (1.0 - scalars.beta1) * gradient;
      let v = scalars.beta2 * moments[2u * at + 1u] + (1.0 - scalars.beta2) * gradient * gradient;
      moments[2u * at] = m;
      moments[2u * at + 1u] = v;
      weight[at] = old - scalars.rate * m / (sqrt(v) * scalars.correction + scalars.eps);
      shares[0][i] += old * g;
      shares[1][i] += old * sum;
    }
  }
  return shares;
}

var<workgroup> shares_of: array<mat2x4f, {{across}} * {{down}} * 2>;

@compute @workgroup_size({{across}}, {{down}})
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = id.y * 8u;
  let col = id.x * 8u;
  let place = group.z;
  var tile = Tile();
  if (place < scalars.places) { tile = multiply(place, row, col, lane); }
  shares_of[2u * lane] = renew(place, row, col, tile.c00) + renew(place, row, col + 4u, tile.c01);
  shares_of[2u * lane + 1u] = renew(place, row + 4u, col, tile.c10) + renew(place, row + 4u, col + 4u, tile.c11);
  workgroupBarrier();
  // One invocation four rows adds the tile's columns in order.
  for (var quad = lane; quad < 2u * {{down}}u; quad += {{across}}u * {{down}}u) {
    var sum = mat2x4f();
    for (var x = 0u; x < {{across}}u; x++) { sum += shares_of[2u * (quad / 2u * {{across}}u + x) + quad % 2u]; }
    let first = group.y * {{down}}u * 8u + quad * 4u;
    for (var i = 0u; i < min(4u, scalars.m - min(first, scalars.m)); i++) {
      let at = scalars.shares + 2u * group.x * scalars.rows + place * scalars.m + first + i;
      scratch[at] = sum[0][i];
      scratch[at + scalars.rows] = sum[1][i];
    }
  }
}
