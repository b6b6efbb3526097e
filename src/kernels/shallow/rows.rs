//! What the step does to each row: the two norms with what stands between them and the products, and the error.

use super::{Layer, Sentences};
use crate::kernels::{
    cpu,
    gpu::{self, Scalar, Text, Wgsl, shader},
    layer_norm::{EPSILON, stats},
    pack::{Packed, Tensors},
};
use burn::backend::{
    Backend, Cube, Dispatch, Flex, backend_extension,
    flex::FlexTensor,
    tensor::{FloatTensor, IntTensor},
    wgpu::{CubeTensor, into_contiguous},
};
use burn::tensor::Tensor;
use std::borrow::Cow;

/// The normalised rows of the input, `[places · batch, inputs]`, and these with each layer's scale and shift, one after the other:
/// `[layers · places · batch, inputs]`. With one place a row is a whole sentence; else it is one of so many places, the first place of
/// all sentences before the second.
pub(in crate::kernels) fn standardized(input: &Sentences, layers: &[Layer], places: usize) -> (Tensor<2>, Tensor<2>) {
    let (x, lengths) = (input.values.clone().into_dispatch(), input.lengths.clone().into_dispatch());
    let (x_hat, x) = Dispatch::standardized(x, lengths, scales(layers), shifts(layers), [places, input.features]);
    (Tensor::from_dispatch(x_hat), Tensor::from_dispatch(x))
}

/// From products `z: [layers · batch, H]` and perhaps a bias of each: `h = leaky_relu(z + bias)`, `h` normalised, and that with the next
/// layers' scale and shift.
pub(in crate::kernels) fn hidden(
    z: Tensor<2>,
    biases: Vec<Tensor<1>>,
    next: &[Layer],
    slope: f32,
) -> (Tensor<2>, Tensor<2>, Tensor<2>) {
    let biases = Tensors::of(biases);
    let (h, h_hat, u) = Dispatch::hidden(z.into_dispatch(), biases, scales(next), shifts(next), slope);
    (Tensor::from_dispatch(h), Tensor::from_dispatch(h_hat), Tensor::from_dispatch(u))
}

/// The gradient of `z` from that of the scaled and shifted rows and from `h` of [`hidden`].
pub(in crate::kernels) fn hidden_backward(du: Tensor<2>, h: Tensor<2>, layers: &[Layer], slope: f32) -> Tensor<2> {
    Tensor::from_dispatch(Dispatch::hidden_backward(du.into_dispatch(), h.into_dispatch(), scales(layers), slope))
}

/// With `y + bias` as the answers of as many nets as there are biases: their gradient `[nets · rows, outputs]`, 0 at padding, and each
/// row's part of the loss, `[nets · rows]`. A row is a whole sentence; or, where there are more rows than sentences, one place of it, the
/// first place of all sentences before the second. Each net is to say so many of every token's features: the first one the first of them.
pub(in crate::kernels) fn error(
    y: Tensor<2>,
    biases: Vec<Tensor<1>>,
    target: &Sentences,
    scale: f32,
) -> (Tensor<2>, Tensor<1>) {
    let (t, lengths) = (target.values.clone().into_dispatch(), target.lengths.clone().into_dispatch());
    let biases = Tensors::of(biases);
    let (dy, losses) = Dispatch::masked_error(y.into_dispatch(), biases, t, lengths, target.features, scale);
    (Tensor::from_dispatch(dy), Tensor::from_dispatch(losses))
}

fn scales(layers: &[Layer]) -> Tensors<Dispatch> {
    Tensors::of(layers.iter().map(|layer| layer.gamma.value.clone()))
}

fn shifts(layers: &[Layer]) -> Tensors<Dispatch> {
    Tensors::of(layers.iter().map(|layer| layer.beta.value.clone()))
}

