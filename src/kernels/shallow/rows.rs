//! What the step does to each row: the two norms with what stands between them and the products, and the error.

use super::{Layer, Sentences};
use crate::kernels::{
    cpu,
    gpu::{self, Scalar, Text, Wgsl, shader},
    layer_norm::{EPSILON, stats},
    pack::Tensors,
};
use burn::backend::{
    Backend, Cube, Dispatch, Flex, backend_extension,
    tensor::{FloatTensor, IntTensor},
    wgpu::{CubeTensor, into_contiguous},
};
use burn::tensor::Tensor;

/// The normalised rows of the input, without and with the layer's scale and shift: `[places · batch, inputs]` each. With one place a
/// row is a whole sentence; else it is one of so many places, the first place of all sentences before the second.
pub(in crate::kernels) fn standardized(input: &Sentences, layer: &Layer, places: usize) -> (Tensor<2>, Tensor<2>) {
    let (gamma, beta) = (layer.gamma.value.clone().into_dispatch(), layer.beta.value.clone().into_dispatch());
    let (x, lengths) = (input.values.clone().into_dispatch(), input.lengths.clone().into_dispatch());
    let (x_hat, x) = Dispatch::standardized(x, lengths, gamma, beta, [places, input.features]);
    (Tensor::from_dispatch(x_hat), Tensor::from_dispatch(x))
}

/// From products `z: [batch, H]` and perhaps a bias: `h = leaky_relu(z + bias)`, `h` normalised, and that with the next layer's scale and shift.
pub(in crate::kernels) fn hidden(
    z: Tensor<2>,
    bias: Option<Tensor<1>>,
    next: &Layer,
    slope: f32,
) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
    let (gamma, beta) = (next.gamma.value.clone().into_dispatch(), next.beta.value.clone().into_dispatch());
    let bias = Tensors(bias.into_iter().map(Tensor::into_dispatch).collect());
    let (h, h_hat, u) = Dispatch::hidden(z.into_dispatch(), bias, gamma, beta, slope);
    (Tensor::from_dispatch(h), Tensor::from_dispatch(h_hat), Tensor::from_dispatch(u))
}

/// The gradient of `z` from that of the scaled and shifted rows and from `h` of [`hidden`].
pub(in crate::kernels) fn hidden_backward(du: Tensor<2>, h: Tensor<2>, gamma: &Tensor<1>, slope: f32) -> Tensor<2> {
    let gamma = gamma.clone().into_dispatch();
    Tensor::from_dispatch(Dispatch::hidden_backward(du.into_dispatch(), h.into_dispatch(), gamma, slope))
}

/// With `y + bias` as the answer: its gradient `[rows, outputs]`, 0 at padding, and each row's part of the loss, `[rows]`. A row is a
/// whole sentence; or, where there are more rows than sentences, one place of it, the first place of all sentences before the second.
pub(in crate::kernels) fn error(
    y: Tensor<2>,
    bias: &Tensor<1>,
    target: &Sentences,
    scale: f32,
) -> (Tensor<2>, Tensor<1>) {
    let (t, lengths) = (target.values.clone().into_dispatch(), target.lengths.clone().into_dispatch());
    let bias = bias.clone().into_dispatch();
    let (dy, losses) = Dispatch::masked_error(y.into_dispatch(), bias, t, lengths, target.features, scale);
    (Tensor::from_dispatch(dy), Tensor::from_dispatch(losses))
}

