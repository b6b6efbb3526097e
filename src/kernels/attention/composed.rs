//! Attention in burn's operations, with the whole score matrix: what the twins are tested against.

use super::Attention;
use burn::backend::{
    Backend, TensorMetadata, get_or_init_device_settings,
    tensor::{BoolTensor, FloatTensor, IntTensor},
};
use burn::tensor::{Shape, Slice, TensorData};

/// One head a matrix: `[batch, heads, rows, head]` of columns `first..first + width` of `x: [batch · rows, _]`.
fn heads<B: Backend>(x: FloatTensor<B>, first: usize, attention: Attention) -> FloatTensor<B> {
    let Attention { batch, width, heads, .. } = attention;
    let rows = x.shape()[0] / batch;
    let x = B::float_slice(x, &[Slice::full(), Slice::from(first..first + width)]);
    let x = B::float_reshape(x, Shape::new([batch, rows, heads, width / heads]));
    B::float_permute(x, &[0, 2, 1, 3])
}

/// The inverse of [`heads`]: `[batch · rows, width]`.
fn rows<B: Backend>(x: FloatTensor<B>, attention: Attention) -> FloatTensor<B> {
    let rows = x.shape()[2];
    let x = B::float_permute(x, &[0, 2, 1, 3]);
    B::float_reshape(x, Shape::new([attention.batch * rows, attention.width]))
}

/// Queries, keys and values, and their number.
fn operands<B: Backend>(q: FloatTensor<B>, kv: FloatTensor<B>, attention: Attention) -> [FloatTensor<B>; 3] {
    let last = kv.shape()[1];
    let k = heads::<B>(kv.clone(), last - 2 * attention.width, attention);
    [heads::<B>(q, 0, attention), k, heads::<B>(kv, last - attention.width, attention)]
}

/// True where a query must not see a key: `[batch, heads, queries, keys]`.
fn hidden<B: Backend>(lengths: IntTensor<B>, shape: &Shape, attention: Attention) -> BoolTensor<B> {
    let (device, [batch, _, queries, keys]) = (lengths.device(), shape.dims::<4>());
    let settings = get_or_init_device_settings::<B>(&device);
    let (bool_dtype, int_dtype) = (settings.bool_dtype, settings.int_dtype);
    let count = |end: usize, place: [usize; 4]| {
        let numbers = B::int_arange(0..end as i64, &device, int_dtype);
        B::int_expand(B::int_reshape(numbers, Shape::new(place)), shape.clone())
    };
    let key = count(keys, [1, 1, 1, keys]);
    let lengths = B::int_expand(B::int_reshape(lengths, Shape::new([batch, 1, 1, 1])), shape.clone());
    let padding = B::int_greater_equal(key.clone(), lengths, bool_dtype);
    match attention.causal {
        true => B::bool_or(padding, B::int_greater(key, count(queries, [1, 1, queries, 1]), bool_dtype)),
        false => padding,
    }
}

/// The weights before dropout, and the factors of dropout where there is any.
fn weights<B: Backend>(
    q: FloatTensor<B>,
    k: FloatTensor<B>,
    lengths: IntTensor<B>,
    attention: Attention,
) -> (FloatTensor<B>, Option<FloatTensor<B>>) {
    let scores = B::float_mul_scalar(B::float_matmul(q, B::float_swap_dims(k, 2, 3)), scale(attention).into());
    let shape = scores.shape();
    let hidden = hidden::<B>(lengths, &shape, attention);
    let weights = B::softmax(B::float_mask_fill(scores, hidden.clone(), (-1e30f32).into()), 3);
    let factors = attention.dropout.map(|mask| {
        let factors = (0..shape.num_elements() as u32).map(|index| mask.factor(index)).collect::<Vec<_>>();
        B::float_from_data(TensorData::new(factors, shape), &weights.device())
    });
    (B::float_mask_fill(weights, hidden, 0f32.into()), factors)
}

/// `1 / sqrt(head width)`
pub(super) fn scale(attention: Attention) -> f32 {
    ((attention.width / attention.heads) as f32).sqrt().recip()
}

fn dropped<B: Backend>(x: FloatTensor<B>, factors: &Option<FloatTensor<B>>) -> FloatTensor<B> {
    match factors {
        Some(factors) => B::float_mul(x, factors.clone()),
        None => x,
    }
}

/// See [`super::AttentionOps::attend`].
pub(crate) fn forward<B: Backend>(
    q: FloatTensor<B>,
    kv: FloatTensor<B>,
    lengths: IntTensor<B>,
    attention: Attention,
) -> FloatTensor<B> {
    let [q, k, v] = operands::<B>(q, kv, attention);
    let (weights, factors) = weights::<B>(q, k, lengths, attention);
    rows::<B>(B::float_matmul(dropped::<B>(weights, &factors), v), attention)
}

/// See [`super::AttentionOps::attend_backward`].
pub(crate) fn backward<B: Backend>(
    q: FloatTensor<B>,
    kv: FloatTensor<B>,
    lengths: IntTensor<B>,
    d_output: FloatTensor<B>,
    attention: Attention,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let [q, k, v] = operands::<B>(q, kv, attention);
    let d_output = heads::<B>(d_output, 0, attention);
    let (weights, factors) = weights::<B>(q.clone(), k.clone(), lengths, attention);
    let transposed = |x| B::float_swap_dims(x, 2, 3);
    let dv = B::float_matmul(transposed(dropped::<B>(weights.clone(), &factors)), d_output.clone());
    let d_weights = dropped::<B>(B::float_matmul(d_output, transposed(v)), &factors);
    let delta = B::float_sum_dim(B::float_mul(weights.clone(), d_weights.clone()), 3);
    let d_scores = B::float_mul(weights, B::float_sub(d_weights, delta));
    let d_scores = B::float_mul_scalar(d_scores, scale(attention).into());
    let dk = B::float_matmul(transposed(d_scores.clone()), q);
    let dq = B::float_matmul(d_scores, k);
    let [dq, dk, dv] = [dq, dk, dv].map(|x| rows::<B>(x, attention));
    (dq, B::float_cat(vec![dk, dv], 1))
}
