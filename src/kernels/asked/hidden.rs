//! The hidden layer of a query and its source's share of it, and back.

use crate::kernels::{
    cpu,
    gpu::{self, Scalar, Text, Wgsl, shader},
};
use burn::backend::{
    Backend, Cube, Dispatch, ExtensionType, Flex, backend_extension,
    flex::FlexTensor,
    tensor::FloatTensor,
    wgpu::{CubeTensor, into_contiguous},
};
use burn::tensor::Tensor;

/// From `z: [rows, H]`, the sources' `share: [shares, H]` and its `bias`: `h = leaky_relu(z + share + bias)` and `a = h ∘ gate`. Row `i`
/// has share `i mod shares`, so that there is one for all places of a sentence, or one for each row.
pub(super) fn asked(
    z: Tensor<2>,
    gate: Option<Tensor<2>>,
    share: Tensor<2>,
    bias: Tensor<1>,
    slope: f32,
) -> (Tensor<2>, Tensor<2>) {
    let (z, share, bias) = (z.into_dispatch(), share.into_dispatch(), bias.into_dispatch());
    let (h, a) = Dispatch::asked(z, gate.into(), share, bias, slope);
    (Tensor::from_dispatch(h), Tensor::from_dispatch(a))
}

/// From the gradient of `a` those of `z` and of the gate, `[rows, H]`, and of the shares, `[shares, H]`; `h` is that of [`asked`].
pub(super) fn asked_backward(
    da: Tensor<2>,
    h: Tensor<2>,
    gate: Option<Tensor<2>>,
    shares: usize,
    slope: f32,
) -> (Tensor<2>, Option<Tensor<2>>, Tensor<2>) {
    let (dz, gate, d_share) =
        Dispatch::asked_backward(da.into_dispatch(), h.into_dispatch(), gate.into(), shares, slope);
    (Tensor::from_dispatch(dz), gate.into(), Tensor::from_dispatch(d_share))
}

/// What the hidden layer is multiplied with.
#[derive(ExtensionType)]
pub enum Gate<B: Backend> {
    /// 1 everywhere.
    Open,
    Values(FloatTensor<B>),
}

impl From<Option<Tensor<2>>> for Gate<Dispatch> {
    fn from(gate: Option<Tensor<2>>) -> Self {
        gate.map_or(Self::Open, |gate| Self::Values(gate.into_dispatch()))
    }
}

impl From<Gate<Dispatch>> for Option<Tensor<2>> {
    fn from(gate: Gate<Dispatch>) -> Self {
        match gate {
            Gate::Open => None,
            Gate::Values(values) => Some(Tensor::from_dispatch(values)),
        }
    }
}

/// What a backend must know to run [`asked`]. Its oracle is autodiff over the net as the model has it.
#[backend_extension(Cube, Flex)]
pub trait HiddenOps: Backend {
    fn asked(
        z: FloatTensor<Self>,
        #[extension_type] gate: Gate<Self>,
        share: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>);

    fn asked_backward(
        da: FloatTensor<Self>,
        h: FloatTensor<Self>,
        #[extension_type] gate: Gate<Self>,
        shares: usize,
        slope: f32,
    ) -> (FloatTensor<Self>, Gate<Self>, FloatTensor<Self>);
}

impl HiddenOps for Flex {
    fn asked(
        z: FloatTensor<Self>,
        gate: Gate<Self>,
        share: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let shape @ [_, width] = z.layout().shape().dims();
        let [share, bias] = [share, bias].map(cpu::contiguous);
        let (share, bias) = (cpu::values(&share), cpu::values(&bias));
        let (mut h, mut a) = (cpu::into_values(z), vec![0.0; shape[0] * width]);
        let gate = values(gate);
        let shares = share.len() / width;
        cpu::by_pairs((&mut h, width), (&mut a, width), |row, h, a| {
            add_and_leak(h, &share[row % shares * width..], bias, slope);
            match &gate {
                Some(gate) => multiply(a, h, &cpu::values(gate)[row * width..]),
                None => a.copy_from_slice(h),
            }
        });
        (cpu::tensor(h, shape), cpu::tensor(a, shape))
    }

