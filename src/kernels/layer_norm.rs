//! Layer normalisation over the last dimension, for the rows of the Transformer (d_model wide) and of the shallow nets
//! (thousands wide) alike.

use super::{
    cpu,
    gpu::{self, Scalar, Text, Wgsl, shader},
};
use burn::backend::{
    Autodiff, Backend, Cube, Dispatch, Flex, TensorMetadata,
    autodiff::{
        NodeId,
        checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
    backend_extension,
    tensor::FloatTensor,
    wgpu::{CubeTensor, into_contiguous},
};
use burn::tensor::{Shape, Tensor};

/// What is added to the variance, as in PyTorch and the authors' code.
pub const EPSILON: f32 = 1e-5;

/// `(x - mean) / sqrt(variance + 1e-5) · gamma + beta` over each row, for `x: [rows, width]`, `gamma` and `beta: [width]`.
pub fn layer_norm(x: Tensor<2>, gamma: Tensor<1>, beta: Tensor<1>) -> Tensor<2> {
    Tensor::from_dispatch(Dispatch::row_norm(x.into_dispatch(), gamma.into_dispatch(), beta.into_dispatch()))
}

/// What a backend must know to run and to differentiate [`layer_norm`]. The default bodies are the oracle.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait LayerNormOps: Backend {
    /// The normalised rows, scaled and shifted.
    fn row_norm(x: FloatTensor<Self>, gamma: FloatTensor<Self>, beta: FloatTensor<Self>) -> FloatTensor<Self> {
        composed::<Self>(x, gamma, beta)
    }

    /// The gradient of `x`.
    fn row_norm_dx(x: FloatTensor<Self>, gamma: FloatTensor<Self>, dy: FloatTensor<Self>) -> FloatTensor<Self> {
        composed_dx::<Self>(x, gamma, dy)
    }

    /// The gradients of `gamma` and `beta`.
    fn row_norm_dparams(x: FloatTensor<Self>, dy: FloatTensor<Self>) -> (FloatTensor<Self>, FloatTensor<Self>) {
        composed_dparams::<Self>(x, dy)
    }
}

/// The normalised rows and the reciprocal standard deviations, in burn's operations.
fn normalised<B: Backend>(x: FloatTensor<B>) -> (FloatTensor<B>, FloatTensor<B>) {
    let centred = B::float_sub(x.clone(), B::float_mean_dim(x, 1));
    let variance = B::float_mean_dim(B::float_mul(centred.clone(), centred.clone()), 1);
    let scale = B::float_recip(B::float_sqrt(B::float_add_scalar(variance, EPSILON.into())));
    (B::float_mul(centred, scale.clone()), scale)
}

/// A row for all rows to be multiplied with.
fn row<B: Backend>(vector: FloatTensor<B>) -> FloatTensor<B> {
    let width = vector.shape().num_elements();
    B::float_reshape(vector, Shape::new([1, width]))
}

/// The forward pass in burn's operations.
pub(super) fn composed<B: Backend>(x: FloatTensor<B>, gamma: FloatTensor<B>, beta: FloatTensor<B>) -> FloatTensor<B> {
    B::float_add(B::float_mul(normalised::<B>(x).0, row::<B>(gamma)), row::<B>(beta))
}

/// The gradient of the input in burn's operations.
pub(super) fn composed_dx<B: Backend>(x: FloatTensor<B>, gamma: FloatTensor<B>, dy: FloatTensor<B>) -> FloatTensor<B> {
    let (h, scale) = normalised::<B>(x);
    let dh = B::float_mul(dy, row::<B>(gamma));
    let mean = B::float_mean_dim(dh.clone(), 1);
    let slope = B::float_mean_dim(B::float_mul(dh.clone(), h.clone()), 1);
    B::float_mul(B::float_sub(B::float_sub(dh, mean), B::float_mul(h, slope)), scale)
}

/// The gradients of scale and shift in burn's operations.
pub(super) fn composed_dparams<B: Backend>(x: FloatTensor<B>, dy: FloatTensor<B>) -> (FloatTensor<B>, FloatTensor<B>) {
    let dgamma = B::linear_bias_backward(B::float_mul(dy.clone(), normalised::<B>(x).0));
    (dgamma, B::linear_bias_backward(dy))
}

