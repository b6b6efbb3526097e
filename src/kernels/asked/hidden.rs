//! The hidden layer of a query and its source's share of it, and back.

use crate::kernels::{
    cpu,
    gpu::{self, Scalar, Wgsl, shader},
    linear::{IDENTITY, LinearOps},
    matmul::{self, Operand},
    pack::{Packed, Tensors},
    shallow::{
        Moving,
        prefix::{OfPrefixes, PrefixOps, Read},
    },
};
use burn::backend::{
    Backend, Cube, Dispatch, Flex, backend_extension,
    ops::FloatTensorOps,
    tensor::FloatTensor,
    wgpu::{CubeTensor, into_contiguous},
};
use burn::tensor::{Shape, Tensor};

/// Matrix and bias of a layer.
type Parameters<'a> = (&'a Moving<2>, &'a Moving<1>);

/// From queries `q: [rows, d_model]`, the sources' `share: [shares, H]` and its `bias`: `h = leaky_relu(query(q) + share + bias)` and `a =
/// h ∘ gate(q)`, of the two layers of queries. Row `i` has share `i mod shares`, so that there is one for all places of a sentence, or
/// one for each row.
pub(super) fn asked(
    q: Tensor<2>,
    of_queries: [Option<Parameters<'_>>; 2],
    share: Tensor<2>,
    bias: Tensor<1>,
    slope: f32,
) -> (Tensors<Dispatch>, Tensor<2>) {
    let values =
        |(weight, bias): Parameters<'_>| [weight.value.clone().into_dispatch(), bias.value.clone().into_dispatch()];
    let layers = Tensors(of_queries.into_iter().flatten().flat_map(values).collect());
    let (share, bias) = (share.into_dispatch(), bias.into_dispatch());
    let (kept, a) = Dispatch::asked(q.into_dispatch(), layers, share, bias, slope);
    (kept, Tensor::from_dispatch(a))
}

/// From the gradient of `a` those of both layers of the queries, `[rows, H]`, and of the shares, `[shares, H]`; `kept` is that of
/// [`asked`].
pub(super) fn asked_backward(
    da: Tensor<2>,
    kept: Tensors<Dispatch>,
    shares: usize,
    slope: f32,
) -> (Tensors<Dispatch>, Tensor<2>) {
    let (of_queries, d_share) = Dispatch::asked_backward(da.into_dispatch(), kept, shares, slope);
    (of_queries, Tensor::from_dispatch(d_share))
}

/// The same where the shares are of prefixes.
pub(super) fn asked_backward_of_prefixes(
    da: Tensor<2>,
    kept: Tensors<Dispatch>,
    read: &Read,
    slope: f32,
) -> (Tensors<Dispatch>, OfPrefixes) {
    let (da, stats) = (da.into_dispatch(), read.stats.clone().into_dispatch());
    let (of_queries, r, sums) = Dispatch::asked_backward_of_prefixes(da, kept, stats, read.batch(), slope);
    (of_queries, (Tensor::from_dispatch(r), Tensor::from_dispatch(sums)))
}

/// What a backend must know to run [`asked`]. Its oracle is autodiff over the net as the model has it.
#[backend_extension(Cube, Flex)]
pub trait HiddenOps: Backend {
    fn asked(
        q: FloatTensor<Self>,
        #[extension_type] layers: Tensors<Self>,
        share: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        slope: f32,
    ) -> (Tensors<Self>, FloatTensor<Self>);

    fn asked_backward(
        da: FloatTensor<Self>,
        #[extension_type] kept: Tensors<Self>,
        shares: usize,
        slope: f32,
    ) -> (Tensors<Self>, FloatTensor<Self>);

    fn asked_backward_of_prefixes(
        da: FloatTensor<Self>,
        #[extension_type] kept: Tensors<Self>,
        stats: FloatTensor<Self>,
        batch: usize,
        slope: f32,
    ) -> (Tensors<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

/// On the CPU the hidden layer and the gate are tensors of their own.
impl HiddenOps for Flex {
    fn asked(
        q: FloatTensor<Self>,
        layers: Tensors<Self>,
        share: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        slope: f32,
    ) -> (Tensors<Self>, FloatTensor<Self>) {
        let outputs = layers.0.chunks_exact(2);
        let outputs = outputs.map(|it| Self::linear_act(q.clone(), it[0].clone(), it[1].clone(), IDENTITY));
        let mut outputs = outputs.collect::<Vec<_>>().into_iter();
        let (z, gate) = (outputs.next().expect("the queries' layer"), outputs.next());
        let shape @ [_, width] = z.layout().shape().dims();
        let [share, bias] = [share, bias].map(cpu::contiguous);
        let (share, bias) = (cpu::values(&share), cpu::values(&bias));
        let (mut h, mut a) = (cpu::into_values(z), vec![0.0; shape[0] * width]);
        let shares = share.len() / width;
        cpu::by_pairs((&mut h, width), (&mut a, width), |row, h, a| {
            add_and_leak(h, &share[row % shares * width..], bias, slope);
            match &gate {
                Some(gate) => multiply(a, h, &cpu::values(gate)[row * width..]),
                None => a.copy_from_slice(h),
            }
        });
        let kept = [cpu::tensor(h, shape)].into_iter().chain(gate).collect();
        (Tensors(kept), cpu::tensor(a, shape))
    }

    fn asked_backward(
        da: FloatTensor<Self>,
        kept: Tensors<Self>,
        shares: usize,
        slope: f32,
    ) -> (Tensors<Self>, FloatTensor<Self>) {
        let shape @ [_, width] = da.layout().shape().dims();
        let (size, mut kept) = (shares * width, kept.0.into_iter().map(cpu::contiguous));
        let (h, gate) = (kept.next().expect("the hidden layer"), kept.next());
        let (mut dz, h, mut d_share) = (cpu::into_values(da), cpu::values(&h), vec![0.0; size]);
        let gate = gate.map(cpu::into_values).map(|mut gate| {
            cpu::by_pairs((&mut dz, width), (&mut gate, width), |row, dz, gate| {
                through_gate(dz, gate, &h[row * width..]);
            });
            cpu::tensor(gate, shape)
        });
        for (round, dz) in dz.chunks_exact_mut(size).enumerate() {
            cpu::by_pairs((dz, width), (&mut d_share, width), |share, dz, sum| {
                leak_back(dz, sum, &h[round * size + share * width..], slope);
            });
        }
        let of_queries = [cpu::tensor(dz, shape)].into_iter().chain(gate).collect();
        (Tensors(of_queries), cpu::tensor(d_share, [shares, width]))
    }

    fn asked_backward_of_prefixes(
        da: FloatTensor<Self>,
        kept: Tensors<Self>,
        stats: FloatTensor<Self>,
        batch: usize,
        slope: f32,
    ) -> (Tensors<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let [rows, _] = da.layout().shape().dims();
        let (of_queries, d_share) = Self::asked_backward(da, kept, rows, slope);
        let (r, sums) = Self::prefix_backward(d_share, stats, batch);
        (of_queries, r, sums)
    }
}

#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn add_and_leak(row: &mut [f32], share: &[f32], bias: &[f32], slope: f32) {
    for ((h, share), bias) in row.iter_mut().zip(share).zip(bias) {
        let z = *h + (share + bias);
        *h = if z > 0.0 { z } else { z * slope };
    }
}

#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn multiply(a: &mut [f32], h: &[f32], gate: &[f32]) {
    for ((a, h), gate) in a.iter_mut().zip(h).zip(gate) {
        *a = h * gate;
    }
}

/// Turns the gradient of a row behind the gate into that of the row before it, and the gate into its own gradient.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn through_gate(d: &mut [f32], gate: &mut [f32], h: &[f32]) {
    for ((d, gate), h) in d.iter_mut().zip(gate).zip(h) {
        (*d, *gate) = (*d * *gate, *d * h);
    }
}

