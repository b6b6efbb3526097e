// The column of the largest value of each row from column `first` on, the lowest among equals. One workgroup a row.
struct Scalars { rows: u32, columns: u32, first: u32, padding: u32 }

const LANES = {{lanes}}u;

@group(0) @binding(0) var<storage, {{input}}> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> found: array<i32>;
@group(0) @binding(2) var<uniform> scalars: Scalars;

var<workgroup> tops: array<f32, {{lanes}}>;
var<workgroup> places: array<u32, {{lanes}}>;

@compute @workgroup_size({{lanes}})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = group.x + group.y * 65535u;
  if (row >= scalars.rows) { return; }
  let base = row * scalars.columns;
  let lane = local.x;

  var top = -3.4e38;
  var place = 0u;
  for (var i = scalars.first + lane; i < scalars.columns; i += LANES) {
    let value = x[base + i];
    if (value > top) {
      top = value;
      place = i;
    }
  }
  tops[lane] = top;
  places[lane] = place;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      let other = tops[lane + half];
      let there = places[lane + half];
      if (other > tops[lane] || (other == tops[lane] && there < places[lane])) {
        tops[lane] = other;
        places[lane] = there;
      }
    }
    workgroupBarrier();
  }
  if (lane == 0u) { found[row] = i32(places[0]); }
}
