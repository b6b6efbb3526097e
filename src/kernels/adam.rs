//! Adam (Kingma and Ba 2014) with the paper's constants, one kernel a tensor. Moments lie interleaved: `[count, 2]`.

use super::{
    cpu,
    gpu::{self, Scalar, Text, Wgsl, shader},
};
use burn::backend::{
    Backend, Cube, Dispatch, Flex, backend_extension,
    ops::FloatTensorOps,
    tensor::FloatTensor,
    wgpu::{CubeTensor, into_contiguous},
};
use burn::tensor::Tensor;

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.98;
const EPSILON: f32 = 1e-9;

/// What changes from step to step; computed on the CPU in f64.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The rate over `1 - beta1^t`.
    rate: f32,
    /// `1 / sqrt(1 - beta2^t)`
    correction: f32,
}

impl Step {
    /// Step number `t`, from 1, with this learning rate.
    pub fn new(t: u32, rate: f64) -> Self {
        let power = |beta: f64| libm::pow(beta, f64::from(t));
        Self { rate: (rate / (1.0 - power(BETA1))) as f32, correction: (1.0 - power(BETA2)).sqrt().recip() as f32 }
    }

    /// As every kernel with a step of Adam has them in its uniform: beta1, beta2, rate, correction, eps.
    pub(super) fn scalars(self) -> [Scalar; 5] {
        [BETA1 as f32, BETA2 as f32, self.rate, self.correction, EPSILON].map(Scalar::Float)
    }
}

/// The next weights and moments of a tensor of any shape; `moments: [count, 2]` holds the mean and the mean square of the
/// gradient of each element, 0 at the start. What [`clip`](super::clip::clip) gives is first multiplied with the gradient; where its factor
/// is 0, weights and moments stay as they are.
pub fn adam<const D: usize>(
    weight: Tensor<D>,
    gradient: Tensor<D>,
    moments: Tensor<2>,
    clip: Option<Tensor<1>>,
    step: Step,
) -> (Tensor<D>, Tensor<2>) {
    let (weight, gradient, moments) = (weight.into_dispatch(), gradient.into_dispatch(), moments.into_dispatch());
    let (weight, moments) = match clip {
        Some(clip) => Dispatch::adam_clipped(weight, gradient, moments, clip.into_dispatch(), step),
        None => Dispatch::adam_step(weight, gradient, moments, step),
    };
    (Tensor::from_dispatch(weight), Tensor::from_dispatch(moments))
}

/// What a backend must know to run [`adam`], of tensors that are in no graph.
#[backend_extension(Cube, Flex)]
pub trait AdamOps: Backend {
    fn adam_step(
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        step: Step,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    fn adam_clipped(
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        clip: FloatTensor<Self>,
        step: Step,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

/// The oracle: in burn's operations, the gradient as it is.
#[cfg(test)]
pub(super) fn composed<B: Backend>(
    weight: FloatTensor<B>,
    gradient: FloatTensor<B>,
    moments: FloatTensor<B>,
    step: Step,
) -> (FloatTensor<B>, FloatTensor<B>) {
    use burn::{
        backend::TensorMetadata,
        tensor::{Shape, Slice},
    };
    let (shape, count) = (weight.shape(), weight.shape().num_elements());
    let column = |x, i: usize| B::float_slice(x, &[Slice::full(), Slice::from(i..i + 1)]);
    let mix = |old, beta: f64, new| {
        let old = B::float_mul_scalar(old, (beta as f32).into());
        B::float_add(old, B::float_mul_scalar(new, (1.0 - beta as f32).into()))
    };
    let gradient = B::float_reshape(gradient, Shape::new([count, 1]));
    let m = mix(column(moments.clone(), 0), BETA1, gradient.clone());
    let v = mix(column(moments, 1), BETA2, B::float_mul(gradient.clone(), gradient));
    let below = B::float_mul_scalar(B::float_sqrt(v.clone()), step.correction.into());
    let change = B::float_div(m.clone(), B::float_add_scalar(below, EPSILON.into()));
    let change = B::float_reshape(B::float_mul_scalar(change, step.rate.into()), shape);
    (B::float_sub(weight, change), B::float_cat(vec![m, v], 1))
}

impl AdamOps for Flex {
    fn adam_step(
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        step: Step,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        const CHUNK: usize = 1 << 14;
        let (shape, gradient) = (weight.layout().shape().clone(), cpu::contiguous(gradient));
        let (mut weight, mut moments) = (cpu::into_values(weight), cpu::into_values(moments));
        let (count, gradient) = (weight.len(), cpu::values(&gradient));
        cpu::by_pairs((&mut weight, CHUNK), (&mut moments, 2 * CHUNK), |chunk, weights, moments| {
            change(weights, moments, &gradient[chunk * CHUNK..], step);
        });
        (cpu::tensor(weight, shape), cpu::tensor(moments, [count, 2]))
    }

    fn adam_clipped(
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        clip: FloatTensor<Self>,
        step: Step,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        match cpu::values(&cpu::contiguous(clip))[0] {
            0.0 => (weight, moments),
            factor => Self::adam_step(weight, Self::float_mul_scalar(gradient, factor.into()), moments, step),
        }
    }
}

/// The step on some weights, in place.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
pub(super) fn change(weights: &mut [f32], moments: &mut [f32], gradient: &[f32], step: Step) {
    let (beta1, beta2) = (BETA1 as f32, BETA2 as f32);
    for ((w, mv), g) in weights.iter_mut().zip(moments.as_chunks_mut::<2>().0).zip(gradient) {
        mv[0] = beta1 * mv[0] + (1.0 - beta1) * g;
        mv[1] = beta2 * mv[1] + (1.0 - beta2) * g * g;
        *w -= step.rate * mv[0] / (mv[1].sqrt() * step.correction + EPSILON);
    }
}

impl AdamOps for Cube {
    fn adam_step(
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        step: Step,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        launch(("adam", shader!("adam_whole.wgsl")), [weight, gradient, moments], None, step)
    }

    fn adam_clipped(
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moments: FloatTensor<Self>,
        clip: FloatTensor<Self>,
        step: Step,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        launch(("adam_clipped", shader!("adam_clipped.wgsl")), [weight, gradient, moments], Some(clip), step)
    }
}

fn launch(
    (name, factor): (&'static str, Text),
    tensors: [CubeTensor; 3],
    clip: Option<CubeTensor>,
    step: Step,
) -> (CubeTensor, CubeTensor) {
    let [weight, gradient, moments] = tensors.map(into_contiguous);
    let (shape, count) = (weight.meta.shape().clone(), weight.meta.shape().num_elements());
    let (next_weight, next_moments) = (gpu::empty(&weight, shape), gpu::empty(&weight, [count, 2]));
    let kernel = Wgsl { name, texts: vec![shader!("adam.wgsl"), factor], words: vec![], workgroup: [256, 1] };
    let (groups, sizes) = gpu::a_value_each(count);
    let scalars = sizes.into_iter().chain(step.scalars()).chain([Scalar::Int(0)]).collect::<Vec<_>>();
    let tensors = [&weight, &gradient, &moments, &next_weight, &next_moments].into_iter().chain(&clip);
    gpu::launch(kernel, groups, &tensors.collect::<Vec<_>>(), &scalars);
    (next_weight, next_moments)
}
