//! The step's last part: what it does to the parameters, once nothing reads the old ones any more.

mod adapter;

use super::{Layer, Moving};
use crate::kernels::{
    adam::{Step, change},
    asked::Linear,
    cpu,
    linear::LinearOps,
    matmul::gemm::{self, View},
    pack::Tensors,
};
use burn::backend::{
    Backend, Dispatch, Flex, backend_extension, flex::FlexTensor, ops::FloatTensorOps, tensor::FloatTensor,
};
use burn::tensor::{Shape, Slice, Tensor};
use std::{ops::Range, vec::IntoIter};

/// What is changed together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// A norm, and the matrix and the bias behind it: of so many nets side by side, whose rows lie one net's behind the other's.
    Layers(usize),
    /// The same where each place of a sentence has rows of the matrix of its own.
    Places,
    /// A matrix and a bias.
    Linear,
    /// Two of these behind one norm.
    Pair,
}

impl Form {
    fn norms(self) -> usize {
        match self {
            Self::Layers(nets) => nets,
            Self::Places | Self::Pair => 1,
            Self::Linear => 0,
        }
    }

    fn matrices(self) -> usize {
        match self {
            Self::Layers(nets) => nets,
            Self::Pair => 2,
            Self::Places | Self::Linear => 1,
        }
    }
}

/// All that a step changes, in the order in which it comes back, with what its gradients are made of.
#[derive(Default)]
pub(in crate::kernels) struct Renewal {
    forms: Vec<Form>,
    /// Of each the norms' scales, their shifts, and matrices and biases in turn; and their moments.
    parameters: Vec<FloatTensor<Dispatch>>,
    data: Vec<FloatTensor<Dispatch>>,
}

impl Renewal {
    /// Those of nets side by side: from the normalised rows that went in, `[batch, inputs]` where they are the same for all and
    /// `[layers · batch, inputs]` where not, and the gradient of what came out, `[layers · batch, outputs]`.
    pub fn layers(&mut self, layers: Vec<Layer>, x_hat: Tensor<2>, dy: Tensor<2>) {
        let form = Form::Layers(layers.len());
        let (norms, matrices) = layers.into_iter().map(parts).unzip();
        self.push(form, norms, matrices);
        self.data.extend([x_hat.into_dispatch(), dy.into_dispatch()]);
    }

    /// `G` of place `p` is `x[p]ᵀ r[p] + more`, for `x: [places, batch, features]` and `r: [places, batch, outputs]`; places that the
    /// batch does not have count as zero. The rows of `sums: [any, 2 · outputs]` add up to `more` and the bias' gradient.
    pub fn places(&mut self, layer: Layer, x: Tensor<3>, r: Tensor<3>, sums: Tensor<2>) {
        let (norm, matrix) = parts(layer);
        self.push(Form::Places, vec![norm], vec![matrix]);
        self.data.extend([x.into_dispatch(), r.into_dispatch(), sums.into_dispatch()]);
    }

    /// From its input `[rows, inputs]` and the gradient `[rows, outputs]` of its output.
    pub fn linear(&mut self, linear: Linear, x: Tensor<2>, dy: Tensor<2>) {
        self.push(Form::Linear, Vec::new(), vec![(linear.weight, linear.bias)]);
        self.data.extend([x.into_dispatch(), dy.into_dispatch()]);
    }

    /// Two layers behind one norm, which the first one holds, or the first alone: from the normalised rows and the gradients of all
    /// outputs.
    pub fn pair(&mut self, layer: Layer, other: Option<Linear>, x_hat: Tensor<2>, dy: Tensors<Dispatch>) {
        let (norm, first) = parts(layer);
        match other {
            Some(other) => self.push(Form::Pair, vec![norm], vec![first, (other.weight, other.bias)]),
            None => self.push(Form::Layers(1), vec![norm], vec![first]),
        }
        self.data.extend([x_hat.into_dispatch()].into_iter().chain(dy.0));
    }

    fn push(&mut self, form: Form, norms: Vec<Norm>, matrices: Vec<Matrix>) {
        self.forms.push(form);
        let (scales, shifts): (Vec<_>, Vec<_>) = norms.into_iter().unzip();
        self.parameters.extend(scales.into_iter().chain(shifts).flat_map(both));
        self.parameters
            .extend(matrices.into_iter().flat_map(|(weight, bias)| both(weight).into_iter().chain(both(bias))));
    }

    /// One step of Adam on all of it; and the sum of the losses, `[1]`.
    pub fn run(mut self, losses: Tensor<1>, step: Step) -> (Renewed, Tensor<1>) {
        self.data.push(losses.into_dispatch());
        let (changed, loss) = Dispatch::renewed(Tensors(self.parameters), Tensors(self.data), self.forms, step);
        (Renewed(changed.0.into_iter()), Tensor::from_dispatch(loss))
    }
}

fn both<const D: usize>(moving: Moving<D>) -> [FloatTensor<Dispatch>; 2] {
    [moving.value.into_dispatch(), moving.moments.into_dispatch()]
}

