//! Label-smoothed cross-entropy with its gradient in one pass over the logits.
//!
//! The loss of a row is the Kullback-Leibler divergence of the softmax from the smoothed target, as in the paper: the
//! target has `1 - smoothing`, padding nothing, every other token of the vocabulary `smoothing / (V - 2)`.

use super::{
    cpu,
    gpu::{self, Scalar, Wgsl, shader},
};
use burn::backend::{
    Autodiff, Backend, Cube, Dispatch, Flex, TensorMetadata,
    autodiff::{
        checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
    backend_extension, get_or_init_device_settings,
    ops::FloatTensorOps,
    tensor::{FloatTensor, IntTensor},
    wgpu::into_contiguous,
};
use burn::tensor::{Int, Shape, Tensor};

/// The id of padding: a row with this target counts nothing, and no target gives it mass.
pub const PAD: usize = 0;

/// The sum of the losses of all rows times `scale`, for `logits: [rows, V]` and `targets: [rows]`. With `scale` one over
/// the number of targets that are not padding it is our loss; with one over the number of rows, the authors'.
pub fn cross_entropy(logits: Tensor<2>, targets: Tensor<1, Int>, smoothing: f32, scale: f32) -> Tensor<1> {
    let (logits, targets) = (logits.into_dispatch(), targets.into_dispatch());
    Tensor::from_dispatch(Dispatch::smoothed_loss(logits, targets, smoothing, scale))
}

/// What a backend must know to run and to differentiate [`cross_entropy`]. The default bodies are the oracle.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait CrossEntropyOps: Backend {
    /// The loss alone, of shape `[1]`.
    fn smoothed_loss(
        logits: FloatTensor<Self>,
        targets: IntTensor<Self>,
        smoothing: f32,
        scale: f32,
    ) -> FloatTensor<Self> {
        Self::smoothed_loss_and_gradient(logits, targets, smoothing, scale).0
    }

    /// The loss, of shape `[1]`, and the gradient of the logits.
    fn smoothed_loss_and_gradient(
        logits: FloatTensor<Self>,
        targets: IntTensor<Self>,
        smoothing: f32,
        scale: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        composed::<Self>(logits, targets, smoothing, scale)
    }
}

/// `(1 - e) ln(1 - e) + e ln(e / (V - 2))`: what the loss is above the cross-entropy, so that a perfect model has 0.
fn entropy(smoothing: f32, vocab: usize) -> f32 {
    let plogp = |mass: f64, p: f64| if mass > 0.0 { mass * p.ln() } else { 0.0 };
    let smoothing = f64::from(smoothing);
    (plogp(1.0 - smoothing, 1.0 - smoothing) + plogp(smoothing, smoothing / (vocab - 2) as f64)) as f32
}

/// In burn's operations, with the smoothed targets `q` written out.
pub(super) fn composed<B: Backend>(
    logits: FloatTensor<B>,
    targets: IntTensor<B>,
    smoothing: f32,
    scale: f32,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let (device, [rows, vocab]) = (logits.device(), logits.shape().dims());
    let settings = get_or_init_device_settings::<B>(&device);
    let column = |x| B::int_reshape(x, Shape::new([rows, 1]));
    let everywhere = |x| B::int_expand(x, Shape::new([rows, vocab]));
    let ids = B::int_reshape(B::int_arange(0..vocab as i64, &device, settings.int_dtype), Shape::new([1, vocab]));
    let ids = everywhere(ids);
    let hit = B::int_equal(ids.clone(), everywhere(column(targets.clone())), settings.bool_dtype);
    let other = smoothing / (vocab - 2) as f32;
    let q = B::float_add_scalar(B::float_zeros(Shape::new([rows, vocab]), &device, settings.float_dtype), other.into());
    let q = B::float_mask_fill(q, hit, (1.0 - smoothing).into());
    let q = B::float_mask_fill(q, B::int_equal_elem(ids, (PAD as i64).into(), settings.bool_dtype), 0f32.into());
    let pad = B::int_equal_elem(everywhere(column(targets)), (PAD as i64).into(), settings.bool_dtype);
    let log_p = B::log_softmax(logits, 1);
    let product = B::float_sum_dim(B::float_mul(q.clone(), log_p.clone()), 1);
    let losses = B::float_add_scalar(B::float_neg(product), entropy(smoothing, vocab).into());
    let losses = B::float_mask_fill(losses, B::bool_slice(pad.clone(), &first_column()), 0f32.into());
    let gradient = B::float_mask_fill(B::float_sub(B::float_exp(log_p), q), pad, 0f32.into());
    let scaled = |x| B::float_mul_scalar(x, scale.into());
    (scaled(B::float_sum(losses)), scaled(gradient))
}