/// The mean and the reciprocal standard deviation of a row, in two passes: `E[x²] - mean²` would cancel.
#[inline(always)]
pub(super) fn stats(row: &[f32]) -> (f32, f32) {
    let width = row.len() as f32;
    let mean = cpu::sum(row, |x| x) / width;
    let variance = cpu::sum(row, |x| (x - mean) * (x - mean)) / width;
    (mean, 1.0 / (variance + EPSILON).sqrt())
}

impl LayerNormOps for Flex {
    fn row_norm(x: FloatTensor<Self>, gamma: FloatTensor<Self>, beta: FloatTensor<Self>) -> FloatTensor<Self> {
        let shape @ [_, width] = x.layout().shape().dims();
        let (gamma, beta) = (cpu::contiguous(gamma), cpu::contiguous(beta));
        let (gamma, beta) = (cpu::values(&gamma), cpu::values(&beta));
        let mut y = cpu::into_values(x);
        cpu::by_rows(&mut y, width, |_, rows| normalise(rows, gamma, beta));
        cpu::tensor(y, shape)
    }

    fn row_norm_dx(x: FloatTensor<Self>, gamma: FloatTensor<Self>, dy: FloatTensor<Self>) -> FloatTensor<Self> {
        let shape @ [_, width] = x.layout().shape().dims();
        let (x, gamma) = (cpu::contiguous(x), cpu::contiguous(gamma));
        let (x, gamma) = (cpu::values(&x), cpu::values(&gamma));
        let mut dx = cpu::into_values(dy);
        cpu::by_rows(&mut dx, width, |first, rows| rows_dx(rows, &x[first * width..], gamma));
        cpu::tensor(dx, shape)
    }

    fn row_norm_dparams(x: FloatTensor<Self>, dy: FloatTensor<Self>) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (x, dy) = (cpu::contiguous(x), cpu::contiguous(dy));
        let [rows, width] = x.layout().shape().dims();
        let (x, dy) = (cpu::values(&x), cpu::values(&dy));
        let mut parts = vec![0.0; rows.div_ceil(cpu::ROWS) * 2 * width];
        cpu::by_chunks(&mut parts, 2 * width, |block, part| {
            let first = block * cpu::ROWS * width;
            add_dparams(part.split_at_mut(width), &x[first..], &dy[first..]);
        });
        let mut sums = cpu::sum_rows(&parts, 2 * width);
        let dbeta = sums.split_off(width);
        (cpu::tensor(sums, [width]), cpu::tensor(dbeta, [width]))
    }
}

/// Normalises, scales and shifts each row in place.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn normalise(rows: &mut [f32], gamma: &[f32], beta: &[f32]) {
    for row in rows.chunks_exact_mut(gamma.len()) {
        let (mean, scale) = stats(row);
        for ((y, gamma), beta) in row.iter_mut().zip(gamma).zip(beta) {
            *y = (*y - mean) * scale * gamma + beta;
        }
    }
}

/// Turns the gradients of output rows into those of their input rows.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn rows_dx(rows: &mut [f32], x: &[f32], gamma: &[f32]) {
    let width = gamma.len();
    for (dx, x) in rows.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
        let (mean, scale) = stats(x);
        dx.iter_mut().zip(gamma).for_each(|(dy, gamma)| *dy *= gamma);
        let sum = cpu::sum(dx, |dh| dh) / width as f32;
        let product = cpu::sum_pairs(dx, x, |dh, x| dh * (x - mean)) * scale / width as f32;
        for (dh, x) in dx.iter_mut().zip(x) {
            *dh = (*dh - sum - (x - mean) * scale * product) * scale;
        }
    }
}

/// Adds what the first [`cpu::ROWS`] rows give to the gradients of scale and shift, in order.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn add_dparams((dgamma, dbeta): (&mut [f32], &mut [f32]), x: &[f32], dy: &[f32]) {
    let width = dgamma.len();
    for (x, dy) in x.chunks_exact(width).zip(dy.chunks_exact(width)).take(cpu::ROWS) {
        let (mean, scale) = stats(x);
        for (((dgamma, dbeta), x), dy) in dgamma.iter_mut().zip(dbeta.iter_mut()).zip(x).zip(dy) {
            *dgamma += dy * (x - mean) * scale;
            *dbeta += dy;
        }
    }
}

/// Invocations that work on a row: the Transformer's are short.
const LANES: usize = 64;

