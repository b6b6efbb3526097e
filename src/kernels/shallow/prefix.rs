//! One training step of the shallow net on all prefixes of sentences, in about the products of one pass.
//!
//! Place `i` sees the tokens up to it, the rest zeroed. With `P_p = (x_p ∘ γ_p) W[p]` the first layer gives `r_i (Σ_{p≤i} P_p - m_i s) +
//! t`, with mean `m_i` and reciprocal deviation `r_i` from running sums, `s = Σ γ W` and `t = Σ β W + bias`. Backwards `R_p = Σ_{i≥p} r_i
//! dz_i`, and `G` of place `p` is `x_pᵀ R_p - Σ_i r_i m_i dz_i`. (kernels.md, section 3)

use super::{Layer, Sentences, Shallow, renew::Renewal, taught};
use crate::kernels::{
    adam::Step,
    cpu,
    gpu::{self, Scalar, Wgsl, shader},
    layer_norm::EPSILON,
    matmul::transposed_matmul,
};
use burn::backend::{
    Backend, Cube, Dispatch, Flex, backend_extension,
    ops::FloatTensorOps,
    tensor::{FloatTensor, IntTensor},
    wgpu::into_contiguous,
};
use burn::tensor::{Shape, Tensor};

/// One step on a batch: what the net says of each prefix of `input`, `[outputs]`, is to be the last place's `target`. Gives the sum of
/// squared errors over tokens times `scale`: `[1]`.
pub fn step(
    net: Shallow,
    input: &Sentences,
    target: &Sentences,
    scale: f32,
    slope: f32,
    step: Step,
) -> (Shallow, Tensor<1>) {
    let Shallow { first, later } = net;
    let (z, t, read) = read(input, &first);
    let later = later.into_iter().map(|layer| vec![layer]).collect();
    let taught = taught(later, z, vec![t], target, [scale, slope]);
    let mut renewal = Renewal::default();
    let of_prefixes = summed_backward(taught.dz.clone(), &read.stats, read.batch());
    read.renew(first, of_prefixes, &mut renewal);
    let (mut nets, loss) = taught.renewed_with(renewal, step);
    (nets.remove(0), loss)
}

/// What the gradient of a first layer is made with.
pub(in crate::kernels) struct Read {
    /// `[places, batch, features]`
    x: Tensor<3>,
    pub stats: Tensor<2>,
}

/// The gradient of all prefixes' shares, `R: [places, batch, outputs]`, and rows whose sum is `-Σ r m dz` and `Σ dz` over all prefixes,
/// `[any, 2 · outputs]`.
pub(in crate::kernels) type OfPrefixes = (Tensor<3>, Tensor<2>);

/// What a layer is of each prefix, without `t`: `[places · batch, outputs]`; and `t`.
pub(in crate::kernels) fn read(input: &Sentences, layer: &Layer) -> (Tensor<2>, Tensor<1>, Read) {
    let (x, scaled, stats) = prepared(input, layer);
    let ([places, _, features], [_, outputs]) = (x.dims(), layer.weight.value.dims());
    let [s, t] = folded(layer);
    let weights = layer.weight.value.clone().narrow(0, 0, places * features).reshape([places, features, outputs]);
    let z = summed(transposed_matmul(scaled, weights, [false; 2]), &stats, s);
    (z, t, Read { x, stats })
}

impl Read {
    pub fn batch(&self) -> usize {
        self.x.dims()[1]
    }

    /// Lets a layer be changed, from the gradient of what it is of each prefix.
    pub fn renew(self, layer: Layer, (r, sums): OfPrefixes, renewal: &mut Renewal) {
        renewal.places(layer, self.x, r, sums);
    }
}