/// A scale and a shift.
type Norm = (Moving<1>, Moving<1>);

/// With its bias.
type Matrix = (Moving<2>, Moving<1>);

fn parts(layer: Layer) -> (Norm, Matrix) {
    ((layer.gamma, layer.beta), (layer.weight, layer.bias))
}

/// What a [`Renewal`] gives back, one after the other.
pub(in crate::kernels) struct Renewed(IntoIter<FloatTensor<Dispatch>>);

impl Renewed {
    /// So many nets' layers side by side.
    pub fn layers(&mut self, count: usize) -> Vec<Layer> {
        let [scales, shifts] = [(); 2].map(|()| (0..count).map(|_| self.moving()).collect::<Vec<_>>());
        let norms = scales.into_iter().zip(shifts).collect::<Vec<_>>();
        let layer = |(gamma, beta)| {
            let Linear { weight, bias } = self.linear();
            Layer { gamma, beta, weight, bias }
        };
        norms.into_iter().map(layer).collect()
    }

    pub fn layer(&mut self) -> Layer {
        self.layers(1).remove(0)
    }

    pub fn linear(&mut self) -> Linear {
        Linear { weight: self.moving(), bias: self.moving() }
    }

    fn moving<const D: usize>(&mut self) -> Moving<D> {
        let mut next = || self.0.next().expect("as many tensors as went in");
        Moving { value: Tensor::from_dispatch(next()), moments: Tensor::from_dispatch(next()) }
    }
}

/// What a backend must know to run a [`Renewal`]. Its oracle is autodiff over the net as the model has it.
#[backend_extension(Cube, Flex)]
pub trait RenewOps: Backend {
    /// The changed parameters, and the sum of the losses, which are the last of `data`.
    fn renewed(
        #[extension_type] parameters: Tensors<Self>,
        #[extension_type] data: Tensors<Self>,
        forms: Vec<Form>,
        step: Step,
    ) -> (Tensors<Self>, FloatTensor<Self>);
}

impl RenewOps for Flex {
    fn renewed(
        parameters: Tensors<Self>,
        data: Tensors<Self>,
        forms: Vec<Form>,
        step: Step,
    ) -> (Tensors<Self>, FloatTensor<Self>) {
        let (mut parameters, mut data) = (parameters.0.into_iter(), data.0.into_iter());
        let changed = forms.into_iter().flat_map(|form| renew(form, &mut parameters, &mut data, step)).collect();
        (Tensors(changed), Self::float_sum(next(&mut data)))
    }
}

/// A parameter and its moments.
struct Values {
    values: Vec<f32>,
    moments: Vec<f32>,
    shape: Shape,
}

fn next(tensors: &mut IntoIter<FlexTensor>) -> FlexTensor {
    cpu::contiguous(tensors.next().expect("a tensor for each part of a form"))
}

impl Values {
    fn next(tensors: &mut IntoIter<FlexTensor>) -> Self {
        let (value, moments) = (next(tensors), next(tensors));
        let shape = value.layout().shape().clone();
        Self { values: cpu::into_values(value), moments: cpu::into_values(moments), shape }
    }

    fn change(&mut self, gradient: &[f32], step: Step) {
        change(&mut self.values, &mut self.moments, gradient, step);
    }

    fn tensors(self) -> [FlexTensor; 2] {
        let count = self.moments.len();
        [cpu::tensor(self.values, self.shape), cpu::tensor(self.moments, [count])]
    }
}

/// One step of Adam on what is next.
fn renew(
    form: Form,
    parameters: &mut IntoIter<FlexTensor>,
    data: &mut IntoIter<FlexTensor>,
    step: Step,
) -> Vec<FlexTensor> {
    let [mut scales, mut shifts] =
        [(); 2].map(|()| (0..form.norms()).map(|_| Values::next(parameters)).collect::<Vec<_>>());
    let (x, mut dy, mut matrices) = (next(data), next(data), Vec::new());
    let mut of_norms = Vec::<Vec<f32>>::new();
    for index in 0..form.matrices() {
        let (mut weight, mut bias) = (Values::next(parameters), Values::next(parameters));
        if form == Form::Pair && index > 0 {
            dy = next(data);
        }
        // One norm before all matrices, or one before each.
        let own = index.min(form.norms().saturating_sub(1));
        let norm = scales.get(own).zip(shifts.get(own)).map(|(scale, shift)| [scale, shift]);
        let (sums, of_norm) = match (norm, form) {
            (Some(norm), Form::Places) => renew_by_places(&mut weight, norm, [&x, &dy, &next(data)], step),
            (norm, Form::Layers(nets)) => {
                let batch = dy.layout().shape()[0] / nets;
                let [x, dy] = [&x, &dy].map(|all| rows_of_net(all, index, batch));
                renew_matrix_and_sum(&mut weight, norm, [&x, &dy], step)
            }
            (norm, _) => renew_matrix_and_sum(&mut weight, norm, [&x, &dy], step),
        };
        bias.change(&sums, step);
        match of_norms.get_mut(own) {
            None => of_norms.push(of_norm),
            Some(sum) => sum.iter_mut().zip(of_norm).for_each(|(sum, of_norm)| *sum += of_norm),
        }
        matrices.extend([weight, bias]);
    }
    // Of each norm scale and shift in turn.
    for (part, parameters) in [&mut scales, &mut shifts].into_iter().enumerate() {
        for (parameter, of_norm) in parameters.iter_mut().zip(&of_norms) {
            let gradient = of_norm.iter().skip(part).step_by(2).copied().collect::<Vec<_>>();
            parameter.change(&gradient, step);
        }
    }
    scales.into_iter().chain(shifts).chain(matrices).flat_map(Values::tensors).collect()
}

