//! `leaky_relu(x · w + b)`, the step that every layer of every net is made of.

use super::{
    cpu,
    gpu::{self, Scalar, shader},
    matmul::{
        Operand,
        gemm::{self, View},
        product,
    },
};
use burn::backend::{
    Autodiff, Backend, Cube, Dispatch, Flex, TensorMetadata,
    autodiff::{
        NodeId,
        checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
    backend_extension, get_or_init_device_settings,
    tensor::FloatTensor,
    wgpu::into_contiguous,
};
use burn::tensor::Tensor;

/// The slope of no activation at all.
pub const IDENTITY: f32 = 1.0;
/// The slope of ReLU.
pub const RELU: f32 = 0.0;

/// `leaky_relu(x · w + b)` for `x: [rows, inputs]`, `w: [inputs, outputs]` and `b: [outputs]`. The slope is for values
/// that are not positive: [`IDENTITY`], [`RELU`], or the 0.01 of the shallow nets.
pub fn linear(x: Tensor<2>, w: Tensor<2>, b: Tensor<1>, slope: f32) -> Tensor<2> {
    Tensor::from_dispatch(Dispatch::linear_act(x.into_dispatch(), w.into_dispatch(), b.into_dispatch(), slope))
}

/// What a backend must know to run and to differentiate [`linear`]. The default bodies are the oracle.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait LinearOps: Backend {
    /// `y = leaky_relu(x · w + b)`
    fn linear_act(x: FloatTensor<Self>, w: FloatTensor<Self>, b: FloatTensor<Self>, slope: f32) -> FloatTensor<Self> {
        composed::<Self>(x, w, b, slope)
    }

    /// From the output and its gradient, the gradients of the pre-activation, `dz`, and of the bias, `db`.
    ///
    /// With a slope of 0 or more the output is positive where the pre-activation is, which need not be kept.
    fn linear_act_backward(
        y: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        composed_backward::<Self>(y, dy, slope)
    }

    /// The sum of each column.
    fn column_sum(x: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::linear_bias_backward(x)
    }

    /// `dx = dz · wᵀ`
    fn linear_dx(w: FloatTensor<Self>, dz: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_matmul(dz, Self::float_transpose(w))
    }

    /// `dw = xᵀ · dz`
    fn linear_dw(x: FloatTensor<Self>, dz: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_matmul(Self::float_transpose(x), dz)
    }
}

/// The forward pass in burn's operations.
pub(super) fn composed<B: Backend>(
    x: FloatTensor<B>,
    w: FloatTensor<B>,
    b: FloatTensor<B>,
    slope: f32,
) -> FloatTensor<B> {
    B::leaky_relu(B::linear(x, w, Some(b)), slope.into())
}

/// The backward pass in burn's operations.
pub(super) fn composed_backward<B: Backend>(
    y: FloatTensor<B>,
    dy: FloatTensor<B>,
    slope: f32,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let bool_dtype = get_or_init_device_settings::<B>(&y.device()).bool_dtype;
    let off = B::float_lower_equal_elem(y, 0f32.into(), bool_dtype);
    let scaled = B::float_mul_scalar(dy.clone(), slope.into());
    let dz = B::float_mask_where(dy, off, scaled);
    (dz.clone(), B::linear_bias_backward(dz))
}

impl LinearOps for Flex {
    fn linear_act(x: FloatTensor<Self>, w: FloatTensor<Self>, b: FloatTensor<Self>, slope: f32) -> FloatTensor<Self> {
        let [x, w, b] = [x, w, b].map(cpu::contiguous);
        let ([rows, _], [_, columns]) = (x.layout().shape().dims::<2>(), w.layout().shape().dims::<2>());
        let (mut y, b) = (gemm::product(View::of(&x), View::of(&w)), cpu::values(&b));
        cpu::by_rows(&mut y, columns, |_, rows| add_and_activate(rows, b, slope));
        cpu::tensor(y, [rows, columns])
    }

    fn linear_act_backward(
        y: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (y, shape) = (cpu::contiguous(y), dy.layout().shape().dims::<2>());
        let (mut dz, y) = (cpu::into_values(dy), cpu::values(&y));
        cpu::by_rows(&mut dz, shape[1], |first, rows| activation_backward(rows, &y[first * shape[1]..], slope));
        let dz = cpu::tensor(dz, shape);
        (dz.clone(), Self::column_sum(dz))
    }

    fn column_sum(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let x = cpu::contiguous(x);
        let [rows, cols] = x.layout().shape().dims();
        let mut parts = vec![0.0; rows.div_ceil(cpu::ROWS) * cols];
        cpu::by_chunks(&mut parts, cols, |block, part| add_rows(part, &cpu::values(&x)[block * cpu::ROWS * cols..]));
        cpu::tensor(cpu::sum_rows(&parts, cols), [cols])
    }

    fn linear_dx(w: FloatTensor<Self>, dz: FloatTensor<Self>) -> FloatTensor<Self> {
        let [w, dz] = [w, dz].map(cpu::contiguous);
        let ([inputs, _], [rows, _]) = (w.layout().shape().dims::<2>(), dz.layout().shape().dims::<2>());
        cpu::tensor(gemm::product(View::of(&dz), View::of(&w).transposed()), [rows, inputs])
    }