/// By place: the sentences without what is behind their ends, the same times the norm's scale, both `[places, batch, features]`; and the
/// mean and the reciprocal deviation of each prefix, `[places · batch, 2]`.
fn prepared(input: &Sentences, layer: &Layer) -> (Tensor<3>, Tensor<3>, Tensor<2>) {
    let (x, lengths) = (input.values.clone().into_dispatch(), input.lengths.clone().into_dispatch());
    let gamma = layer.gamma.value.clone().into_dispatch();
    let (x, scaled, stats) = Dispatch::prefix_stats(x, lengths, gamma, input.features);
    (Tensor::from_dispatch(x), Tensor::from_dispatch(scaled), Tensor::from_dispatch(stats))
}

/// `s` and `t`: `[outputs]` each.
fn folded(layer: &Layer) -> [Tensor<1>; 2] {
    let (weight, bias) = (layer.weight.value.clone().into_dispatch(), layer.bias.value.clone().into_dispatch());
    let (gamma, beta) = (layer.gamma.value.clone().into_dispatch(), layer.beta.value.clone().into_dispatch());
    let (s, t) = Dispatch::folded(weight, gamma, beta, bias);
    [Tensor::from_dispatch(s), Tensor::from_dispatch(t)]
}

/// `r_i (Σ_{p≤i} shares_p - m_i s)`: `[places, batch, outputs]` to `[places · batch, outputs]`.
fn summed(shares: Tensor<3>, stats: &Tensor<2>, s: Tensor<1>) -> Tensor<2> {
    let stats = stats.clone().into_dispatch();
    Tensor::from_dispatch(Dispatch::prefix_sum(shares.into_dispatch(), stats, s.into_dispatch()))
}

fn summed_backward(dz: Tensor<2>, stats: &Tensor<2>, batch: usize) -> OfPrefixes {
    let (r, sums) = Dispatch::prefix_backward(dz.into_dispatch(), stats.clone().into_dispatch(), batch);
    (Tensor::from_dispatch(r), Tensor::from_dispatch(sums))
}

