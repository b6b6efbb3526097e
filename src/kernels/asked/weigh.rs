//! From scores to the error: softmax over what a query sees, the values it weighs, and the gradient of the scores in their place.

use super::Lesson;
use crate::kernels::{
    cpu,
    gpu::{self, Scalar, Wgsl, shader},
};
use burn::backend::{
    Backend, Cube, Dispatch, Flex, backend_extension,
    tensor::{FloatTensor, IntTensor},
    wgpu::into_contiguous,
};
use burn::tensor::Tensor;

/// How values are weighed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heads {
    pub count: usize,
    /// Whether a query sees nothing behind its own place.
    pub causal: bool,
}

/// With `scores + bias`, `[queries, heads · places]`, as what the softmax is over: the scores' gradient of the lesson's loss, 0 where a
/// query sees nothing, and each head's part of the loss, `[queries · heads]`. The sources' values are `[batch · length, heads · width]`.
pub(super) fn weighed(
    scores: Tensor<2>,
    bias: &Tensor<1>,
    values: Tensor<2>,
    lesson: &Lesson,
    heads: Heads,
) -> (Tensor<2>, Tensor<1>) {
    let (scores, bias, values) = (scores.into_dispatch(), bias.clone().into_dispatch(), values.into_dispatch());
    let Lesson { source, goal, scale, .. } = lesson;
    let lengths = [source, goal].map(|sentences| sentences.lengths.clone().into_dispatch());
    let ([seen, asked], goal) = (lengths, goal.values.clone().into_dispatch());
    let (ds, losses) = Dispatch::weighed(scores, bias, values, seen, goal, asked, heads, *scale);
    (Tensor::from_dispatch(ds), Tensor::from_dispatch(losses))
}

/// What a backend must know to run [`weighed`]. Its oracle is autodiff over the net as the model has it.
#[backend_extension(Cube, Flex)]
pub trait WeighOps: Backend {
    #[allow(clippy::too_many_arguments, reason = "an operation's tensors are arguments of their own")]
    fn weighed(
        scores: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        values: FloatTensor<Self>,
        seen: IntTensor<Self>,
        goal: FloatTensor<Self>,
        asked: IntTensor<Self>,
        heads: Heads,
        scale: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

impl WeighOps for Flex {
    fn weighed(
        scores: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        values: FloatTensor<Self>,
        seen: IntTensor<Self>,
        goal: FloatTensor<Self>,
        asked: IntTensor<Self>,
        heads: Heads,
        scale: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (shape @ [rows, columns], [batch, width]) = (scores.layout().shape().dims(), goal.layout().shape().dims());
        let [source_rows, d_model] = values.layout().shape().dims();
        let (seen, asked, length) = (cpu::integers(&seen), cpu::integers(&asked), source_rows / batch);
        let [bias, values, goal] = [bias, values, goal].map(cpu::contiguous);
        let (bias, values, goal) = (cpu::values(&bias), cpu::values(&values), cpu::values(&goal));
        let (mut ds, mut losses) = (cpu::into_values(scores), vec![0.0; rows * heads.count]);
        cpu::by_pairs((&mut ds, columns), (&mut losses, heads.count), |row, ds, losses| {
            let (sentence, place) = (row % batch, row / batch);
            if place >= asked[sentence] {
                ds.fill(0.0);
                return;
            }
            let visible = seen[sentence].min(length).min(if heads.causal { place + 1 } else { length });
            let values = &values[sentence * length * d_model..][..visible * d_model];
            let goal = &goal[sentence * width + place * d_model..][..d_model];
            weigh(ds, losses, bias, values, goal, scale);
        });
        (cpu::tensor(ds, shape), cpu::tensor(losses, [rows * heads.count]))
    }
}

/// Turns the scores of a query, without their bias, into their gradient; `losses` is one value a head, `values` what the query sees.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn weigh(scores: &mut [f32], losses: &mut [f32], bias: &[f32], values: &[f32], goal: &[f32], scale: f32) {
    let (places, width) = (scores.len() / losses.len(), goal.len() / losses.len());
    let visible = values.len() / goal.len();
    let mut mixed = vec![0.0; width];
    for (head, (scores, loss)) in scores.chunks_exact_mut(places).zip(losses).enumerate() {
        let (weights, behind) = scores.split_at_mut(visible);
        weights.iter_mut().zip(&bias[head * places..]).for_each(|(score, bias)| *score += bias);
        let top = cpu::max(weights, -1e30);
        weights.iter_mut().for_each(|score| *score = cpu::exp(*score - top));
        let total = cpu::sum(weights, |weight| weight);
        mixed.fill(0.0);
        for (weight, value) in weights.iter_mut().zip(values.chunks_exact(goal.len())) {
            *weight /= total;
            let value = &value[head * width..][..width];
            mixed.iter_mut().zip(value).for_each(|(mixed, value)| *mixed += *weight * value);
        }
        // From here on what was mixed is its gradient.
        let (mut squares, mut delta) = (0.0, 0.0);
        for (mixed, goal) in mixed.iter_mut().zip(&goal[head * width..]) {
            let error = *mixed - goal;
            let gradient = 2.0 * scale * error;
            (squares, delta) = (squares + error * error, delta + gradient * *mixed);
            *mixed = gradient;
        }
        for (weight, value) in weights.iter_mut().zip(values.chunks_exact(goal.len())) {
            *weight *= cpu::dot(&mixed, &value[head * width..][..width]) - delta;
        }
        behind.fill(0.0);
        *loss = scale * squares;
    }
}

impl WeighOps for Cube {
    fn weighed(
        scores: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        values: FloatTensor<Self>,
        seen: IntTensor<Self>,
        goal: FloatTensor<Self>,
        asked: IntTensor<Self>,
        heads: Heads,
        scale: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let ([rows, columns], [batch, _]) = (gpu::dims(&scores), gpu::dims::<2>(&goal));
        let [source_rows, d_model] = gpu::dims(&values);
        let [bias, values, seen, goal, asked] = [bias, values, seen, goal, asked].map(into_contiguous);
        let (ds, losses) = (gpu::owned(scores), gpu::empty(&bias, [rows * heads.count]));
        let texts = vec![shader!("weighed.wgsl")];
        let words = vec![("head", d_model / heads.count)];
        let kernel = Wgsl { name: "weighed", texts, words, workgroup: [64, 1] };
        let sizes = [rows, batch, heads.count, columns / heads.count, source_rows / batch, usize::from(heads.causal)];
        let more = [Scalar::Float(scale), Scalar::Int(0)];
        let scalars = sizes.map(Scalar::Int).into_iter().chain(more).collect::<Vec<_>>();
        let groups = [(rows * heads.count).div_ceil(64), 1, 1];
        gpu::launch(kernel, groups, &[&ds, &bias, &values, &seen, &goal, &asked, &losses], &scalars);
        (ds, losses)
    }
}
