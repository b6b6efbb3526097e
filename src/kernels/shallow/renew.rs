//! What the step does to the parameters of a norm and the linear layer behind it.

use super::{Layer, Moving};
use crate::kernels::{
    adam::{AdamOps, Step, change},
    cpu,
    gpu::{self, Scalar, Wgsl, shader},
    linear::LinearOps,
    matmul::{
        self, Operand,
        gemm::{self, View},
        tiling::{Size, Tiling},
    },
};
use burn::backend::{
    Backend, Cube, Dispatch, ExtensionType, Flex, backend_extension,
    flex::FlexTensor,
    ops::FloatTensorOps,
    tensor::FloatTensor,
    wgpu::{CubeTensor, into_contiguous},
};
use burn::tensor::{Shape, Slice, Tensor};
use std::ops::Range;

/// A [`Layer`] as a backend has it: parameters, and moments of twice as many values.
#[derive(ExtensionType)]
pub struct LayerTensors<B: Backend> {
    pub gamma: FloatTensor<B>,
    pub gamma_moments: FloatTensor<B>,
    pub beta: FloatTensor<B>,
    pub beta_moments: FloatTensor<B>,
    pub weight: FloatTensor<B>,
    pub weight_moments: FloatTensor<B>,
    pub bias: FloatTensor<B>,
    pub bias_moments: FloatTensor<B>,
}

/// One step of Adam on a layer, from the normalised rows `[batch, inputs]` that went in and the gradient `[batch, outputs]` of what came
/// out.
pub(in crate::kernels) fn renewed(layer: Layer, x_hat: Tensor<2>, dy: Tensor<2>, step: Step) -> Layer {
    Dispatch::renewed_layer(layer.into(), x_hat.into_dispatch(), dy.into_dispatch(), step).into()
}

/// The same where each place of a sentence has rows of the matrix of its own: `G` of place `p` is `x[p]ᵀ r[p] + more`, for `x: [places,
/// batch, features]` and `r: [places, batch, outputs]`; places that the batch does not have count as zero. `sums: [2, outputs]` holds
/// `more` and the bias' gradient.
pub(super) fn renewed_by_places(layer: Layer, x: Tensor<3>, r: Tensor<3>, sums: Tensor<2>, step: Step) -> Layer {
    let (x, r, sums) = (x.into_dispatch(), r.into_dispatch(), sums.into_dispatch());
    Dispatch::renewed_by_places(layer.into(), x, r, sums, step).into()
}

impl From<Layer> for LayerTensors<Dispatch> {
    fn from(layer: Layer) -> Self {
        Self {
            gamma: layer.gamma.value.into_dispatch(),
            gamma_moments: layer.gamma.moments.into_dispatch(),
            beta: layer.beta.value.into_dispatch(),
            beta_moments: layer.beta.moments.into_dispatch(),
            weight: layer.weight.value.into_dispatch(),
            weight_moments: layer.weight.moments.into_dispatch(),
            bias: layer.bias.value.into_dispatch(),
            bias_moments: layer.bias.moments.into_dispatch(),
        }
    }
}

impl From<LayerTensors<Dispatch>> for Layer {
    fn from(tensors: LayerTensors<Dispatch>) -> Self {
        Self {
            gamma: Moving::of(tensors.gamma, tensors.gamma_moments),
            beta: Moving::of(tensors.beta, tensors.beta_moments),
            weight: Moving::of(tensors.weight, tensors.weight_moments),
            bias: Moving::of(tensors.bias, tensors.bias_moments),
        }
    }
}

impl<const D: usize> Moving<D> {
    pub(in crate::kernels) fn of(value: FloatTensor<Dispatch>, moments: FloatTensor<Dispatch>) -> Self {
        Self { value: Tensor::from_dispatch(value), moments: Tensor::from_dispatch(moments) }
    }
}

/// What a backend must know to run [`renewed`]. Its oracle is autodiff over the net as the model has it.
#[backend_extension(Cube, Flex)]
pub trait RenewOps: Backend {
    fn renewed_layer(
        #[extension_type] layer: LayerTensors<Self>,
        x_hat: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        step: Step,
    ) -> LayerTensors<Self>;

    fn renewed_by_places(
        #[extension_type] layer: LayerTensors<Self>,
        x: FloatTensor<Self>,
        r: FloatTensor<Self>,
        sums: FloatTensor<Self>,
        step: Step,
    ) -> LayerTensors<Self>;
}

impl RenewOps for Flex {
    fn renewed_layer(
        layer: LayerTensors<Self>,
        x_hat: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        step: Step,
    ) -> LayerTensors<Self> {
        let sums = cpu::into_values(Self::column_sum(dy.clone()));
        let [x_hat, dy] = [x_hat, dy].map(cpu::contiguous);
        let product = |rows: Range<usize>, g: &mut [f32]| rows_of(&x_hat, &dy, rows, g);
        renew(layer, rows_at_once(sums.len()), &sums, product, step)
    }