/// What a backend must know for all prefixes. Its oracle is autodiff over each prefix by itself.
#[backend_extension(Cube, Flex)]
pub trait PrefixOps: Backend {
    fn prefix_stats(
        x: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        gamma: FloatTensor<Self>,
        features: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    fn folded(
        weight: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    fn prefix_sum(shares: FloatTensor<Self>, stats: FloatTensor<Self>, s: FloatTensor<Self>) -> FloatTensor<Self>;

    fn prefix_backward(
        dz: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        batch: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);
}

impl PrefixOps for Flex {
    fn prefix_stats(
        x: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        gamma: FloatTensor<Self>,
        features: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [batch, columns] = x.layout().shape().dims();
        let ([x, gamma], lengths) = ([x, gamma].map(cpu::contiguous), cpu::integers(&lengths));
        let (x, gamma, places) = (cpu::values(&x), cpu::values(&gamma), columns / features);
        let (mut kept, mut scaled) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        let mut stats = vec![0.0; 2 * places * batch];
        for (sentence, &length) in lengths.iter().enumerate() {
            let (mut sum, mut squares) = (0.0, 0.0);
            for place in 0..places {
                let (row, first) = (place * batch + sentence, place * features);
                if place < length {
                    let token = &x[sentence * columns + first..][..features];
                    (sum, squares) = (sum + cpu::sum(token, |x| x), squares + cpu::sum(token, |x| x * x));
                    kept[row * features..][..features].copy_from_slice(token);
                    let scaled = scaled[row * features..][..features].iter_mut();
                    scaled.zip(token).zip(&gamma[first..]).for_each(|((y, x), gamma)| *y = x * gamma);
                }
                let mean = sum / gamma.len() as f32;
                let variance = (squares / gamma.len() as f32 - mean * mean).max(0.0);
                (stats[2 * row], stats[2 * row + 1]) = (mean, 1.0 / (variance + EPSILON).sqrt());
            }
        }
        let shape = [places, batch, features];
        (cpu::tensor(kept, shape), cpu::tensor(scaled, shape), cpu::tensor(stats, [places * batch, 2]))
    }

    fn folded(
        weight: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [inputs, outputs] = weight.layout().shape().dims();
        let [weight, gamma, beta, bias] = [weight, gamma, beta, bias].map(cpu::contiguous);
        let (weight, gamma, beta) = (cpu::values(&weight), cpu::values(&gamma), cpu::values(&beta));
        let mut parts = vec![0.0; inputs.div_ceil(cpu::ROWS) * 2 * outputs];
        cpu::by_chunks(&mut parts, 2 * outputs, |block, part| {
            let first = block * cpu::ROWS;
            let (s, t) = part.split_at_mut(outputs);
            fold([s, t], &weight[first * outputs..], &gamma[first..], &beta[first..]);
        });
        let mut s = cpu::sum_rows(&parts, 2 * outputs);
        let mut t = s.split_off(outputs);
        t.iter_mut().zip(cpu::values(&bias)).for_each(|(t, bias)| *t += bias);
        (cpu::tensor(s, [outputs]), cpu::tensor(t, [outputs]))
    }

    fn prefix_sum(shares: FloatTensor<Self>, stats: FloatTensor<Self>, s: FloatTensor<Self>) -> FloatTensor<Self> {
        let [places, batch, outputs] = shares.layout().shape().dims();
        let [stats, s] = [stats, s].map(cpu::contiguous);
        let (stats, s) = (cpu::values(&stats), cpu::values(&s));
        let (mut z, mut sums) = (cpu::into_values(shares), vec![0.0; batch * outputs]);
        for (place, z) in z.chunks_exact_mut(batch * outputs).enumerate() {
            cpu::by_pairs((&mut sums, outputs), (z, outputs), |sentence, sum, z| {
                let row = 2 * (place * batch + sentence);
                add_share(sum, z, s, [stats[row], stats[row + 1]]);
            });
        }
        cpu::tensor(z, [places * batch, outputs])
    }

    fn prefix_backward(
        dz: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        batch: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [rows, outputs] = dz.layout().shape().dims();
        let stats = cpu::contiguous(stats);
        let (stats, places) = (cpu::values(&stats), rows / batch);
        let (mut r, mut later) = (cpu::into_values(dz), vec![0.0; batch * outputs]);
        let mut parts = vec![0.0; 2 * batch * outputs];
        for (place, r) in r.chunks_exact_mut(batch * outputs).enumerate().rev() {
            let outs = ((r, outputs), (&mut later[..], outputs), (&mut parts[..], 2 * outputs));
            cpu::by_threes(outs.0, outs.1, outs.2, |sentence, [r, later, sums]| {
                let row = 2 * (place * batch + sentence);
                add_later(r, later, sums, [stats[row], stats[row + 1]]);
            });
        }
        let sums = cpu::sum_rows(&parts, 2 * outputs);
        (cpu::tensor(r, [places, batch, outputs]), cpu::tensor(sums, [1, 2 * outputs]))
    }
}

/// Adds the first [`cpu::ROWS`] rows, times their scales and times their shifts.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn fold([s, t]: [&mut [f32]; 2], weight: &[f32], gamma: &[f32], beta: &[f32]) {
    for ((row, gamma), beta) in weight.chunks_exact(s.len()).zip(gamma).zip(beta).take(cpu::ROWS) {
        s.iter_mut().zip(row).for_each(|(s, weight)| *s += gamma * weight);
        t.iter_mut().zip(row).for_each(|(t, weight)| *t += beta * weight);
    }
}

#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn add_share(sum: &mut [f32], z: &mut [f32], s: &[f32], [mean, scale]: [f32; 2]) {
    for ((sum, z), s) in sum.iter_mut().zip(z).zip(s) {
        *sum += *z;
        *z = (*sum - mean * s) * scale;
    }
}