fn first_column() -> [burn::tensor::Slice; 2] {
    [burn::tensor::Slice::full(), burn::tensor::Slice::from(0..1)]
}

impl CrossEntropyOps for Cube {
    fn smoothed_loss_and_gradient(
        logits: FloatTensor<Self>,
        targets: IntTensor<Self>,
        smoothing: f32,
        scale: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        const LANES: usize = 256;
        let (logits, targets) = (gpu::owned(logits), into_contiguous(targets));
        let [rows, vocab] = gpu::dims(&logits);
        let losses = gpu::empty(&logits, [rows]);
        let texts = vec![shader!("cross_entropy.wgsl"), shader!("shared/row_total.wgsl")];
        let kernel = Wgsl { name: "cross_entropy", texts, words: vec![("lanes", LANES)], workgroup: [LANES as u32, 1] };
        let floats = [smoothing, scale, entropy(smoothing, vocab)].map(Scalar::Float);
        let scalars = [Scalar::Int(rows), Scalar::Int(vocab)].into_iter().chain(floats).chain([Scalar::Int(0)]);
        gpu::launch(kernel, gpu::a_row_each(rows), &[&logits, &targets, &losses], &scalars.collect::<Vec<_>>());
        (Self::float_sum(losses), logits)
    }
}

impl CrossEntropyOps for Flex {
    fn smoothed_loss_and_gradient(
        logits: FloatTensor<Self>,
        targets: IntTensor<Self>,
        smoothing: f32,
        scale: f32,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let shape @ [rows, vocab] = logits.layout().shape().dims();
        let targets = cpu::integers(&targets);
        let (mut values, mut losses) = (cpu::into_values(logits), vec![0.0; rows]);
        cpu::by_pairs((&mut values, cpu::ROWS * vocab), (&mut losses, cpu::ROWS), |block, values, losses| {
            let targets = &targets[block * cpu::ROWS..];
            for ((row, loss), &target) in values.chunks_exact_mut(vocab).zip(losses).zip(targets) {
                *loss = row_loss(row, target, smoothing, scale);
            }
        });
        let total: f64 = losses.iter().map(|&loss| f64::from(loss)).sum();
        (cpu::tensor(vec![(total * f64::from(scale)) as f32], [1]), cpu::tensor(values, shape))
    }
}

/// The loss of one row; its logits become the gradient.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn row_loss(row: &mut [f32], target: usize, smoothing: f32, scale: f32) -> f32 {
    if target == PAD {
        row.fill(0.0);
        return 0.0;
    }
    let vocab = row.len();
    let other = smoothing / (vocab - 2) as f32;
    let top = cpu::max(row, f32::NEG_INFINITY);
    // About the maximum, so that the sums are small and a smoothing of 0 loses no digits.
    let (at_target, at_pad) = (row[target] - top, row[PAD] - top);
    let sum = cpu::sum(row, |z| z - top);
    row.iter_mut().for_each(|z| *z = cpu::exp(*z - top));
    let total = cpu::sum(row, |p| p);
    let log_total = total.ln();
    let others = sum - at_target - at_pad;
    let loss = entropy(smoothing, vocab) - (1.0 - smoothing) * at_target - other * others + log_total;
    let factor = scale / total;
    row.iter_mut().for_each(|p| *p = *p * factor - scale * other);
    row[target] += scale * (other - (1.0 - smoothing));
    row[PAD] += scale * other;
    loss
}

impl<B: Backend + CrossEntropyOps, C: CheckpointStrategy> CrossEntropyOps for Autodiff<B, C> {
    fn smoothed_loss(
        logits: FloatTensor<Self>,
        targets: IntTensor<Self>,
        smoothing: f32,
        scale: f32,
    ) -> FloatTensor<Self> {
        match CrossEntropy.prepare::<C>([logits.node()]).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let logits = logits.into_primitive();
                let (loss, gradient) = B::smoothed_loss_and_gradient(logits, targets, smoothing, scale);
                prep.finish(gradient, loss)
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(B::smoothed_loss(logits.into_primitive(), targets, smoothing, scale))
            }
        }
    }
}

#[derive(Debug)]
struct CrossEntropy;

impl<B: Backend + CrossEntropyOps> Backward<B, 1> for CrossEntropy {
    /// The gradient of the logits for an upstream gradient of 1.
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let upstream = B::float_reshape(grads.consume::<B>(&ops.node), Shape::new([1, 1]));
        let [node] = ops.parents;
        node.into_iter().for_each(|node| {
            grads.register::<B>(node.id, B::float_mul(ops.state.clone(), upstream.clone()));
        });
    }
}
