//! What a device can do at most: a chain of products and sums in registers, and a copy. All else is measured against these.

use super::gpu::{self, Scalar, Wgsl, shader};
use burn::backend::{Backend, Cube, Dispatch, Flex, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;

/// Links of the chain, and independent values that each invocation carries along it.
const LINKS: usize = 2000;
const VALUES: usize = 32;

/// `x[i] ← a chain of x[i] · 0.999 + 1e-7`, 128 kFLOP an element; on the CPU by each thread on its part.
pub fn chain(x: Tensor<1>) -> Tensor<1> {
    Tensor::from_dispatch(Dispatch::fma_chain(x.into_dispatch()))
}

/// Floating-point operations of [`chain`] for each element.
pub const CHAIN_OPERATIONS: usize = 2 * LINKS * VALUES;

/// A copy, by a kernel.
pub fn copy(x: Tensor<1>) -> Tensor<1> {
    Tensor::from_dispatch(Dispatch::plain_copy(x.into_dispatch()))
}

#[backend_extension(Cube, Flex)]
pub trait CeilingOps: Backend {
    fn fma_chain(x: FloatTensor<Self>) -> FloatTensor<Self>;

    fn plain_copy(x: FloatTensor<Self>) -> FloatTensor<Self>;
}

impl CeilingOps for Flex {
    fn fma_chain(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let mut values = super::cpu::into_values(x);
        super::cpu::by_chunks(&mut values, 64, |_, part| part.iter_mut().for_each(|x| *x = links(*x)));
        let count = values.len();
        super::cpu::tensor(values, [count])
    }

    fn plain_copy(x: FloatTensor<Self>) -> FloatTensor<Self> {
        const CHUNK: usize = 1 << 16;
        let x = super::cpu::contiguous(x);
        let values = super::cpu::values(&x);
        let mut copy = vec![0.0; values.len()];
        super::cpu::by_chunks(&mut copy, CHUNK, |chunk, part| {
            part.copy_from_slice(&values[chunk * CHUNK..][..part.len()]);
        });
        let count = copy.len();
        super::cpu::tensor(copy, [count])
    }
}

/// The chain from one value, along which enough independent values go that none waits for the one before.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn links(x: f32) -> f32 {
    let mut values: [f32; VALUES] = std::array::from_fn(|i| x * i as f32);
    for _ in 0..LINKS {
        values.iter_mut().for_each(|value| {
            *value = if cfg!(target_arch = "wasm32") { *value * 0.999 + 1e-7 } else { value.mul_add(0.999, 1e-7) }
        });
    }
    values.iter().sum()
}

impl CeilingOps for Cube {
    fn fma_chain(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let ([count], x) = (gpu::dims(&x), gpu::owned(x));
        let texts = vec![shader!("ceiling_chain.wgsl")];
        let kernel = Wgsl { name: "ceiling_chain", texts, words: vec![("links", LINKS)], workgroup: [64, 1] };
        gpu::launch(kernel, [count.div_ceil(64), 1, 1], &[&x], &[Scalar::Int(count), Scalar::Int(0)]);
        x
    }

    fn plain_copy(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let ([count], y) = (gpu::dims(&x), gpu::empty(&x, x.meta.shape().clone()));
        let texts = vec![shader!("ceiling_copy.wgsl")];
        let kernel = Wgsl { name: "ceiling_copy", texts, words: vec![], workgroup: [64, 1] };
        gpu::launch(kernel, [(count / 4).div_ceil(64), 1, 1], &[&x, &y], &[Scalar::Int(count / 4), Scalar::Int(0)]);
        y
    }
}
