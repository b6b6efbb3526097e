//! Dropout whose mask is a pure function of a key and the element's index: the same on every device, and made again in
//! the backward pass instead of being kept.

use super::{
    cpu,
    gpu::{self, Scalar, Wgsl, shader},
};
use crate::random;
use burn::backend::{
    Autodiff, Backend, Cube, Dispatch, Flex, TensorMetadata,
    autodiff::{
        checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
    backend_extension,
    tensor::FloatTensor,
    wgpu::into_contiguous,
};
use burn::tensor::{Tensor, TensorData};

/// Which elements are dropped: those whose draw is below the threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mask {
    pub key: [u32; 2],
    /// `round(p · 2^32)`
    pub threshold: u32,
    /// `1 / (1 - p)`, by which the kept values are multiplied.
    pub scale: f32,
    /// The number of the tensor's first element, where the tensor is a later part of a batch.
    pub first: u32,
}

impl Mask {
    /// Drops each element with probability `p` in `0..1`; the key comes from [`random::key`].
    pub fn new(p: f32, key: [u32; 2]) -> Self {
        let threshold = (f64::from(p) * 2f64.powi(32)).round() as u32;
        Self { key, threshold, scale: (1.0 / (1.0 - f64::from(p))) as f32, first: 0 }
    }

    /// The same mask for a tensor whose first element is number `first` of the whole batch's.
    pub fn starting_at(self, first: u32) -> Self {
        Self { first, ..self }
    }

    /// What element `index` of the tensor is multiplied with: 0 or [`Mask::scale`].
    #[inline(always)]
    pub fn factor(&self, index: u32) -> f32 {
        if random::draw(self.key, self.first.wrapping_add(index)) >= self.threshold { self.scale } else { 0.0 }
    }
}

/// Zeroes elements by the mask and scales the others, so that the expectation stays.
pub fn dropout<const D: usize>(x: Tensor<D>, mask: Mask) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::masked(x.into_dispatch(), mask))
}

/// What a backend must know to run [`dropout`]; its gradient is the same function. The default body is the oracle.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait DropoutOps: Backend {
    fn masked(x: FloatTensor<Self>, mask: Mask) -> FloatTensor<Self> {
        composed::<Self>(x, mask)
    }
}

/// The mask made on the CPU and multiplied by burn.
pub(super) fn composed<B: Backend>(x: FloatTensor<B>, mask: Mask) -> FloatTensor<B> {
    let count = x.shape().num_elements() as u32;
    let factors = (0..count).map(|index| mask.factor(index)).collect::<Vec<_>>();
    let factors = B::float_from_data(TensorData::new(factors, x.shape()), &x.device());
    B::float_mul(x, factors)
}

impl DropoutOps for Flex {
    fn masked(x: FloatTensor<Self>, mask: Mask) -> FloatTensor<Self> {
        const CHUNK: usize = 4096;
        let shape = x.layout().shape().clone();
        let mut y = cpu::into_values(x);
        cpu::by_chunks(&mut y, CHUNK, |chunk, values| {
            multiply(values, (chunk * CHUNK) as u32, mask);
        });
        cpu::tensor(y, shape)
    }
}

/// Multiplies with the mask's factors from `first` on.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn multiply(values: &mut [f32], first: u32, mask: Mask) {
    values.iter_mut().zip(0..).for_each(|(y, index): (&mut f32, u32)| *y *= mask.factor(first + index));
}

impl DropoutOps for Cube {
    fn masked(x: FloatTensor<Self>, mask: Mask) -> FloatTensor<Self> {
        let (shape, x) = (x.meta.shape().clone(), into_contiguous(x));
        let (groups, [count, row]) = gpu::a_value_each(shape.num_elements());
        let y = gpu::empty(&x, shape);
        let texts = vec![shader!("dropout.wgsl"), shader!("shared/pcg.wgsl")];
        let kernel = Wgsl { name: "dropout", texts, words: vec![], workgroup: [256, 1] };
        let [key0, key1] = mask.key.map(Scalar::Word);
        let rest = [Scalar::Word(mask.threshold), Scalar::Word(mask.first), Scalar::Float(mask.scale), row];
        let scalars = [count, key0, key1].into_iter().chain(rest).collect::<Vec<_>>();
        gpu::launch(kernel, groups, &[&x, &y], &scalars);
        y
    }
}

impl<B: Backend + DropoutOps, C: CheckpointStrategy> DropoutOps for Autodiff<B, C> {
    fn masked(x: FloatTensor<Self>, mask: Mask) -> FloatTensor<Self> {
        match Dropout.prepare::<C>([x.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(mask, B::masked(x.into_primitive(), mask)),
            OpsKind::UnTracked(prep) => prep.finish(B::masked(x.into_primitive(), mask)),
        }
    }
}

#[derive(Debug)]
struct Dropout;

impl<B: Backend + DropoutOps> Backward<B, 1> for Dropout {
    type State = Mask;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let dy = grads.consume::<B>(&ops.node);
        let [node] = ops.parents;
        node.into_iter().for_each(|node| grads.register::<B>(node.id, B::masked(dy.clone(), ops.state)));
    }
}
