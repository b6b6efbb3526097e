// The sums of the columns of several matrices, and the sum of a row of losses. A workgroup takes {{columns}} columns of one: each
// invocation adds every {{rows}}th row of one, in order, and the first of the column adds what they have.
//
// Two entries of the table a matrix: which, where it begins, rows, columns; where its sums go, its first workgroup, its values, and
// whether its sums are added too.
struct Scalars { table: array<vec4u, {{entries}}> }

@group(0) @binding(0) var<storage, {{input}}> a: array<f32>;
@group(0) @binding(1) var<storage, {{input}}> b: array<f32>;
@group(0) @binding(2) var<storage, {{input}}> c: array<f32>;
@group(0) @binding(3) var<storage, {{input}}> d: array<f32>;
@group(0) @binding(4) var<storage, {{input}}> e: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;
@group(0) @binding(6) var<storage, read_write> loss: array<f32>;
@group(0) @binding(7) var<uniform> scalars: Scalars;

fn value(which: u32, at: u32) -> f32 {
  switch which {
    case 0u: { return a[at]; }
    case 1u: { return b[at]; }
    case 2u: { return c[at]; }
    case 3u: { return d[at]; }
    default: { return e[at]; }
  }
}

var<workgroup> totals: array<f32, {{columns}}>;

@compute @workgroup_size({{columns}}, {{rows}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  var entry = 0u;
  while (entry + 2u < {{entries}}u && scalars.table[entry + 3u].y <= group.x) { entry += 2u; }
  let matrix = scalars.table[entry];
  let out = scalars.table[entry + 1u];
  let column = (group.x - out.y) * {{columns}}u + local.x;
  var sum = 0.0;
  if (column < matrix.w) {
    for (var row = local.y; row < matrix.z; row += {{rows}}u) {
      let at = row * matrix.w + column;
      if (at < out.z) { sum += value(matrix.x, matrix.y + at); }
    }
  }
  let total = column_total(sum, local);
  if (local.y == 0u) { totals[local.x] = total; }
  workgroupBarrier();
  if (local.y > 0u || column >= matrix.w) { return; }
  if (out.w == 0u) {
    sums[out.x + column] = total;
  } else if (local.x == 0u) {
    var all = 0.0;
    for (var i = 0u; i < {{columns}}u; i++) { all += totals[i]; }
    loss[0] = all;
  }
}
