//! Products on a graphics adapter: the kernel of the tiling, and what is done with a block of the output when it is there.

use super::tiling::{STRIDE, Size, Tiling};
use crate::kernels::{
    gpu::{self, Scalar, Text, Wgsl, shader},
    linear::IDENTITY,
};
use burn::backend::wgpu::{CubeTensor, into_contiguous};

/// A matrix as it is multiplied: a transpose is not a copy.
pub(in crate::kernels) struct Operand {
    tensor: CubeTensor,
    /// From one row to the next, and from one column to the next.
    strides: [usize; 2],
    /// From one matrix to the next, where these do not lie close together.
    next: Option<usize>,
}

impl Operand {
    /// A matrix that lies in rows of so many columns, or its transpose.
    pub fn new(tensor: CubeTensor, columns: usize, transposed: bool) -> Self {
        let strides = if transposed { [1, columns] } else { [columns, 1] };
        Self { tensor: into_contiguous(tensor), strides, next: None }
    }

    /// With so many values from one matrix to the next; none where all products have the same.
    pub fn every(self, next: usize) -> Self {
        Self { next: Some(next), ..self }
    }

    pub fn tensor(&self) -> &CubeTensor {
        &self.tensor
    }
}

/// The kernel of a tiling with these texts for what is done with each block.
pub(in crate::kernels) fn accumulation(
    name: &'static str,
    texts: &[Text],
    tiling: Tiling,
    size: Size,
    [a, b]: [&Operand; 2],
) -> Wgsl {
    let [rows, columns] = tiling.area();
    let (square, ones) = (shader!("shared/matmul_square.wgsl"), shader!("shared/matmul_ones.wgsl"));
    let fours = tiling.has_quads() && in_fours(size, [a, b]);
    let (quads, quads_ones) = (shader!("shared/quads.wgsl"), shader!("shared/quads_ones.wgsl"));
    let access: &[Text] = if fours { &[quads, shader!("shared/quads_fours.wgsl")] } else { &[quads, quads_ones, ones] };
    let core: &[Text] = match tiling {
        Tiling::Blocks => &[shader!("matmul_blocks.wgsl"), square, ones],
        Tiling::Quads => &[&[shader!("matmul_quads.wgsl")], access].concat(),
        Tiling::TallQuads => &[&[shader!("matmul_quads_tall.wgsl")], access].concat(),
        Tiling::Tiles { .. } => &[shader!("matmul_tiles.wgsl"), square, ones],
    };
    // A directive is the first line of a text. wgpu's own parser knows none for subgroups, and has them without.
    let has_directives = tiling.has_quads() && cfg!(target_family = "wasm");
    let directives: &[Text] = if has_directives { &[shader!("shared/subgroups.wgsl")] } else { &[] };
    let [across, down] = [columns / 8, rows / tiling.height()];
    let words = vec![
        ("rows", rows),
        ("columns", columns),
        ("stride", STRIDE),
        ("across", across),
        ("down", down),
        ("height", tiling.height()),
        // Neighbours read neighbours: along k where a row of `a` or a column of `b` lies together.
        ("a_along_k", usize::from(a.strides[1] == 1)),
        ("b_along_k", usize::from(b.strides[0] == 1)),
        ("fours", usize::from(fours)),
    ];
    let texts = [directives, texts, core, &[shader!("shared/matmul.wgsl")]].concat();
    Wgsl { name, texts, words, workgroup: [across, down].map(|count| count as u32) }
}

/// `[batch · m, n] = a: [batch, m, k] · b: [batch, k, n]`; then bias and activation where they are given.
pub(in crate::kernels) fn product(
    shape: [usize; 4],
    a: Operand,
    b: Operand,
    bias: Option<(CubeTensor, f32)>,
) -> CubeTensor {
    let [_, m, n, k] = shape;
    product_by(Tiling::of(Size { m, n, k }), shape, a, b, bias)
}

/// The same by a given tiling.
pub(in crate::kernels) fn product_by(
    tiling: Tiling,
    [batch, m, n, k]: [usize; 4],
    a: Operand,
    b: Operand,
    bias: Option<(CubeTensor, f32)>,
) -> CubeTensor {
    let size = Size { m, n, k };
    let parts = tiling.parts(size, batch);
    let slope = bias.as_ref().map_or(IDENTITY, |(_, slope)| *slope);
    let bias = bias.map(|(bias, _)| into_contiguous(bias));
    let now = bias.as_ref().filter(|_| parts == 1);
    let (name, text) = match now {
        Some(_) => ("matmul_bias_leaky_relu", shader!("matmul_bias_leaky_relu.wgsl")),
        None => ("matmul", shader!("matmul_plain.wgsl")),
    };
    let texts = [text, shader!("matmul.wgsl")];
    let kernel = accumulation(name, &texts, tiling, size, [&a, &b]);
    let [across, down] = tiling.workgroups(size);
    let c = gpu::empty(&a.tensor, [parts * batch * m, n]);
    let tensors = [&a.tensor, &b.tensor, &c].into_iter().chain(now).collect::<Vec<_>>();
    let mut scalars = scalars(size, [&a, &b], parts);
    scalars.push(Scalar::Float(slope));
    gpu::launch(kernel, [across, down, batch * parts], &tensors, &scalars);
    if parts == 1 { c } else { sum_parts(&c, [batch, parts, m, n], bias.as_ref(), slope) }
}

/// Whether matrices can be read four values at a time: none ends in between, and none begins there.
fn in_fours(Size { m, n, k }: Size, operands: [&Operand; 2]) -> bool {
    let next = operands.map(|operand| operand.next.unwrap_or(0));
    [m, n, k].into_iter().chain(next).all(|size| size % 4 == 0)
}

/// What every text that is joined with a tiling begins its uniform with.
pub(in crate::kernels) fn scalars(size: Size, [a, b]: [&Operand; 2], parts: usize) -> Vec<Scalar> {
    let Size { m, n, k } = size;
    let [[a_row, a_col], [b_row, b_col]] = [a.strides, b.strides];
    let (a_next, b_next) = (a.next.unwrap_or(m * k), b.next.unwrap_or(k * n));
    // A part ends where a stride does.
    let span = k.div_ceil(parts).next_multiple_of(STRIDE);
    [m, n, k, a_row, a_col, b_row, b_col, a_next, b_next, parts, span].map(Scalar::Int).to_vec()
}

/// The parts of each output added in order, then bias and activation.
fn sum_parts(
    parts: &CubeTensor,
    [batch, count, m, n]: [usize; 4],
    bias: Option<&CubeTensor>,
    slope: f32,
) -> CubeTensor {
    let c = gpu::empty(parts, [batch * m, n]);
    let (name, text) = match bias {
        Some(_) => ("matmul_sum_bias", shader!("matmul_sum_bias.wgsl")),
        None => ("matmul_sum", shader!("matmul_sum_plain.wgsl")),
    };
    let texts = vec![text, shader!("matmul_sum.wgsl")];
    let kernel = Wgsl { name, texts, words: vec![], workgroup: [64, 1] };
    let tensors = [parts, &c].into_iter().chain(bias).collect::<Vec<_>>();
    let scalars = [Scalar::Int(m * n), Scalar::Int(n), Scalar::Int(count), Scalar::Float(slope)];
    gpu::launch(kernel, [(m * n).div_ceil(64), batch, 1], &tensors, &scalars);
    c
}
