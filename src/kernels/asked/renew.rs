//! What the step does to linear layers that have no norm of their own before them.

use super::{Linear, Moving};
use crate::kernels::{
    adam::{Step, change},
    cpu,
    gpu::{self, shader},
    linear::LinearOps,
    matmul::{
        self, Operand,
        tiling::{Size, Tiling},
    },
    shallow::{
        Layer, LayerTensors,
        renew::{self, Product, Scratch, rows_at_once, rows_of},
    },
};
use burn::backend::{
    Backend, Cube, Dispatch, ExtensionType, Flex, backend_extension, flex::FlexTensor, tensor::FloatTensor,
    wgpu::into_contiguous,
};
use burn::tensor::Tensor;
use std::ops::Range;

/// A [`Linear`] as a backend has it: parameters, and moments of twice as many values.
#[derive(ExtensionType)]
pub struct LinearTensors<B: Backend> {
    pub weight: FloatTensor<B>,
    pub weight_moments: FloatTensor<B>,
    pub bias: FloatTensor<B>,
    pub bias_moments: FloatTensor<B>,
}

/// One step of Adam on a layer, from its input `[rows, inputs]` and the gradient `[rows, outputs]` of its output.
pub(super) fn renewed_linear(linear: Linear, x: Tensor<2>, dy: Tensor<2>, step: Step) -> Linear {
    Dispatch::renewed_linear(linear.into(), x.into_dispatch(), dy.into_dispatch(), step).into()
}

/// One step of Adam on two layers behind one norm, which the first one holds, from the normalised rows and the gradients of both outputs.
pub(super) fn renewed_pair(
    layer: Layer,
    other: Linear,
    x_hat: Tensor<2>,
    dy: [Tensor<2>; 2],
    step: Step,
) -> (Layer, Linear) {
    let ([dy, d_other], x_hat) = (dy.map(Tensor::into_dispatch), x_hat.into_dispatch());
    let (layer, other) = Dispatch::renewed_pair(layer.into(), other.into(), x_hat, dy, d_other, step);
    (layer.into(), other.into())
}

impl From<Linear> for LinearTensors<Dispatch> {
    fn from(linear: Linear) -> Self {
        Self {
            weight: linear.weight.value.into_dispatch(),
            weight_moments: linear.weight.moments.into_dispatch(),
            bias: linear.bias.value.into_dispatch(),
            bias_moments: linear.bias.moments.into_dispatch(),
        }
    }
}

impl From<LinearTensors<Dispatch>> for Linear {
    fn from(tensors: LinearTensors<Dispatch>) -> Self {
        Self {
            weight: Moving::of(tensors.weight, tensors.weight_moments),
            bias: Moving::of(tensors.bias, tensors.bias_moments),
        }
    }
}

/// What a backend must know to run [`renewed_linear`] and [`renewed_pair`]. Its oracle is autodiff over the net as the model has it.
#[backend_extension(Cube, Flex)]
pub trait RenewAskedOps: Backend {
    fn renewed_linear(
        #[extension_type] linear: LinearTensors<Self>,
        x: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        step: Step,
    ) -> LinearTensors<Self>;

    fn renewed_pair(
        #[extension_type] layer: LayerTensors<Self>,
        #[extension_type] other: LinearTensors<Self>,
        x_hat: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        d_other: FloatTensor<Self>,
        step: Step,
    ) -> (LayerTensors<Self>, LinearTensors<Self>);
}

/// A parameter and its moments, as values.
type Values = [Vec<f32>; 2];

impl RenewAskedOps for Flex {
    fn renewed_linear(
        linear: LinearTensors<Self>,
        x: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        step: Step,
    ) -> LinearTensors<Self> {
        let ([mut weight, bias], sums) = (values_of(linear), sums_of(&dy));
        let [x, dy] = [x, dy].map(cpu::contiguous);
        let (outputs, rows) = (sums.len(), rows_at_once(sums.len()));
        let [values, moments] = &mut weight;
        let (weights, moments) = ((&mut values[..], rows * outputs), (&mut moments[..], 2 * rows * outputs));
        cpu::by_pairs(weights, moments, |chunk, weights, moments| {
            let rows = chunk * rows..chunk * rows + weights.len() / outputs;
            cpu::with_scratch(weights.len(), |g| {
                rows_of(&x, &dy, rows, g);
                change(weights, moments, g, step);
            });
        });
        linear_of(weight, bias, &sums, step)
    }

    fn renewed_pair(
        layer: LayerTensors<Self>,
        other: LinearTensors<Self>,
        x_hat: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        d_other: FloatTensor<Self>,
        step: Step,
    ) -> (LayerTensors<Self>, LinearTensors<Self>) {
        let LayerTensors { gamma, gamma_moments, beta, beta_moments, weight, weight_moments, bias, bias_moments } =
            layer;
        let [mut gamma, mut gamma_moments, mut beta, mut beta_moments] =
            [gamma, gamma_moments, beta, beta_moments].map(cpu::into_values);
        let first = LinearTensors { weight, weight_moments, bias, bias_moments };
        let (mut norm, x_hat) = (vec![0.0; 2 * gamma.len()], cpu::contiguous(x_hat));
        let [first, other] = [(first, dy), (other, d_other)].map(|(linear, dy)| {
            let ([mut weight, bias], sums, dy) = (values_of(linear), sums_of(&dy), cpu::contiguous(dy));
            let [values, moments] = &mut weight;
            let product = |rows: Range<usize>, g: &mut [f32]| rows_of(&x_hat, &dy, rows, g);
            let rows = rows_at_once(sums.len());
            let part = renew::renew_matrix([values, moments], [&gamma, &beta], rows, &sums, product, step);
            norm.iter_mut().zip(part).for_each(|(norm, part)| *norm += part);
            linear_of(weight, bias, &sums, step)
        });
        renew::change_norm([&mut gamma, &mut gamma_moments, &mut beta, &mut beta_moments], &norm, step);
        let inputs = gamma.len();
        let layer = LayerTensors {
            gamma: cpu::tensor(gamma, [inputs]),
            gamma_moments: cpu::tensor(gamma_moments, [2 * inputs]),
            beta: cpu::tensor(beta, [inputs]),
            beta_moments: cpu::tensor(beta_moments, [2 * inputs]),
            weight: first.weight,
            weight_moments: first.weight_moments,
            bias: first.bias,
            bias_moments: first.bias_moments,
        };
        (layer, other)
    }
}

