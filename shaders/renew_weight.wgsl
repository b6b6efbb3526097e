// One step of Adam on the matrix behind a norm, in place, where a tile of G = x̂ᵀ dy is in registers: the gradient is gamma G + beta
// sum(dy), and it never lies in memory. The rows of W ∘ G and W sum(dy), with the old W, are the gradients of gamma and beta: here
// summed over the columns of the tile's width. With places, each has a product and rows of the matrix of its own; of two matrices behind
// one norm each has a product. (kernels.md, sections 2 and 3)
struct Scalars {
  m: u32, n: u32, k: u32,
  a_row: u32, a_col: u32, b_row: u32, b_col: u32,
  a_next: u32, b_next: u32,
  parts: u32, span: u32,
  // How many products there are, and rows of the matrix.
  places: u32, rows: u32,
  // Where in scratch begins what is to be added to G, the sums of dy, and the norm's gradients.
  more: u32, sums: u32, shares: u32,
  // From one product's to the next one's.
  weight_next: u32, moments_next: u32, norm_next: u32, sums_next: u32, shares_next: u32,
  beta1: f32, beta2: f32, rate: f32, correction: f32, eps: f32,
}

@group(0) @binding(2) var<storage, read_write> weight: array<f32>;
@group(0) @binding(3) var<storage, read_write> moments: array<vec2f>;
@group(0) @binding(4) var<storage, {{input}}> gamma: array<f32>;
@group(0) @binding(5) var<storage, {{input}}> beta: array<f32>;
// The norm's gradients are [groups of columns, 2, rows]. One buffer, since not every adapter can bind eight.
@group(0) @binding(6) var<storage, read_write> scratch: array<f32>;
@group(0) @binding(7) var<uniform> scalars: Scalars;

// One value, with its row's scale and shift and its column's sum of dy; gives its share in the gradients of gamma and beta.
fn renew(place: u32, row: u32, col: u32, affine: vec2f, sum: f32, product: f32) -> vec2f {
  if (col >= scalars.n) { return vec2f(); }
  let own = row * scalars.n + col;
  let at = place * scalars.weight_next + own;
  // Two values each, as all that lie in one buffer begin at even ones.
  let both = place * (scalars.moments_next / 2u) + own;
  var g = product;
  if ({{by_places}} == 1) { g += scratch[scalars.more + col]; }
  let old = weight[at];
  let gradient = affine.x * g + affine.y * sum;
  let before = moments[both];
  let m = scalars.beta1 * before.x + (1.0 - scalars.beta1) * gradient;
  let v = scalars.beta2 * before.y + (1.0 - scalars.beta2) * gradient * gradient;
  moments[both] = vec2f(m, v);
  weight[at] = old - scalars.rate * m / (sqrt(v) * scalars.correction + scalars.eps);
  return old * vec2f(g, sum);
}

// The sums of dy of four columns.
fn sums_of(place: u32, col: u32) -> vec4f {
  let at = vec4u(scalars.sums + place * scalars.sums_next) + four(col, scalars.n, 1u);
  return vec4f(scratch[at.x], scratch[at.y], scratch[at.z], scratch[at.w]);
}

// Eight columns of a row, whose sums of dy are those of `sums`.
fn renew_row(place: u32, row: u32, col: u32, sums: array<vec4f, 2>, left: vec4f, right: vec4f) -> vec2f {
  if (row >= scalars.m) { return vec2f(); }
  let own = place * scalars.norm_next + row;
  let affine = vec2f(gamma[own], beta[own]);
  return renew(place, row, col, affine, sums[0].x, left.x) + renew(place, row, col + 1u, affine, sums[0].y, left.y)
    + renew(place, row, col + 2u, affine, sums[0].z, left.z) + renew(place, row, col + 3u, affine, sums[0].w, left.w)
    + renew(place, row, col + 4u, affine, sums[1].x, right.x) + renew(place, row, col + 5u, affine, sums[1].y, right.y)
    + renew(place, row, col + 6u, affine, sums[1].z, right.z) + renew(place, row, col + 7u, affine, sums[1].w, right.w);
}

// A slot for four rows of each invocation.
const SLOTS = HEIGHT / 4u;
var<workgroup> shares_of: array<mat2x4f, {{across}} * {{down}} * {{height}} / 4>;

fn pair(place: u32, row: u32, col: u32, slot: u32, left: mat4x4f, right: mat4x4f) {
  // A variable, as a renderer on the CPU copies a value whole to read what it does not know the place of when it compiles.
  var sides = array(left, right);
  let sums = array(sums_of(place, col), sums_of(place, col + 4u));
  var shares = mat2x4f();
  for (var i = 0u; i < 4u; i++) {
    let share = renew_row(place, row + i, col, sums, sides[0][i], sides[1][i]);
    shares[0][i] = share.x;
    shares[1][i] = share.y;
  }
  shares_of[slot] = shares;
}

@compute @workgroup_size({{across}}, {{down}})
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = id.y * HEIGHT;
  let col = id.x * 8u;
  let place = group.z;
  var tile = Tile();
  if (place < scalars.places) { tile = multiply(place, row, col, lane); }
  each_pair(place, row, col, lane, tile);
  workgroupBarrier();
  // One invocation four rows adds the tile's columns in order.
  for (var quad = lane; quad < SLOTS * {{down}}u; quad += {{across}}u * {{down}}u) {
    var sum = mat2x4f();
    for (var x = 0u; x < {{across}}u; x++) { sum += shares_of[SLOTS * (quad / SLOTS * {{across}}u + x) + quad % SLOTS]; }
    let first = group.y * {{down}}u * HEIGHT + quad * 4u;
    for (var i = 0u; i < min(4u, scalars.m - min(first, scalars.m)); i++) {
      let at = scalars.shares + place * scalars.shares_next + 2u * group.x * scalars.rows + first + i;
      scratch[at] = sum[0][i];
      scratch[at + scalars.rows] = sum[1][i];
    }
  }
}
