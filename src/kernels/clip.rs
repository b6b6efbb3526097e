//! Clipping by the norm of all gradients together, as PyTorch's `clip_grad_norm_` (Pascanu et al. 2013). The factor stays on the device,
//! where Adam reads it.

use super::{
    cpu,
    gpu::{self, Scalar, Text, Wgsl, shader},
};
use burn::backend::{Backend, Cube, Dispatch, Flex, backend_extension, tensor::FloatTensor, wgpu::into_contiguous};
use burn::tensor::Tensor;

/// Gradients whose squares are summed together: 16 KiB.
const CHUNK: usize = 4096;
/// What PyTorch adds to the norm before it divides by it.
const EPSILON: f32 = 1e-6;

/// What to multiply all gradients with so that their common norm is at most `most`, and that norm: `[2]`. A norm that is not finite has
/// the factor 0, by which Adam takes no step. There has to be a gradient.
pub fn clip(gradients: Vec<Tensor<1>>, most: f32) -> Tensor<1> {
    let gradients = gradients.into_iter().map(Tensor::without_autodiff).collect::<Vec<_>>();
    let chunks = |gradient: &Tensor<1>| gradient.dims()[0].div_ceil(CHUNK);
    let squares = Tensor::<1>::empty([gradients.iter().map(chunks).sum::<usize>()], &gradients[0].device());
    let (mut squares, mut first) = (squares.into_dispatch(), 0);
    for gradient in gradients {
        let next = first + chunks(&gradient);
        squares = Dispatch::squares_from(squares, gradient.into_dispatch(), first);
        first = next;
    }
    Tensor::from_dispatch(Dispatch::clip_factor(squares, most))
}

/// What a backend must know to run [`clip`].
#[backend_extension(Cube, Flex)]
pub trait ClipOps: Backend {
    /// Puts the sums of the squares of a tensor's chunks among those of others, from `first` on.
    fn squares_from(squares: FloatTensor<Self>, gradient: FloatTensor<Self>, first: usize) -> FloatTensor<Self>;

    /// What [`clip`] gives, from all sums.
    fn clip_factor(squares: FloatTensor<Self>, most: f32) -> FloatTensor<Self>;
}

impl ClipOps for Flex {
    fn squares_from(squares: FloatTensor<Self>, gradient: FloatTensor<Self>, first: usize) -> FloatTensor<Self> {
        let (mut squares, gradient) = (cpu::into_values(squares), cpu::contiguous(gradient));
        let chunks = cpu::values(&gradient).chunks(CHUNK);
        squares[first..].iter_mut().zip(chunks).for_each(|(sum, chunk)| *sum = square(chunk));
        let count = squares.len();
        cpu::tensor(squares, [count])
    }

    fn clip_factor(squares: FloatTensor<Self>, most: f32) -> FloatTensor<Self> {
        let norm = cpu::sum(cpu::values(&cpu::contiguous(squares)), |square| square).sqrt();
        let factor = if norm.is_finite() { (most / (norm + EPSILON)).min(1.0) } else { 0.0 };
        cpu::tensor(vec![factor, norm], [2])
    }
}

/// The sum of the squares.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn square(values: &[f32]) -> f32 {
    cpu::sum(values, |value| value * value)
}

const LANES: usize = 256;

/// A kernel of workgroups that each add up what their invocations have.
fn kernel(name: &'static str, text: Text) -> Wgsl {
    let words = vec![("lanes", LANES), ("chunk", CHUNK)];
    Wgsl { name, texts: vec![text, shader!("shared/row_total.wgsl")], words, workgroup: [LANES as u32, 1] }
}

impl ClipOps for Cube {
    fn squares_from(squares: FloatTensor<Self>, gradient: FloatTensor<Self>, first: usize) -> FloatTensor<Self> {
        let (squares, gradient) = (gpu::owned(squares), into_contiguous(gradient));
        let [count] = gpu::dims(&gradient);
        let (kernel, groups) = (kernel("squares", shader!("squares.wgsl")), gpu::a_row_each(count.div_ceil(CHUNK)));
        gpu::launch(kernel, groups, &[&gradient, &squares], &[count, first].map(Scalar::Int));
        squares
    }

    fn clip_factor(squares: FloatTensor<Self>, most: f32) -> FloatTensor<Self> {
        let (clip, [count]) = (gpu::empty(&squares, [2]), gpu::dims(&squares));
        let scalars = [Scalar::Int(count), Scalar::Float(most), Scalar::Float(EPSILON), Scalar::Int(0)];
        gpu::launch(kernel("clip", shader!("clip.wgsl")), [1, 1, 1], &[&squares, &clip], &scalars);
        clip
    }
}