    fn linear_dw(x: FloatTensor<Self>, dz: FloatTensor<Self>) -> FloatTensor<Self> {
        let [x, dz] = [x, dz].map(cpu::contiguous);
        let ([_, inputs], [_, outputs]) = (x.layout().shape().dims::<2>(), dz.layout().shape().dims::<2>());
        cpu::tensor(gemm::product(View::of(&x).transposed(), View::of(&dz)), [inputs, outputs])
    }
}

/// `leaky_relu(row + b)` in place, for each row.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn add_and_activate(rows: &mut [f32], b: &[f32], slope: f32) {
    for row in rows.chunks_exact_mut(b.len()) {
        for (y, b) in row.iter_mut().zip(b) {
            let z = *y + b;
            *y = if z > 0.0 { z } else { z * slope };
        }
    }
}

/// The gradient before the activation from the one behind it, in place.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn activation_backward(dz: &mut [f32], y: &[f32], slope: f32) {
    dz.iter_mut().zip(y).for_each(|(dz, y)| *dz *= if *y > 0.0 { 1.0 } else { slope });
}

/// Adds the first [`cpu::ROWS`] rows, in order.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn add_rows(sum: &mut [f32], rows: &[f32]) {
    for row in rows.chunks_exact(sum.len()).take(cpu::ROWS) {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
}

impl LinearOps for Cube {
    fn linear_act(x: FloatTensor<Self>, w: FloatTensor<Self>, b: FloatTensor<Self>, slope: f32) -> FloatTensor<Self> {
        let ([m, k], [_, n]) = (gpu::dims(&x), gpu::dims(&w));
        product([1, m, n, k], Operand::new(x, k, false), Operand::new(w, n, false), Some((b, slope)))
    }

    fn linear_act_backward(
        y: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [rows, cols] = gpu::dims(&y);
        let (dz, db) = (gpu::empty(&y, [rows, cols]), gpu::empty(&y, [cols]));
        let text = shader!("linear_backward.wgsl");
        let (kernel, groups) = gpu::by_columns("linear_backward", text, cols);
        let tensors = [&into_contiguous(y), &into_contiguous(dy), &dz, &db];
        let scalars = [Scalar::Int(rows), Scalar::Int(cols), Scalar::Float(slope), Scalar::Int(0)];
        gpu::launch(kernel, groups, &tensors, &scalars);
        (dz, db)
    }

    fn column_sum(x: FloatTensor<Self>) -> FloatTensor<Self> {
        let [rows, cols] = gpu::dims(&x);
        let sums = gpu::empty(&x, [cols]);
        let (kernel, groups) = gpu::by_columns("column_sum", shader!("column_sum.wgsl"), cols);
        let scalars = [Scalar::Int(rows), Scalar::Int(cols)];
        gpu::launch(kernel, groups, &[&into_contiguous(x), &sums], &scalars);
        sums
    }

    fn linear_dx(w: FloatTensor<Self>, dz: FloatTensor<Self>) -> FloatTensor<Self> {
        let ([k, n], [m, _]) = (gpu::dims(&w), gpu::dims(&dz));
        product([1, m, k, n], Operand::new(dz, n, false), Operand::new(w, n, true), None)
    }

    fn linear_dw(x: FloatTensor<Self>, dz: FloatTensor<Self>) -> FloatTensor<Self> {
        let ([m, k], [_, n]) = (gpu::dims(&x), gpu::dims(&dz));
        product([1, k, n, m], Operand::new(x, k, true), Operand::new(dz, n, false), None)
    }
}

impl<B: Backend + LinearOps, C: CheckpointStrategy> LinearOps for Autodiff<B, C> {
    fn linear_act(x: FloatTensor<Self>, w: FloatTensor<Self>, b: FloatTensor<Self>, slope: f32) -> FloatTensor<Self> {
        match Linear.prepare::<C>([x.node(), w.node(), b.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let inputs = (prep.checkpoint(&x), prep.checkpoint(&w));
                let y = B::linear_act(x.into_primitive(), w.into_primitive(), b.into_primitive(), slope);
                let kept = (slope != IDENTITY).then(|| y.clone());
                prep.finish((inputs.0, inputs.1, kept, slope), y)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(B::linear_act(x.into_primitive(), w.into_primitive(), b.into_primitive(), slope))
            }
        }
    }
}

#[derive(Debug)]
struct Linear;

impl<B: Backend + LinearOps> Backward<B, 3> for Linear {
    /// `x`, `w`, the output where there is an activation, and the slope.
    type State = (NodeId, NodeId, Option<FloatTensor<B>>, f32);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, inputs: &mut Checkpointer) {
        let (x, w, y, slope) = ops.state;
        let [x_node, w_node, b_node] = ops.parents;
        let dy = grads.consume::<B>(&ops.node);
        let (dz, db) = match y {
            Some(y) => B::linear_act_backward(y, dy, slope),
            None => (dy.clone(), B::column_sum(dy)),
        };
        // An input that needs no gradient costs no kernel: the nets' input is data.
        if let Some(node) = x_node {
            let w = inputs.retrieve_node_output::<FloatTensor<B>>(w);
            grads.register::<B>(node.id, B::linear_dx(w, dz.clone()));
        }
        if let Some(node) = w_node {
            let x = inputs.retrieve_node_output::<FloatTensor<B>>(x);
            grads.register::<B>(node.id, B::linear_dw(x, dz));
        }
        if let Some(node) = b_node {
            grads.register::<B>(node.id, db);
        }
    }
}
