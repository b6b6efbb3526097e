//! Multi-head scaled dot-product attention over ragged sentences, projections left out.
//!
//! Queries, keys and values are read in place from the rows of the projections, without transposes, and no score matrix
//! is kept: the backward pass makes the weights again.

mod autodiff;
pub(super) mod composed;
mod cpu;
mod gpu;

use super::dropout::Mask;
use burn::backend::{
    Backend, Dispatch, backend_extension,
    tensor::{FloatTensor, IntTensor},
};
use burn::tensor::{Int, Tensor};

/// The sizes and the rule of one attention.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attention {
    /// Sentences in the batch.
    pub batch: usize,
    /// d_model: all heads' columns together.
    pub width: usize,
    pub heads: usize,
    /// Whether query `i` sees no key after `i`.
    pub causal: bool,
    /// Dropout on the weights; element `((b · heads + h) · queries + i) · keys + j` of the mask.
    pub dropout: Option<Mask>,
}

/// Attention of a sentence to itself. `qkv: [batch · length, 3 · width]` holds queries, keys and values side by side;
/// `lengths: [batch]` says how many keys of each sentence are not padding. Gives the heads' outputs side by side:
/// `[batch · length, width]`.
pub fn self_attention(qkv: Tensor<2>, lengths: Tensor<1, Int>, attention: Attention) -> Tensor<2> {
    Tensor::from_dispatch(Dispatch::attend_self(qkv.into_dispatch(), lengths.into_dispatch(), attention))
}

/// Attention of one text to another. `q: [batch · queries, width]`, `kv: [batch · keys, 2 · width]` with keys and values
/// side by side, `lengths: [batch]` of the keys. Gives `[batch · queries, width]`.
pub fn cross_attention(q: Tensor<2>, kv: Tensor<2>, lengths: Tensor<1, Int>, attention: Attention) -> Tensor<2> {
    let (q, kv) = (q.into_dispatch(), kv.into_dispatch());
    Tensor::from_dispatch(Dispatch::attend_cross(q, kv, lengths.into_dispatch(), attention))
}

/// What a backend must know to run and to differentiate attention. The default bodies are the oracle.
#[backend_extension(Cube, Flex, Autodiff)]
pub trait AttentionOps: Backend {
    /// See [`self_attention`].
    fn attend_self(qkv: FloatTensor<Self>, lengths: IntTensor<Self>, attention: Attention) -> FloatTensor<Self> {
        Self::attend(qkv.clone(), qkv, lengths, attention)
    }

    /// See [`cross_attention`].
    fn attend_cross(
        q: FloatTensor<Self>,
        kv: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        attention: Attention,
    ) -> FloatTensor<Self> {
        Self::attend(q, kv, lengths, attention)
    }

    /// Queries in the first `width` columns of `q`, keys and values in the last `2 · width` columns of `kv`.
    fn attend(
        q: FloatTensor<Self>,
        kv: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        attention: Attention,
    ) -> FloatTensor<Self> {
        composed::forward::<Self>(q, kv, lengths, attention)
    }

    /// From the gradient of the output those of the queries, `[batch · queries, width]`, and of keys and values,
    /// `[batch · keys, 2 · width]`.
    fn attend_backward(
        q: FloatTensor<Self>,
        kv: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        d_output: FloatTensor<Self>,
        attention: Attention,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        composed::backward::<Self>(q, kv, lengths, d_output, attention)
    }
}