/// Matrix and bias of a layer.
fn values_of(linear: LinearTensors<Flex>) -> [Values; 2] {
    let LinearTensors { weight, weight_moments, bias, bias_moments } = linear;
    [[weight, weight_moments], [bias, bias_moments]].map(|both| both.map(cpu::into_values))
}

/// The gradient of a bias.
fn sums_of(dy: &FlexTensor) -> Vec<f32> {
    cpu::into_values(Flex::column_sum(dy.clone()))
}

/// A layer of a matrix that is changed already, and a bias that is to be.
fn linear_of(weight: Values, bias: Values, sums: &[f32], step: Step) -> LinearTensors<Flex> {
    let ([weight, weight_moments], [mut bias, mut bias_moments]) = (weight, bias);
    change(&mut bias, &mut bias_moments, sums, step);
    let (count, outputs) = (weight.len(), sums.len());
    LinearTensors {
        weight: cpu::tensor(weight, [count / outputs, outputs]),
        weight_moments: cpu::tensor(weight_moments, [2 * count]),
        bias: cpu::tensor(bias, [outputs]),
        bias_moments: cpu::tensor(bias_moments, [2 * outputs]),
    }
}

impl RenewAskedOps for Cube {
    fn renewed_linear(
        linear: LinearTensors<Self>,
        x: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        step: Step,
    ) -> LinearTensors<Self> {
        let (linear, dy) = (owned(linear), into_contiguous(dy));
        let ([k, m], [_, n]) = (gpu::dims(&x), gpu::dims(&dy));
        let scratch = Scratch { values: gpu::empty(&dy, [n]), sums: 0, shares: n };
        renew::renew_bias(&dy, [&linear.bias, &linear.bias_moments], &scratch, step);
        let size = Size { m, n, k };
        let tiling = Tiling::of(size);
        let ([across, down], a, b) = (tiling.workgroups(size), Operand::new(x, m, true), Operand::new(dy, n, false));
        let kernel = matmul::accumulation("renew_linear", &[shader!("renew_linear.wgsl")], tiling, [&a, &b]);
        let sizes = matmul::scalars(size, [&a, &b], 1).into_iter();
        let scalars = sizes.chain(step.scalars()).collect::<Vec<_>>();
        let tensors = [a.tensor(), b.tensor(), &linear.weight, &linear.weight_moments];
        gpu::launch(kernel, [across, down, 1], &tensors, &scalars);
        linear
    }

    fn renewed_pair(
        layer: LayerTensors<Self>,
        other: LinearTensors<Self>,
        x_hat: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        d_other: FloatTensor<Self>,
        step: Step,
    ) -> (LayerTensors<Self>, LinearTensors<Self>) {
        let (layer, other) = (renew::owned(layer), owned(other));
        let [dy, d_other] = [dy, d_other].map(into_contiguous);
        let ([_, m], [_, n]) = (gpu::dims::<2>(&x_hat), gpu::dims::<2>(&dy));
        let product = Product::one(&x_hat, &dy);
        // The sums of both, and the norm's gradients in the parts of the one and then of the other.
        let values = gpu::empty(&dy, [2 * n + 2 * product.shares() * 2 * m]);
        let both = [
            (dy, [&layer.weight, &layer.weight_moments], [&layer.bias, &layer.bias_moments]),
            (d_other, [&other.weight, &other.weight_moments], [&other.bias, &other.bias_moments]),
        ];
        for (index, (dy, [weight, moments], bias)) in both.into_iter().enumerate() {
            let shares = 2 * n + index * product.shares() * 2 * m;
            let scratch = Scratch { values: values.clone(), sums: index * n, shares };
            renew::renew_bias(&dy, bias, &scratch, step);
            let tensors = [weight, moments, &layer.gamma, &layer.beta];
            renew::renew_weight(tensors, [x_hat.clone(), dy], product, &scratch, step);
        }
        let scratch = Scratch { values, sums: 0, shares: 2 * n };
        let norm = [&layer.gamma, &layer.gamma_moments, &layer.beta, &layer.beta_moments];
        renew::renew_norm(&scratch, 2 * product.shares(), norm, step);
        (layer, other)
    }
}

/// All tensors of a layer to be changed in place.
fn owned(linear: LinearTensors<Cube>) -> LinearTensors<Cube> {
    let LinearTensors { weight, weight_moments, bias, bias_moments } = linear;
    let [weight, weight_moments, bias, bias_moments] = [weight, weight_moments, bias, bias_moments].map(gpu::owned);
    LinearTensors { weight, weight_moments, bias, bias_moments }
}