/// Adds a row to what came of later places, and puts that in its place; adds to the sums over all prefixes.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn add_later(r: &mut [f32], later: &mut [f32], sums: &mut [f32], [mean, scale]: [f32; 2]) {
    let (more, plain) = sums.split_at_mut(r.len());
    for (((r, later), more), plain) in r.iter_mut().zip(later).zip(more).zip(plain) {
        let dz = *r;
        *more -= scale * mean * dz;
        *plain += dz;
        *later += scale * dz;
        *r = *later;
    }
}

/// A kernel of one invocation for each of so many columns of all places.
fn by_element(name: &'static str, text: gpu::Text) -> Wgsl {
    Wgsl { name, texts: vec![text], words: vec![], workgroup: [64, 1] }
}

impl PrefixOps for Cube {
    fn prefix_stats(
        x: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        gamma: FloatTensor<Self>,
        features: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        const LANES: usize = 64;
        let ([batch, columns], [width]) = (gpu::dims(&x), gpu::dims(&gamma));
        let (places, [x, lengths, gamma]) = (columns / features, [x, lengths, gamma].map(into_contiguous));
        let [kept, scaled] = [(); 2].map(|()| gpu::empty(&x, [places, batch, features]));
        let stats = gpu::empty(&x, [places * batch, 2]);
        let texts = vec![shader!("prefix_stats.wgsl"), shader!("shared/row_total.wgsl")];
        let kernel = Wgsl { name: "prefix_stats", texts, words: vec![("lanes", LANES)], workgroup: [LANES as u32, 1] };
        let sizes = [width, places, features, batch].map(Scalar::Int);
        let scalars = sizes.into_iter().chain([Scalar::Float(EPSILON), Scalar::Int(0)]).collect::<Vec<_>>();
        gpu::launch(kernel, [batch, 1, 1], &[&x, &lengths, &gamma, &kept, &scaled, &stats], &scalars);
        (kept, scaled, stats)
    }

    fn folded(
        weight: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [inputs, outputs] = gpu::dims(&weight);
        let [weight, gamma, beta, bias] = [weight, gamma, beta, bias].map(into_contiguous);
        let [s, t] = [(); 2].map(|()| gpu::empty(&weight, [outputs]));
        let (kernel, groups) = gpu::by_columns("folded", shader!("folded.wgsl"), outputs);
        gpu::launch(kernel, groups, &[&weight, &gamma, &beta, &bias, &s, &t], &[inputs, outputs].map(Scalar::Int));
        (s, t)
    }

    fn prefix_sum(shares: FloatTensor<Self>, stats: FloatTensor<Self>, s: FloatTensor<Self>) -> FloatTensor<Self> {
        let [places, batch, outputs] = gpu::dims(&shares);
        let ([stats, s], z) = ([stats, s].map(into_contiguous), gpu::owned(shares));
        let kernel = by_element("prefix_sum", shader!("prefix_sum.wgsl"));
        let scalars = [places, batch, outputs, 0].map(Scalar::Int);
        gpu::launch(kernel, [outputs.div_ceil(64), batch, 1], &[&z, &stats, &s], &scalars);
        Self::float_reshape(z, Shape::new([places * batch, outputs]))
    }

    fn prefix_backward(
        dz: FloatTensor<Self>,
        stats: FloatTensor<Self>,
        batch: usize,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [rows, outputs] = gpu::dims(&dz);
        let (stats, r, places) = (into_contiguous(stats), gpu::owned(dz), rows / batch);
        let parts = gpu::empty(&r, [batch, 2 * outputs]);
        let kernel = by_element("prefix_backward", shader!("prefix_backward.wgsl"));
        let scalars = [places, batch, outputs, 0].map(Scalar::Int);
        gpu::launch(kernel, [outputs.div_ceil(64), batch, 1], &[&r, &stats, &parts], &scalars);
        (Self::float_reshape(r, Shape::new([places, batch, outputs])), parts)
    }
}