/// Of all nets' rows those of one, `batch` of them; or all, where the nets have the same ones.
fn rows_of_net(all: &FlexTensor, net: usize, batch: usize) -> FlexTensor {
    match all.layout().shape()[0] == batch {
        true => all.clone(),
        false => cpu::contiguous(Flex::float_slice(all.clone(), &[Slice::from(net * batch..(net + 1) * batch)])),
    }
}

/// One step on a matrix, from `x: [rows, inputs]` and `dy: [rows, outputs]`. Gives the bias' gradient, and the norm's if there is one.
fn renew_matrix_and_sum(
    weight: &mut Values,
    norm: Option<[&Values; 2]>,
    [x, dy]: [&FlexTensor; 2],
    step: Step,
) -> (Vec<f32>, Vec<f32>) {
    let sums = cpu::into_values(Flex::column_sum(dy.clone()));
    let (outputs, rows) = (sums.len(), rows_at_once(sums.len()));
    if let Some(norm) = norm {
        let product = |rows: Range<usize>, g: &mut [f32]| rows_of(x, dy, rows, g);
        let of_norm = renew_matrix(weight, norm, rows, &sums, product, step);
        return (sums, of_norm);
    }
    let weights = (&mut weight.values[..], rows * outputs);
    cpu::by_pairs(weights, (&mut weight.moments, 2 * rows * outputs), |chunk, weights, moments| {
        let rows = chunk * rows..chunk * rows + weights.len() / outputs;
        cpu::with_scratch(weights.len(), |g| {
            rows_of(x, dy, rows, g);
            change(weights, moments, g, step);
        });
    });
    (sums, Vec::new())
}

/// The same on one with rows for each place.
fn renew_by_places(
    weight: &mut Values,
    norm: [&Values; 2],
    [x, r, sums]: [&FlexTensor; 3],
    step: Step,
) -> (Vec<f32>, Vec<f32>) {
    let [places, batch, features] = x.layout().shape().dims();
    let (more, sums) = cpu::values(sums).split_at(sums.layout().shape().num_elements() / 2);
    let most = rows_at_once(sums.len());
    // All rows of a chunk belong to one place.
    let rows = (1..=features).filter(|rows| features % rows == 0 && *rows <= most).max().unwrap_or(1);
    let (x, r, outputs) = (cpu::values(x), cpu::values(r), sums.len());
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
    let of_norm = renew_matrix(weight, norm, rows, sums, product, step);
    (sums.to_vec(), of_norm)
}

/// Those rows of `xᵀ · dy`, of contiguous tensors.
fn rows_of(x: &FlexTensor, dy: &FlexTensor, rows: Range<usize>, g: &mut [f32]) {
    gemm::product_into(View::of(x).columns(rows.start, rows.len()).transposed(), View::of(dy), g);
}

/// One step of Adam on the matrix behind a norm, so many rows at a time: `product` writes those rows of `G`, `sums` is the bias'
/// gradient. Gives the gradients of the norm, scale and shift in turn.
fn renew_matrix(
    weight: &mut Values,
    [gamma, beta]: [&Values; 2],
    rows: usize,
    sums: &[f32],
    product: impl Fn(Range<usize>, &mut [f32]) + Send + Sync,
    step: Step,
) -> Vec<f32> {
    let (gamma, beta) = (&gamma.values, &beta.values);
    let (outputs, mut norm) = (sums.len(), vec![0.0; 2 * gamma.len()]);
    let chunks = ((&mut weight.values[..], rows * outputs), (&mut weight.moments[..], 2 * rows * outputs));
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

/// Rows of a matrix whose gradient is made and used before the next: few enough to stay in a core's cache.
fn rows_at_once(outputs: usize) -> usize {
    (1 << 16) / outputs.clamp(1 << 8, 1 << 13)
}

/// Turns a row of `G` into the gradient of that row of the matrix; gives those of the row's scale and shift.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn to_gradient(g: &mut [f32], weight: &[f32], sums: &[f32], [scale, shift]: [f32; 2]) -> [f32; 2] {
    let norm = [cpu::dot(weight, g), cpu::dot(weight, sums)];
    g.iter_mut().zip(sums).for_each(|(g, sum)| *g = scale * *g + shift * sum);
    norm
}