    fn renewed_by_places(
        layer: LayerTensors<Self>,
        x: FloatTensor<Self>,
        r: FloatTensor<Self>,
        sums: FloatTensor<Self>,
        step: Step,
    ) -> LayerTensors<Self> {
        let [places, batch, features] = x.layout().shape().dims();
        let sums = cpu::contiguous(sums);
        let (more, sums) = cpu::values(&sums).split_at(sums.layout().shape().num_elements() / 2);
        let most = rows_at_once(sums.len());
        // All rows of a chunk belong to one place.
        let rows = (1..=features).filter(|rows| features % rows == 0 && *rows <= most).max().unwrap_or(1);
        let [x, r] = [x, r].map(cpu::contiguous);
        let (x, r, outputs) = (cpu::values(&x), cpu::values(&r), sums.len());
        let product = |rows: Range<usize>, g: &mut [f32]| {
            let (place, first) = (rows.start / features, rows.start % features);
            if place >= places {
                return g.chunks_exact_mut(outputs).for_each(|g| g.copy_from_slice(more));
            }
            let x = View::new(&x[place * batch * features..][..batch * features], features);
            let r = View::new(&r[place * batch * outputs..][..batch * outputs], outputs);
            gemm::product_into(x.columns(first, rows.len()).transposed(), r, g);
            g.chunks_exact_mut(outputs).for_each(|g| g.iter_mut().zip(more).for_each(|(g, more)| *g += more));
        };
        renew(layer, rows, sums, product, step)
    }
}

/// One step of Adam on a layer, some rows of its matrix at a time: `product` writes those rows of `G`, `sums` is the bias' gradient.
fn renew(
    layer: LayerTensors<Flex>,
    rows: usize,
    sums: &[f32],
    product: impl Fn(Range<usize>, &mut [f32]) + Send + Sync,
    step: Step,
) -> LayerTensors<Flex> {
    let ([inputs], outputs) = (layer.gamma.layout().shape().dims::<1>(), sums.len());
    let [mut gamma, mut gamma_moments, mut beta, mut beta_moments] =
        [layer.gamma, layer.gamma_moments, layer.beta, layer.beta_moments].map(cpu::into_values);
    let [mut weight, mut weight_moments, mut bias, mut bias_moments] =
        [layer.weight, layer.weight_moments, layer.bias, layer.bias_moments].map(cpu::into_values);
    let parts = renew_matrix([&mut weight, &mut weight_moments], [&gamma, &beta], rows, sums, product, step);
    change_norm([&mut gamma, &mut gamma_moments, &mut beta, &mut beta_moments], &parts, step);
    change(&mut bias, &mut bias_moments, sums, step);
    LayerTensors {
        gamma: cpu::tensor(gamma, [inputs]),
        gamma_moments: cpu::tensor(gamma_moments, [2 * inputs]),
        beta: cpu::tensor(beta, [inputs]),
        beta_moments: cpu::tensor(beta_moments, [2 * inputs]),
        weight: cpu::tensor(weight, [inputs, outputs]),
        weight_moments: cpu::tensor(weight_moments, [2 * inputs * outputs]),
        bias: cpu::tensor(bias, [outputs]),
        bias_moments: cpu::tensor(bias_moments, [2 * outputs]),
    }
}

/// Those rows of `xᵀ · dy`, of contiguous tensors.
pub(in crate::kernels) fn rows_of(x: &FlexTensor, dy: &FlexTensor, rows: Range<usize>, g: &mut [f32]) {
    gemm::product_into(View::of(x).columns(rows.start, rows.len()).transposed(), View::of(dy), g);
}

/// One step of Adam on the matrix behind a norm, so many rows at a time; gives the gradients of the norm, scale and shift in turn.
pub(in crate::kernels) fn renew_matrix(
    [weight, moments]: [&mut [f32]; 2],
    [gamma, beta]: [&[f32]; 2],
    rows: usize,
    sums: &[f32],
    product: impl Fn(Range<usize>, &mut [f32]) + Send + Sync,
    step: Step,
) -> Vec<f32> {
    let (outputs, mut norm) = (sums.len(), vec![0.0; 2 * gamma.len()]);
    let chunks = ((weight, rows * outputs), (moments, 2 * rows * outputs));
    cpu::by_threes(chunks.0, chunks.1, (&mut norm, 2 * rows), |chunk, [weight, moments, norm]| {
        let first = chunk * rows;
        cpu::with_scratch(weight.len(), |g| {
            product(first..first + norm.len() / 2, g);
            for (row, g) in g.chunks_exact_mut(outputs).enumerate() {
                let (weight, moments) = (&mut weight[row * outputs..], &mut moments[2 * row * outputs..]);
                let (weight, moments) = (&mut weight[..outputs], &mut moments[..2 * outputs]);
                let norm = &mut norm[2 * row..][..2];
                norm.copy_from_slice(&to_gradient(g, weight, sums, [gamma[first + row], beta[first + row]]));
                change(weight, moments, g, step);
            }
        });
    });
    norm
}