/// What a backend must know for the row operations, on the rows of one net or of several side by side. Their oracle is autodiff over the
/// net as the model has it.
#[backend_extension(Cube, Flex)]
pub trait RowOps: Backend {
    fn standardized(
        x: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        #[extension_type] gammas: Tensors<Self>,
        #[extension_type] betas: Tensors<Self>,
        sizes: [usize; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    fn hidden(
        z: FloatTensor<Self>,
        #[extension_type] biases: Tensors<Self>,
        #[extension_type] gammas: Tensors<Self>,
        #[extension_type] betas: Tensors<Self>,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    fn hidden_backward(
        du: FloatTensor<Self>,
        h: FloatTensor<Self>,
        #[extension_type] gammas: Tensors<Self>,
        slope: f32,
    ) -> FloatTensor<Self>;

    fn masked_error(
        y: FloatTensor<Self>,
        #[extension_type] biases: Tensors<Self>,
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
        gammas: Tensors<Self>,
        betas: Tensors<Self>,
        [places, features]: [usize; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [batch, columns] = x.layout().shape().dims();
        let (x, [gammas, betas]) = (cpu::contiguous(x), [gammas, betas].map(PerNet::new));
        let (x, lengths) = (cpu::values(&x), cpu::integers(&lengths));
        let (width, rows) = (gammas.of(0).len(), places * batch);
        let mut x_hat = vec![0.0; rows * width];
        cpu::by_chunks(&mut x_hat, width, |row, x_hat| {
            let (sentence, first) = (row % batch, row / batch * width);
            let end = columns.min(lengths[sentence] * features).clamp(first, first + width);
            standardize(&x[sentence * columns..][first..end], x_hat);
        });
        let mut y = vec![0.0; gammas.count() * rows * width];
        cpu::by_chunks(&mut y, width, |row, y| {
            let net = row / rows;
            scale_and_shift(&x_hat[row % rows * width..][..width], y, gammas.of(net), betas.of(net));
        });
        let shapes = [[rows, width], [gammas.count() * rows, width]];
        (cpu::tensor(x_hat, shapes[0]), cpu::tensor(y, shapes[1]))
    }

    fn hidden(
        z: FloatTensor<Self>,
        biases: Tensors<Self>,
        gammas: Tensors<Self>,
        betas: Tensors<Self>,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let shape @ [all, width] = z.layout().shape().dims();
        let [gammas, betas] = [gammas, betas].map(PerNet::new);
        let rows = all / gammas.count();
        let biases = match biases.0.is_empty() {
            true => PerNet(vec![cpu::tensor(vec![0.0; width], [width]); gammas.count()]),
            false => PerNet::new(biases),
        };
        let mut h = cpu::into_values(z);
        cpu::by_chunks(&mut h, width, |row, h| add_and_leak(h, biases.of(row / rows), slope));
        let (mut h_hat, mut u) = (vec![0.0; h.len()], vec![0.0; h.len()]);
        cpu::by_pairs((&mut h_hat, width), (&mut u, width), |row, h_hat, u| {
            standardize(&h[row * width..][..width], h_hat);
            scale_and_shift(h_hat, u, gammas.of(row / rows), betas.of(row / rows));
        });
        (cpu::tensor(h, shape), cpu::tensor(h_hat, shape), cpu::tensor(u, shape))
    }

    fn hidden_backward(
        du: FloatTensor<Self>,
        h: FloatTensor<Self>,
        gammas: Tensors<Self>,
        slope: f32,
    ) -> FloatTensor<Self> {
        let shape @ [all, width] = du.layout().shape().dims();
        let (h, gammas) = (cpu::contiguous(h), PerNet::new(gammas));
        let (h, rows) = (cpu::values(&h), all / gammas.count());
        let mut dz = cpu::into_values(du);
        cpu::by_chunks(&mut dz, width, |row, dz| {
            row_backward(dz, &h[row * width..][..width], gammas.of(row / rows), slope);
        });
        cpu::tensor(dz, shape)
    }

    fn masked_error(
        y: FloatTensor<Self>,
        biases: Tensors<Self>,
        target: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        features: usize,
        scale: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let shape @ [all, width] = y.layout().shape().dims();
        let [batch, columns] = target.layout().shape().dims::<2>();
        let (target, lengths, biases) = (cpu::contiguous(target), cpu::integers(&lengths), PerNet::new(biases));
        let (goals, nets) = (by_net(cpu::values(&target), features, biases.count()), biases.count());
        let (rows, columns, features) = (all / nets, columns / nets, features / nets);
        let (mut dy, mut losses) = (cpu::into_values(y), vec![0.0; all]);
        cpu::by_pairs((&mut dy, width), (&mut losses, 1), |row, dy, loss| {
            let (net, row) = (row / rows, row % rows);
            let (sentence, first) = (row % batch, row / batch * width);
            let end = columns.min(lengths[sentence] * features).clamp(first, first + width);
            let goal = &goals[(net * batch + sentence) * columns..][first..end];
            loss[0] = row_error(dy, biases.of(net), goal, scale);
        });
        (cpu::tensor(dy, shape), cpu::tensor(losses, [all]))
    }
}

/// A parameter of each net.
struct PerNet(Vec<FlexTensor>);

impl PerNet {
    fn new(tensors: Tensors<Flex>) -> Self {
        Self(tensors.0.into_iter().map(cpu::contiguous).collect())
    }

    fn count(&self) -> usize {
        self.0.len()
    }

    fn of(&self, net: usize) -> &[f32] {
        cpu::values(&self.0[net])
    }
}

/// Tokens of so many features with each net's part of them together: all that the first one is to say, then the next one's.
fn by_net(tokens: &[f32], features: usize, nets: usize) -> Cow<'_, [f32]> {
    if nets == 1 {
        return Cow::Borrowed(tokens);
    }
    let own = features / nets;
    (0..nets)
        .flat_map(|net| tokens.chunks_exact(features).flat_map(move |token| &token[net * own..][..own]))
        .copied()
        .collect()
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
        gammas: Tensors<Self>,
        betas: Tensors<Self>,
        [places, features]: [usize; 2],
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let ([batch, columns], nets, [width]) = (gpu::dims(&x), gammas.0.len(), gpu::dims(&gammas.0[0]));
        let ([x, lengths], [gammas, betas]) = ([x, lengths].map(into_contiguous), [gammas, betas].map(packed));
        let rows = places * batch;
        let (x_hat, y) = (gpu::empty(&x, [rows, width]), gpu::empty(&x, [nets * rows, width]));
        let sizes = [width, columns, features, batch].map(Scalar::Int).into_iter().chain([Scalar::Float(EPSILON)]);
        let scalars = sizes.chain([nets, rows, gammas.stride()].map(Scalar::Int)).collect::<Vec<_>>();
        let kernel = by_row("standardize", shader!("standardize.wgsl"));
        let tensors = [&x, &lengths, &gammas.whole, &betas.whole, &x_hat, &y];
        gpu::launch(kernel, [rows, 1, 1], &tensors, &scalars);
        (x_hat, y)
    }

    fn hidden(
        z: FloatTensor<Self>,
        biases: Tensors<Self>,
        gammas: Tensors<Self>,
        betas: Tensors<Self>,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let (shape @ [all, width], rows) = (gpu::dims(&z), rows_each(&z, &gammas));
        let (z, [gammas, betas]) = (into_contiguous(z), [gammas, betas].map(packed));
        let [h_hat, u] = [(); 2].map(|()| gpu::empty(&z, shape));
        let (h, has_biases) = (gpu::owned(z), usize::from(!biases.0.is_empty()));
        let biases = if biases.0.is_empty() { gammas.whole.clone() } else { packed(biases).whole };
        let floats = [slope, EPSILON].map(Scalar::Float);
        let sizes = [has_biases, rows, gammas.stride()].map(Scalar::Int);
        let scalars = [Scalar::Int(width)].into_iter().chain(floats).chain(sizes).collect::<Vec<_>>();
        let kernel = by_row("hidden", shader!("hidden.wgsl"));
        gpu::launch(kernel, [all, 1, 1], &[&h, &biases, &gammas.whole, &betas.whole, &h_hat, &u], &scalars);
        (h, h_hat, u)
    }

    fn hidden_backward(
        du: FloatTensor<Self>,
        h: FloatTensor<Self>,
        gammas: Tensors<Self>,
        slope: f32,
    ) -> FloatTensor<Self> {
        let ([all, width], rows) = (gpu::dims(&du), rows_each(&du, &gammas));
        let (h, gammas, dz) = (into_contiguous(h), packed(gammas), gpu::owned(du));
        let floats = [slope, EPSILON].map(Scalar::Float);
        let sizes = [rows, gammas.stride(), 0].map(Scalar::Int);
        let scalars = [Scalar::Int(width)].into_iter().chain(floats).chain(sizes).collect::<Vec<_>>();
        let kernel = by_row("hidden_backward", shader!("hidden_backward.wgsl"));
        gpu::launch(kernel, [all, 1, 1], &[&dz, &h, &gammas.whole], &scalars);
        dz
    }

    fn masked_error(
        y: FloatTensor<Self>,
        biases: Tensors<Self>,
        target: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        features: usize,
        scale: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let ([all, width], [batch, columns]) = (gpu::dims(&y), gpu::dims::<2>(&target));
        let (nets, rows) = (biases.0.len(), rows_each(&y, &biases));
        let ([target, lengths], biases) = ([target, lengths].map(into_contiguous), packed(biases));
        let (dy, losses): (CubeTensor, CubeTensor) = (gpu::owned(y), gpu::empty(&target, [all]));
        let sizes = [width, columns, features / nets, batch].map(Scalar::Int).into_iter().chain([Scalar::Float(scale)]);
        let scalars = sizes.chain([nets, rows, biases.stride()].map(Scalar::Int)).collect::<Vec<_>>();
        let kernel = by_row("masked_error", shader!("masked_error.wgsl"));
        gpu::launch(kernel, [all, 1, 1], &[&dy, &biases.whole, &target, &lengths, &losses], &scalars);
        (dy, losses)
    }
}

fn packed(tensors: Tensors<Cube>) -> Packed {
    Packed::of(tensors.0)
}

/// Of all rows, those of each net.
fn rows_each(all: &CubeTensor, nets: &Tensors<Cube>) -> usize {
    gpu::dims::<2>(all)[0] / nets.0.len()
}