/// Turns the gradient of a row into that before its activation, and adds it to a share's.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn leak_back(dz: &mut [f32], sum: &mut [f32], h: &[f32], slope: f32) {
    for ((dz, sum), h) in dz.iter_mut().zip(sum).zip(h) {
        *dz *= if *h > 0.0 { 1.0 } else { slope };
        *sum += *dz;
    }
}

/// A kernel over columns, where there is a gate or not.
fn gated(name: &'static str, text: gpu::Text, has_gate: bool) -> Wgsl {
    Wgsl { name, texts: vec![text], words: vec![("gated", usize::from(has_gate))], workgroup: [64, 1] }
}

/// On an adapter the gate's rows lie behind those of the hidden layer: `[rows, H]` or `[2 · rows, H]`, and so do their gradients.
impl HiddenOps for Cube {
    fn asked(
        q: FloatTensor<Self>,
        layers: Tensors<Self>,
        share: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        slope: f32,
    ) -> (Tensors<Self>, FloatTensor<Self>) {
        let (weights, biases): (Vec<_>, Vec<_>) =
            layers.0.chunks_exact(2).map(|it| (it[0].clone(), it[1].clone())).unzip();
        let ([rows, inputs], [_, width], [shares, _]) = (gpu::dims(&q), gpu::dims(&weights[0]), gpu::dims::<2>(&share));
        let count = weights.len();
        let weights = Packed::of(weights);
        let (first, next) = (Operand::new(q, inputs, false).every(0), weights.starts.last().copied().unwrap_or(0));
        let second = Operand::new(weights.whole, width, false).every(next);
        let h = matmul::product([count, rows, width, inputs], first, second, None);
        let [share, bias] = [share, bias].map(into_contiguous);
        let biases = biases.into_iter().map(into_contiguous).collect::<Vec<_>>();
        let a = gpu::empty(&share, [rows, width]);
        let kernel = gated("asked", shader!("asked.wgsl"), count == 2);
        let scalars = [Scalar::Int(width), Scalar::Int(rows), Scalar::Int(shares), Scalar::Float(slope)];
        // Without a gate its bias is not read.
        let tensors = [&h, &share, &bias, &biases[0], &biases[count - 1], &a];
        gpu::launch(kernel, [width.div_ceil(64), rows, 1], &tensors, &scalars);
        (Tensors(vec![h]), a)
    }