/// What a backend must know for the row operations. Their oracle is autodiff over the net as the model has it.
#[backend_extension(Cube, Flex)]
pub trait RowOps: Backend {
    fn standardized(
        x: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        sizes: [usize; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    fn hidden(
        z: FloatTensor<Self>,
        #[extension_type] bias: Tensors<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    fn hidden_backward(
        du: FloatTensor<Self>,
        h: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        slope: f32,
    ) -> FloatTensor<Self>;

    fn masked_error(
        y: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        target: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        features: usize,
        scale: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

impl RowOps for Flex {
    fn standardized(
        x: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        [places, features]: [usize; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [batch, columns] = x.layout().shape().dims();
        let [x, gamma, beta] = [x, gamma, beta].map(cpu::contiguous);
        let (x, gamma, beta) = (cpu::values(&x), cpu::values(&gamma), cpu::values(&beta));
        let (lengths, width) = (cpu::integers(&lengths), gamma.len());
        let shape = [places * batch, width];
        let (mut x_hat, mut y) = (vec![0.0; places * batch * width], vec![0.0; places * batch * width]);
        cpu::by_pairs((&mut x_hat, width), (&mut y, width), |row, x_hat, y| {
            let (sentence, first) = (row % batch, row / batch * width);
            let end = columns.min(lengths[sentence] * features).clamp(first, first + width);
            standardize(&x[sentence * columns..][first..end], x_hat);
            scale_and_shift(x_hat, y, gamma, beta);
        });
        (cpu::tensor(x_hat, shape), cpu::tensor(y, shape))
    }

    fn hidden(
        z: FloatTensor<Self>,
        bias: Tensors<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let shape @ [_, width] = z.layout().shape().dims();
        let [gamma, beta] = [gamma, beta].map(cpu::contiguous);
        let (gamma, beta) = (cpu::values(&gamma), cpu::values(&beta));
        let bias = bias.0.into_iter().next().map_or_else(|| vec![0.0; width], cpu::into_values);
        let mut h = cpu::into_values(z);
        cpu::by_chunks(&mut h, width, |_, row| add_and_leak(row, &bias, slope));
        let (mut h_hat, mut u) = (vec![0.0; h.len()], vec![0.0; h.len()]);
        cpu::by_pairs((&mut h_hat, width), (&mut u, width), |row, h_hat, u| {
            standardize(&h[row * width..][..width], h_hat);
            scale_and_shift(h_hat, u, gamma, beta);
        });
        (cpu::tensor(h, shape), cpu::tensor(h_hat, shape), cpu::tensor(u, shape))
    }

    fn hidden_backward(
        du: FloatTensor<Self>,
        h: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        slope: f32,
    ) -> FloatTensor<Self> {
        let shape @ [_, width] = du.layout().shape().dims();
        let [h, gamma] = [h, gamma].map(cpu::contiguous);
        let (h, gamma) = (cpu::values(&h), cpu::values(&gamma));
        let mut dz = cpu::into_values(du);
        cpu::by_chunks(&mut dz, width, |row, dz| row_backward(dz, &h[row * width..][..width], gamma, slope));
        cpu::tensor(dz, shape)
    }

    fn masked_error(
        y: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        target: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        features: usize,
        scale: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let shape @ [rows, width] = y.layout().shape().dims();
        let [batch, columns] = target.layout().shape().dims::<2>();
        let [bias, target] = [bias, target].map(cpu::contiguous);
        let (bias, target, lengths) = (cpu::values(&bias), cpu::values(&target), cpu::integers(&lengths));
        let (mut dy, mut losses) = (cpu::into_values(y), vec![0.0; rows]);
        cpu::by_pairs((&mut dy, width), (&mut losses, 1), |row, dy, loss| {
            let (sentence, first) = (row % batch, row / batch * width);
            let end = columns.min(lengths[sentence] * features).clamp(first, first + width);
            let target = &target[sentence * columns..][first..end];
            loss[0] = row_error(dy, bias, target, scale);
        });
        (cpu::tensor(dy, shape), cpu::tensor(losses, [rows]))
    }
}

/// Normalises a row of which only the front is given: the rest is zeros.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn standardize(x: &[f32], x_hat: &mut [f32]) {
    let width = x_hat.len() as f32;
    let mean = cpu::sum(x, |x| x) / width;
    let behind = (x_hat.len() - x.len()) as f32 * mean * mean;
    let variance = (cpu::sum(x, |x| (x - mean) * (x - mean)) + behind) / width;
    let scale = 1.0 / (variance + EPSILON).sqrt();
    let (front, rest) = x_hat.split_at_mut(x.len());
    front.iter_mut().zip(x).for_each(|(x_hat, x)| *x_hat = (x - mean) * scale);
    rest.fill(-mean * scale);
}

#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn scale_and_shift(x_hat: &[f32], y: &mut [f32], gamma: &[f32], beta: &[f32]) {
    for (((y, x_hat), gamma), beta) in y.iter_mut().zip(x_hat).zip(gamma).zip(beta) {
        *y = x_hat * gamma + beta;
    }
}

#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn add_and_leak(row: &mut [f32], bias: &[f32], slope: f32) {
    for (h, bias) in row.iter_mut().zip(bias) {
        let z = *h + bias;
        *h = if z > 0.0 { z } else { z * slope };
    }
}

/// Turns the gradient of a scaled and shifted row into that of the row before norm and activation.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn row_backward(dz: &mut [f32], h: &[f32], gamma: &[f32], slope: f32) {
    let (width, (mean, scale)) = (dz.len() as f32, stats(h));
    dz.iter_mut().zip(gamma).for_each(|(du, gamma)| *du *= gamma);
    let sum = cpu::sum(dz, |dh| dh) / width;
    let product = cpu::sum_pairs(dz, h, |dh, h| dh * (h - mean)) * scale / width;
    for (dh, &h) in dz.iter_mut().zip(h) {
        let dz = (*dh - sum - (h - mean) * scale * product) * scale;
        *dh = if h > 0.0 { dz } else { dz * slope };
    }
}

/// Turns a row of answers, without their bias, into its gradient; gives its part of the loss.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn row_error(y: &mut [f32], bias: &[f32], target: &[f32], scale: f32) -> f32 {
    let (front, rest) = y.split_at_mut(target.len());
    rest.fill(0.0);
    for ((y, bias), target) in front.iter_mut().zip(bias).zip(target) {
        *y = *y + bias - target;
    }
    let squares = cpu::sum(front, |error| error * error);
    front.iter_mut().for_each(|error| *error *= 2.0 * scale);
    squares * scale
}

