//! Two sentences as one input: what a net reads that sees a source and all that is asked of it at once.

use super::Sentences;
use crate::kernels::{
    cpu,
    gpu::{self, Scalar, Wgsl, shader},
};
use burn::backend::{
    Backend, Cube, Dispatch, Flex, backend_extension,
    tensor::{FloatTensor, IntTensor},
    wgpu::into_contiguous,
};
use burn::tensor::Tensor;

/// Each pair of sentences, padded with zeros to `width` and one behind the other: `[batch, 2 · width]`.
pub fn joined([first, second]: [&Sentences; 2], width: usize) -> Tensor<2> {
    let of = |it: &Sentences| (it.values.clone().into_dispatch(), it.lengths.clone().into_dispatch());
    let ((a, a_lengths), (b, b_lengths)) = (of(first), of(second));
    Tensor::from_dispatch(Dispatch::joined(a, a_lengths, b, b_lengths, first.features, width))
}

/// What a backend must know to run [`joined`]. Its oracle is the net's own input, as the model makes it.
#[backend_extension(Cube, Flex)]
pub trait JoinedOps: Backend {
    fn joined(
        a: FloatTensor<Self>,
        a_lengths: IntTensor<Self>,
        b: FloatTensor<Self>,
        b_lengths: IntTensor<Self>,
        features: usize,
        width: usize,
    ) -> FloatTensor<Self>;
}

impl JoinedOps for Flex {
    fn joined(
        a: FloatTensor<Self>,
        a_lengths: IntTensor<Self>,
        b: FloatTensor<Self>,
        b_lengths: IntTensor<Self>,
        features: usize,
        width: usize,
    ) -> FloatTensor<Self> {
        let [batch, _] = a.layout().shape().dims();
        let mut out = vec![0.0; batch * 2 * width];
        for (half, (sentences, lengths)) in [(a, a_lengths), (b, b_lengths)].into_iter().enumerate() {
            let ([_, columns], lengths) = (sentences.layout().shape().dims::<2>(), cpu::integers(&lengths));
            let sentences = cpu::contiguous(sentences);
            let rows = cpu::values(&sentences).chunks_exact(columns).zip(lengths);
            for (out, (row, length)) in out.chunks_exact_mut(2 * width).zip(rows) {
                let filled = columns.min(length * features);
                out[half * width..][..filled].copy_from_slice(&row[..filled]);
            }
        }
        cpu::tensor(out, [batch, 2 * width])
    }
}

impl JoinedOps for Cube {
    fn joined(
        a: FloatTensor<Self>,
        a_lengths: IntTensor<Self>,
        b: FloatTensor<Self>,
        b_lengths: IntTensor<Self>,
        features: usize,
        width: usize,
    ) -> FloatTensor<Self> {
        let ([batch, a_columns], [_, b_columns]) = (gpu::dims(&a), gpu::dims::<2>(&b));
        let tensors = [a, a_lengths, b, b_lengths].map(into_contiguous);
        let out = gpu::empty(&tensors[0], [batch, 2 * width]);
        let kernel = Wgsl { name: "joined", texts: vec![shader!("joined.wgsl")], words: vec![], workgroup: [64, 1] };
        let tensors = tensors.iter().chain([&out]).collect::<Vec<_>>();
        let scalars = [width, a_columns, b_columns, features].map(Scalar::Int);
        gpu::launch(kernel, [(2 * width).div_ceil(64), batch, 1], &tensors, &scalars);
        out
    }
}