    fn asked_backward(
        da: FloatTensor<Self>,
        kept: Tensors<Self>,
        shares: usize,
        slope: f32,
    ) -> (Tensors<Self>, FloatTensor<Self>) {
        let ([rows, width], da, h) = (gpu::dims(&da), into_contiguous(da), owned(kept));
        let d_share = gpu::empty(&da, [shares, width]);
        let has_gate = gpu::dims::<2>(&h)[0] > rows;
        let kernel = gated("asked_backward", shader!("asked_backward.wgsl"), has_gate);
        let scalars = [Scalar::Int(width), Scalar::Int(rows), Scalar::Int(shares), Scalar::Float(slope)];
        gpu::launch(kernel, [width.div_ceil(64), shares, 1], &[&da, &h, &d_share], &scalars);
        (Tensors(vec![h]), d_share)
    }

    fn asked_backward_of_prefixes(
        da: FloatTensor<Self>,
        kept: Tensors<Self>,
        stats: FloatTensor<Self>,
        batch: usize,
        slope: f32,
    ) -> (Tensors<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let ([rows, width], h, stats) = (gpu::dims(&da), owned(kept), into_contiguous(stats));
        let (r, sums) = (gpu::owned(da), gpu::empty(&stats, [batch, 2 * width]));
        let has_gate = gpu::dims::<2>(&h)[0] > rows;
        let kernel = gated("asked_prefixes_backward", shader!("asked_prefixes_backward.wgsl"), has_gate);
        let scalars = [Scalar::Int(width), Scalar::Int(rows), Scalar::Int(batch), Scalar::Float(slope)];
        gpu::launch(kernel, [width.div_ceil(64), batch, 1], &[&r, &h, &stats, &sums], &scalars);
        (Tensors(vec![h]), Self::float_reshape(r, Shape::new([rows / batch, batch, width])), sums)
    }
}

/// What was kept, to be changed in place.
fn owned(kept: Tensors<Cube>) -> CubeTensor {
    gpu::owned(kept.0.into_iter().next().expect("the hidden layer"))
}
