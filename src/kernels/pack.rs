//! Tensors of any number in one argument, and several in one buffer of an adapter, each in a slot of its own: so one kernel can change
//! all of them. Outside they are tensors like others.

use super::gpu;
use burn::backend::{
    Backend, BackendTensor, Cube, Dispatch, DispatchAutodiffContext, DispatchTensor, DispatchTensorKind, ExtensionType,
    ops::FloatTensorOps,
    tensor::FloatTensor,
    wgpu::{CubeTensor, into_contiguous},
};
use burn::tensor::{Shape, Slice, Tensor};
use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
};

/// As many tensors as an operation needs.
pub struct Tensors<B: Backend>(pub Vec<FloatTensor<B>>);

impl Tensors<Dispatch> {
    pub fn of<const D: usize>(tensors: impl IntoIterator<Item = Tensor<D>>) -> Self {
        Self(tensors.into_iter().map(Tensor::into_dispatch).collect())
    }
}

impl<B: Backend> ExtensionType<B> for Tensors<B> {
    type Target = Tensors<Dispatch>;

    fn map_to_dispatch<F>(self, map_kind: F, autodiff: DispatchAutodiffContext) -> Self::Target
    where
        F: Fn(BackendTensor<B>) -> DispatchTensorKind,
    {
        let wrapped = |tensor| DispatchTensor { kind: map_kind(BackendTensor::Float(tensor)), autodiff };
        Tensors(self.0.into_iter().map(wrapped).collect())
    }

    fn map_from_dispatch<F>(target: Self::Target, unwrap_kind: F) -> Self
    where
        F: Fn(DispatchTensor) -> BackendTensor<B>,
    {
        Self(target.0.into_iter().map(|tensor| unwrap_kind(tensor).float()).collect())
    }

    fn routing_tensor(target: &Self::Target) -> Option<&DispatchTensor> {
        target.0.first()
    }

    fn routing_float_tensor(target: &Self::Target) -> Option<&DispatchTensor> {
        target.0.first()
    }
}

/// How many bytes of a buffer the adapter in use binds: until one is, what every adapter does.
static LARGEST_BINDING: AtomicU64 = AtomicU64::new(128 << 20);

/// Says so of the adapter that is used from now on.
pub fn set_largest_binding(bytes: u64) {
    LARGEST_BINDING.store(bytes, Ordering::Relaxed);
}

/// Bytes of a buffer that tensors which are changed together may take.
pub fn largest_binding() -> u64 {
    LARGEST_BINDING.load(Ordering::Relaxed)
}

/// Where a slot may begin, in values: every adapter binds from each 256th byte on.
pub(super) const SLOT: usize = 64;

/// Tensors that lie in one buffer, in order.
pub(super) struct Packed {
    /// `[length]`, with what is between the tensors.
    pub whole: CubeTensor,
    shapes: Vec<Shape>,
    /// Where each begins.
    pub starts: Vec<usize>,
}

impl Packed {
    /// These to be read: where they lie so already it costs nothing, else they are copied.
    pub fn of(tensors: Vec<CubeTensor>) -> Self {
        let shapes = tensors.iter().map(|tensor| tensor.meta.shape().clone()).collect::<Vec<_>>();
        let (starts, length) = slots(&shapes);
        let whole = match whole_of(&tensors, &starts, length) {
            Some(whole) => whole,
            None => copied(tensors, &starts, length),
        };
        Self { whole, shapes, starts }
    }

    /// These to be changed in place: copied as well where somebody else holds one of them.
    pub fn owned(tensors: Vec<CubeTensor>) -> Self {
        let packed = Self::of(tensors);
        Self { whole: gpu::owned(packed.whole), ..packed }
    }

    /// How far one is from the next, where all are of one size; 0 where there is one alone.
    pub fn stride(&self) -> usize {
        self.starts.get(1).copied().unwrap_or(0)
    }

    /// One of them, in the same buffer.
    pub fn part(&self, index: usize) -> CubeTensor {
        self.range(self.starts[index], self.shapes[index].clone())
    }

    /// Some of them, one after the other, with what is between them.
    pub fn parts(&self, indices: Range<usize>) -> CubeTensor {
        let (first, last) = (self.starts[indices.start], indices.end - 1);
        self.range(first, Shape::new([self.starts[last] + self.shapes[last].num_elements() - first]))
    }

    fn range(&self, start: usize, shape: Shape) -> CubeTensor {
        let start = 4 * start as u64;
        let end = start + 4 * shape.num_elements() as u64;
        let CubeTensor { client, device, handle, dtype, .. } = self.whole.clone();
        let behind = handle.size_in_used() - end;
        let handle = handle.offset_start(start).offset_end(behind);
        CubeTensor::new_contiguous(client, device, shape, handle, dtype)
    }
}

/// Where each begins, and where the last slot ends.
fn slots(shapes: &[Shape]) -> (Vec<usize>, usize) {
    let mut length = 0;
    let starts = shapes.iter().map(|shape| {
        let start = length;
        length += shape.num_elements().next_multiple_of(SLOT);
        start
    });
    (starts.collect(), length)
}

/// The buffer in which they lie so.
fn whole_of(tensors: &[CubeTensor], starts: &[usize], length: usize) -> Option<CubeTensor> {
    let first = tensors.first()?;
    if tensors.len() == 1 {
        return first.is_contiguous().then(|| flat(first.clone()));
    }
    let begin = first.handle.offset_start.unwrap_or(0);
    let is_there = |(tensor, start): (&CubeTensor, &usize)| {
        let (handle, values) = (&tensor.handle, tensor.meta.shape().num_elements());
        std::ptr::eq(handle.memory.descriptor(), first.handle.memory.descriptor())
            && handle.offset_start.unwrap_or(0) == begin + 4 * *start as u64
            && handle.size_in_used() == 4 * values as u64
            && tensor.is_contiguous()
    };
    // The last one's slot may be longer than what is in it.
    let end = 4 * length as u64 + begin;
    let behind = first.handle.size().checked_sub(end)?;
    tensors.iter().zip(starts).all(is_there).then(|| {
        let CubeTensor { client, device, mut handle, dtype, .. } = first.clone();
        handle.offset_end = Some(behind);
        CubeTensor::new_contiguous(client, device, Shape::new([length]), handle, dtype)
    })
}

fn copied(tensors: Vec<CubeTensor>, starts: &[usize], length: usize) -> CubeTensor {
    let whole = gpu::empty(&tensors[0], [length]);
    tensors.into_iter().zip(starts).fold(whole, |whole, (tensor, start)| {
        let values = tensor.meta.shape().num_elements();
        Cube::float_slice_assign(whole, &[Slice::from(*start..start + values)], flat(into_contiguous(tensor)))
    })
}

fn flat(tensor: CubeTensor) -> CubeTensor {
    let values = tensor.meta.shape().num_elements();
    Cube::float_reshape(tensor, Shape::new([values]))
}