/// A kernel of one workgroup a row.
fn launch_rows(name: &'static str, text: Text, [rows, width]: [usize; 2], tensors: &[&CubeTensor]) {
    let texts = vec![text, shader!("shared/row_stats.wgsl"), shader!("shared/row_total.wgsl")];
    let kernel = Wgsl { name, texts, words: vec![("lanes", LANES)], workgroup: [LANES as u32, 1] };
    let scalars = [Scalar::Int(rows), Scalar::Int(width), Scalar::Float(EPSILON), Scalar::Int(0)];
    gpu::launch(kernel, gpu::a_row_each(rows), tensors, &scalars);
}

impl LayerNormOps for Cube {
    fn row_norm(x: FloatTensor<Self>, gamma: FloatTensor<Self>, beta: FloatTensor<Self>) -> FloatTensor<Self> {
        let shape = gpu::dims(&x);
        let y = gpu::empty(&x, shape);
        let tensors = [&into_contiguous(x), &into_contiguous(gamma), &into_contiguous(beta), &y];
        launch_rows("layer_norm", shader!("layer_norm.wgsl"), shape, &tensors);
        y
    }

    fn row_norm_dx(x: FloatTensor<Self>, gamma: FloatTensor<Self>, dy: FloatTensor<Self>) -> FloatTensor<Self> {
        let shape = gpu::dims(&x);
        let dx = gpu::empty(&x, shape);
        let tensors = [&into_contiguous(x), &into_contiguous(gamma), &into_contiguous(dy), &dx];
        launch_rows("layer_norm_dx", shader!("layer_norm_dx.wgsl"), shape, &tensors);
        dx
    }

    fn row_norm_dparams(x: FloatTensor<Self>, dy: FloatTensor<Self>) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let shape @ [rows, width] = gpu::dims(&x);
        let stats = gpu::empty(&x, [rows, 2]);
        let (dgamma, dbeta) = (gpu::empty(&x, [width]), gpu::empty(&x, [width]));
        let (x, dy) = (into_contiguous(x), into_contiguous(dy));
        launch_rows("layer_norm_stats", shader!("layer_norm_stats.wgsl"), shape, &[&x, &stats]);
        let text = shader!("layer_norm_dparams.wgsl");
        let (kernel, groups) = gpu::by_columns("layer_norm_dparams", text, width);
        let scalars = [Scalar::Int(rows), Scalar::Int(width)];
        gpu::launch(kernel, groups, &[&x, &stats, &dy, &dgamma, &dbeta], &scalars);
        (dgamma, dbeta)
    }
}

impl<B: Backend + LayerNormOps, C: CheckpointStrategy> LayerNormOps for Autodiff<B, C> {
    fn row_norm(x: FloatTensor<Self>, gamma: FloatTensor<Self>, beta: FloatTensor<Self>) -> FloatTensor<Self> {
        match LayerNorm.prepare::<C>([x.node(), gamma.node(), beta.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let inputs = (prep.checkpoint(&x), prep.checkpoint(&gamma));
                let y = B::row_norm(x.into_primitive(), gamma.into_primitive(), beta.into_primitive());
                prep.finish(inputs, y)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(B::row_norm(x.into_primitive(), gamma.into_primitive(), beta.into_primitive()))
            }
        }
    }
}

#[derive(Debug)]
struct LayerNorm;

impl<B: Backend + LayerNormOps> Backward<B, 3> for LayerNorm {
    /// `x` and `gamma`.
    type State = (NodeId, NodeId);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, inputs: &mut Checkpointer) {
        let (x, gamma) = ops.state;
        let [x_node, gamma_node, beta_node] = ops.parents;
        let dy = grads.consume::<B>(&ops.node);
        let x = inputs.retrieve_node_output::<FloatTensor<B>>(x);
        if gamma_node.is_some() || beta_node.is_some() {
            let (dgamma, dbeta) = B::row_norm_dparams(x.clone(), dy.clone());
            gamma_node.into_iter().for_each(|node| grads.register::<B>(node.id, dgamma.clone()));
            beta_node.into_iter().for_each(|node| grads.register::<B>(node.id, dbeta.clone()));
        }
        if let Some(node) = x_node {
            let gamma = inputs.retrieve_node_output::<FloatTensor<B>>(gamma);
            grads.register::<B>(node.id, B::row_norm_dx(x, gamma, dy));
        }
    }
}