/// A kernel of one workgroup a row.
fn by_row(name: &'static str, text: Text) -> Wgsl {
    let texts = vec![text, shader!("shared/row_total.wgsl")];
    Wgsl { name, texts, words: vec![("lanes", LANES)], workgroup: [LANES as u32, 1] }
}

/// Invocations that work on a row.
const LANES: usize = 256;

impl RowOps for Cube {
    fn standardized(
        x: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        [places, features]: [usize; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let ([batch, columns], [width]) = (gpu::dims(&x), gpu::dims(&gamma));
        let [x, lengths, gamma, beta] = [x, lengths, gamma, beta].map(into_contiguous);
        let [x_hat, y] = [(); 2].map(|()| gpu::empty(&x, [places * batch, width]));
        let sizes = [width, columns, features, batch].map(Scalar::Int);
        let scalars = sizes.into_iter().chain([Scalar::Float(EPSILON), Scalar::Int(0)]).collect::<Vec<_>>();
        let kernel = by_row("standardize", shader!("standardize.wgsl"));
        gpu::launch(kernel, [places * batch, 1, 1], &[&x, &lengths, &gamma, &beta, &x_hat, &y], &scalars);
        (x_hat, y)
    }

    fn hidden(
        z: FloatTensor<Self>,
        bias: Tensors<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let shape @ [batch, width] = gpu::dims(&z);
        let [z, gamma, beta] = [z, gamma, beta].map(into_contiguous);
        let [h_hat, u] = [(); 2].map(|()| gpu::empty(&z, shape));
        let (h, has_bias) = (gpu::owned(z), usize::from(!bias.0.is_empty()));
        let bias = bias.0.into_iter().next().map_or_else(|| gamma.clone(), into_contiguous);
        let scalars = [Scalar::Int(width), Scalar::Float(slope), Scalar::Float(EPSILON), Scalar::Int(has_bias)];
        let kernel = by_row("hidden", shader!("hidden.wgsl"));
        gpu::launch(kernel, [batch, 1, 1], &[&h, &bias, &gamma, &beta, &h_hat, &u], &scalars);
        (h, h_hat, u)
    }

    fn hidden_backward(
        du: FloatTensor<Self>,
        h: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        slope: f32,
    ) -> FloatTensor<Self> {
        let [batch, width] = gpu::dims(&du);
        let [h, gamma] = [h, gamma].map(into_contiguous);
        let dz = gpu::owned(du);
        let scalars = [Scalar::Int(width), Scalar::Float(slope), Scalar::Float(EPSILON), Scalar::Int(0)];
        let kernel = by_row("hidden_backward", shader!("hidden_backward.wgsl"));
        gpu::launch(kernel, [batch, 1, 1], &[&dz, &h, &gamma], &scalars);
        dz
    }

    fn masked_error(
        y: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        target: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        features: usize,
        scale: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let ([rows, width], [batch, columns]) = (gpu::dims(&y), gpu::dims::<2>(&target));
        let [bias, target, lengths] = [bias, target, lengths].map(into_contiguous);
        let (dy, losses): (CubeTensor, CubeTensor) = (gpu::owned(y), gpu::empty(&bias, [rows]));
        let sizes = [width, columns, features, batch].map(Scalar::Int);
        let scalars = sizes.into_iter().chain([Scalar::Float(scale), Scalar::Int(0)]).collect::<Vec<_>>();
        let kernel = by_row("masked_error", shader!("masked_error.wgsl"));
        gpu::launch(kernel, [rows, 1, 1], &[&dy, &bias, &target, &lengths, &losses], &scalars);
        (dy, losses)
    }
}