    fn asked_backward(
        da: FloatTensor<Self>,
        h: FloatTensor<Self>,
        gate: Gate<Self>,
        shares: usize,
        slope: f32,
    ) -> (FloatTensor<Self>, Gate<Self>, FloatTensor<Self>) {
        let shape @ [_, width] = da.layout().shape().dims();
        let size = shares * width;
        let (mut dz, h, mut d_share) = (cpu::into_values(da), cpu::contiguous(h), vec![0.0; size]);
        let h = cpu::values(&h);
        let gate = match values(gate).map(cpu::into_values) {
            Some(mut gate) => {
                cpu::by_pairs((&mut dz, width), (&mut gate, width), |row, dz, gate| {
                    through_gate(dz, gate, &h[row * width..]);
                });
                Gate::Values(cpu::tensor(gate, shape))
            }
            None => Gate::Open,
        };
        for (round, dz) in dz.chunks_exact_mut(size).enumerate() {
            cpu::by_pairs((dz, width), (&mut d_share, width), |share, dz, sum| {
                leak_back(dz, sum, &h[round * size + share * width..], slope);
            });
        }
        (cpu::tensor(dz, shape), gate, cpu::tensor(d_share, [shares, width]))
    }
}

/// The gate's values, contiguous.
fn values(gate: Gate<Flex>) -> Option<FlexTensor> {
    match gate {
        Gate::Open => None,
        Gate::Values(values) => Some(cpu::contiguous(values)),
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

/// A kernel whose gate, if there is one, is bound behind so many tensors, and the tensors with it.
fn gated<'a>(
    [open, shut]: [&'static str; 2],
    text: Text,
    tensors: &[&'a CubeTensor],
    gate: Option<&'a CubeTensor>,
) -> (Wgsl, Vec<&'a CubeTensor>) {
    let (name, gate_text) = match gate {
        Some(_) => (shut, shader!("asked_gate.wgsl")),
        None => (open, shader!("asked_open.wgsl")),
    };
    let words = vec![("gate", tensors.len()), ("last", tensors.len() + gate.iter().count())];
    let kernel = Wgsl { name, texts: vec![text, gate_text], words, workgroup: [64, 1] };
    (kernel, tensors.iter().copied().chain(gate).collect())
}

impl HiddenOps for Cube {
    fn asked(
        z: FloatTensor<Self>,
        gate: Gate<Self>,
        share: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        slope: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let (shape @ [rows, width], [shares, _]) = (gpu::dims(&z), gpu::dims::<2>(&share));
        let [share, bias] = [share, bias].map(into_contiguous);
        let (h, a) = (gpu::owned(z), gpu::empty(&share, shape));
        let gate = if let Gate::Values(gate) = gate { Some(into_contiguous(gate)) } else { None };
        let tensors = [&h, &share, &bias, &a];
        let (kernel, tensors) = gated(["asked", "asked_gated"], shader!("asked.wgsl"), &tensors, gate.as_ref());
        let scalars = [Scalar::Int(width), Scalar::Int(rows), Scalar::Int(shares), Scalar::Float(slope)];
        gpu::launch(kernel, [width.div_ceil(64), rows, 1], &tensors, &scalars);
        (h, a)
    }

    fn asked_backward(
        da: FloatTensor<Self>,
        h: FloatTensor<Self>,
        gate: Gate<Self>,
        shares: usize,
        slope: f32,
    ) -> (FloatTensor<Self>, Gate<Self>, FloatTensor<Self>) {
        let [rows, width] = gpu::dims(&da);
        let (dz, h) = (gpu::owned(da), into_contiguous(h));
        let d_share = gpu::empty(&dz, [shares, width]);
        let gate = if let Gate::Values(gate) = gate { Some(gpu::owned(gate)) } else { None };
        let (names, text) = (["asked_backward", "asked_gated_backward"], shader!("asked_backward.wgsl"));
        let (kernel, tensors) = gated(names, text, &[&dz, &h, &d_share], gate.as_ref());
        let scalars = [Scalar::Int(width), Scalar::Int(rows), Scalar::Int(shares), Scalar::Float(slope)];
        gpu::launch(kernel, [width.div_ceil(64), shares, 1], &tensors, &scalars);
        (dz, gate.map_or(Gate::Open, Gate::Values), d_share)
    }
}