/// One step of Adam on a norm, from the gradients of [`renew_matrix`].
pub(in crate::kernels) fn change_norm(tensors: [&mut [f32]; 4], gradients: &[f32], step: Step) {
    let of_norm = |part: usize| gradients.iter().skip(part).step_by(2).copied().collect::<Vec<_>>();
    let [gamma, gamma_moments, beta, beta_moments] = tensors;
    change(gamma, gamma_moments, &of_norm(0), step);
    change(beta, beta_moments, &of_norm(1), step);
}

/// Rows of a matrix whose gradient is made and used before the next: few enough to stay in a core's cache.
pub(in crate::kernels) fn rows_at_once(outputs: usize) -> usize {
    (1 << 16) / outputs.clamp(1 << 8, 1 << 13)
}

/// Turns a row of `G` into the gradient of that row of the matrix; gives those of the row's scale and shift.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn to_gradient(g: &mut [f32], weight: &[f32], sums: &[f32], [scale, shift]: [f32; 2]) -> [f32; 2] {
    let norm = [cpu::dot(weight, g), cpu::dot(weight, sums)];
    g.iter_mut().zip(sums).for_each(|(g, sum)| *g = scale * *g + shift * sum);
    norm
}

impl RenewOps for Cube {
    fn renewed_layer(
        layer: LayerTensors<Self>,
        x_hat: FloatTensor<Self>,
        dy: FloatTensor<Self>,
        step: Step,
    ) -> LayerTensors<Self> {
        let (([_, m], [_, n]), dy) = ((gpu::dims::<2>(&x_hat), gpu::dims::<2>(&dy)), into_contiguous(dy));
        let (layer, product) = (owned(layer), Product::one(&x_hat, &dy));
        // The sums of `dy`, and behind them each workgroup's part of the norm's gradients.
        let scratch = Scratch { values: gpu::empty(&dy, [n + product.shares() * 2 * m]), sums: 0, shares: n };
        renew_bias(&dy, [&layer.bias, &layer.bias_moments], &scratch, step);
        let LayerTensors { gamma, gamma_moments, beta, beta_moments, weight, weight_moments, .. } = &layer;
        renew_weight([weight, weight_moments, gamma, beta], [x_hat, dy], product, &scratch, step);
        renew_norm(&scratch, product.shares(), [gamma, gamma_moments, beta, beta_moments], step);
        layer
    }

    fn renewed_by_places(
        layer: LayerTensors<Self>,
        x: FloatTensor<Self>,
        r: FloatTensor<Self>,
        sums: FloatTensor<Self>,
        step: Step,
    ) -> LayerTensors<Self> {
        let ([places, batch, m], [_, _, n], [inputs]) = (gpu::dims(&x), gpu::dims(&r), gpu::dims(&layer.gamma));
        let mut layer = owned(layer);
        let product = Product::by_places(Size { m, n, k: batch }, [places, inputs / m]);
        let values = gpu::empty(&x, [2 * n + product.shares() * 2 * inputs]);
        let sums = Self::float_reshape(sums, Shape::new([2 * n]));
        let values = Self::float_slice_assign(values, &[Slice::from(0..2 * n)], sums);
        let gradient = Self::float_slice(values.clone(), &[Slice::from(n..2 * n)]);
        let moments = Self::float_reshape(layer.bias_moments, Shape::new([n, 2]));
        let (bias, moments) = Self::adam_step(layer.bias, gradient, moments, step);
        (layer.bias, layer.bias_moments) = (bias, Self::float_reshape(moments, Shape::new([2 * n])));
        let scratch = Scratch { values, sums: n, shares: 2 * n };
        let LayerTensors { gamma, gamma_moments, beta, beta_moments, weight, weight_moments, .. } = &layer;
        renew_weight([weight, weight_moments, gamma, beta], [x, r], product, &scratch, step);
        renew_norm(&scratch, product.shares(), [gamma, gamma_moments, beta, beta_moments], step);
        layer
    }
}

/// All tensors of a layer to be changed in place.
pub(in crate::kernels) fn owned(layer: LayerTensors<Cube>) -> LayerTensors<Cube> {
    LayerTensors {
        gamma: gpu::owned(layer.gamma),
        gamma_moments: gpu::owned(layer.gamma_moments),
        beta: gpu::owned(layer.beta),
        beta_moments: gpu::owned(layer.beta_moments),
        weight: gpu::owned(layer.weight),
        weight_moments: gpu::owned(layer.weight_moments),
        bias: gpu::owned(layer.bias),
        bias_moments: gpu::owned(layer.bias_moments),
    }
}

