
// A matrix whose rows are of fours, and its moments: all four columns from `col` on are there. As in renew_ones.wgsl, but with the code of
// one access for four of them. Shifts, as a renderer on the CPU divides lane by lane.
@group(0) @binding(2) var<storage, read_write> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> moments: array<vec4f>;

fn old_weights(at: u32, col: u32) -> vec4f { return weight[at >> 2u]; }

fn renew_four(at: u32, pairs: u32, col: u32, old: vec4f, gradient: vec4f) {
  let left = moments[pairs >> 1u];
  let right = moments[(pairs >> 1u) + 1u];
  let moved = moved_moments(mat2x4f(vec4f(left.xz, right.xz), vec4f(left.yw, right.yw)), gradient);
  moments[pairs >> 1u] = vec4f(moved[0].x, moved[1].x, moved[0].y, moved[1].y);
  moments[(pairs >> 1u) + 1u] = vec4f(moved[0].z, moved[1].z, moved[0].w, moved[1].w);
  weight[at >> 2u] = moved_weights(old, moved);
}

fn there(values: vec4f, col: u32) -> vec4f { return values; }