/// The products that make `G`: one, or one for each place.
#[derive(Clone, Copy)]
pub(in crate::kernels) struct Product {
    /// Of one place.
    size: Size,
    /// Asked for once: the norm's gradients lie as it divides them.
    tiling: Tiling,
    /// Those that there are, and those that have rows of the matrix.
    places: [usize; 2],
    /// Whether something is to be added to each.
    by_places: bool,
}

impl Product {
    /// Of `x: [k, m]` and `dy: [k, n]`.
    pub fn one(x: &CubeTensor, dy: &CubeTensor) -> Self {
        let ([k, m], [_, n]) = (gpu::dims(x), gpu::dims(dy));
        let size = Size { m, n, k };
        Self { size, tiling: Tiling::of(size), places: [1, 1], by_places: false }
    }

    fn by_places(size: Size, places: [usize; 2]) -> Self {
        Self { size, tiling: Tiling::of(size), places, by_places: true }
    }

    /// In how many parts the norm's gradients come: one a group of columns.
    pub fn shares(self) -> usize {
        self.tiling.workgroups(self.size)[0]
    }
}

/// What the steps of a layer say to one another.
pub(in crate::kernels) struct Scratch {
    pub values: CubeTensor,
    /// Where the sums of `dy` begin. With places, what is to be added to `G` stands at the front.
    pub sums: usize,
    /// Where the norm's gradients begin, in parts: `[parts, 2, inputs]`.
    pub shares: usize,
}

/// Changes the matrix of a layer in place, `[weight, its moments, gamma, beta]`, and gives the norm's gradients to `scratch`.
pub(in crate::kernels) fn renew_weight(
    [weight, moments, gamma, beta]: [&CubeTensor; 4],
    [a, b]: [CubeTensor; 2],
    Product { size, tiling, places: [there, places], by_places }: Product,
    scratch: &Scratch,
    step: Step,
) {
    let ([across, down], rows) = (tiling.workgroups(size), size.m * places);
    let (a, b) = (Operand::new(a, size.m, true), Operand::new(b, size.n, false));
    let mut kernel = matmul::accumulation("renew_weight", &[shader!("renew_weight.wgsl")], tiling, [&a, &b]);
    kernel.words.push(("by_places", usize::from(by_places)));
    let places_and_scratch = [there, rows, scratch.sums, scratch.shares].map(Scalar::Int);
    let sizes = matmul::scalars(size, [&a, &b], 1).into_iter().chain(places_and_scratch);
    let scalars = sizes.chain(step.scalars()).collect::<Vec<_>>();
    let tensors = [a.tensor(), b.tensor(), weight, moments, gamma, beta, &scratch.values];
    gpu::launch(kernel, [across, down, places], &tensors, &scalars);
}

/// Changes a bias and its moments; gives the sum of each column of `dy` to `scratch`.
pub(in crate::kernels) fn renew_bias(
    dy: &CubeTensor,
    [bias, moments]: [&CubeTensor; 2],
    scratch: &Scratch,
    step: Step,
) {
    let [rows, columns] = gpu::dims(dy);
    let text = shader!("renew_bias.wgsl");
    let (kernel, groups) = gpu::by_columns("renew_bias", text, columns);
    let sizes = [Scalar::Int(rows), Scalar::Int(columns)].into_iter();
    let scalars = sizes.chain(step.scalars()).chain([Scalar::Int(scratch.sums)]).collect::<Vec<_>>();
    gpu::launch(kernel, groups, &[dy, bias, moments, &scratch.values], &scalars);
}

/// Changes scale and shift of a norm and their moments, from so many parts of their gradients.
pub(in crate::kernels) fn renew_norm(scratch: &Scratch, parts: usize, tensors: [&CubeTensor; 4], step: Step) {
    let texts = vec![shader!("renew_norm.wgsl")];
    let kernel = Wgsl { name: "renew_norm", texts, words: vec![], workgroup: [64, 1] };
    let [gamma, gamma_moments, beta, beta_moments] = tensors;
    let [width] = gpu::dims(gamma);
    let sizes = [Scalar::Int(width), Scalar::Int(parts)].into_iter();
    let scalars = sizes.chain(step.scalars()).chain([Scalar::Int(scratch.shares)]).collect::<Vec<_>>();
    let tensors = [&scratch.values, gamma, gamma_moments, beta, beta_moments];
    gpu::launch(kernel, [width.div_ceil(64), 1, 1], &tensors, &scalars);
}
