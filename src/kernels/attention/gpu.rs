//! Attention as WGSL kernels: one invocation a query of a head, or a key of a head.

use super::{Attention, AttentionOps, composed::scale};
use crate::kernels::dropout::Mask;
use crate::kernels::gpu::{Scalar, Text, Wgsl, dims, empty, launch, shader};
use burn::backend::{
    Cube,
    tensor::{FloatTensor, IntTensor},
    wgpu::{CubeTensor, into_contiguous},
};

/// Sizes that the kernels are told, and the kernels' words.
struct Plan {
    attention: Attention,
    queries: usize,
    keys: usize,
    strides: [usize; 2],
}

impl Plan {
    fn new(q: &CubeTensor, kv: &CubeTensor, attention: Attention) -> Self {
        let ([q_rows, q_stride], [kv_rows, kv_stride]) = (dims(q), dims(kv));
        let (queries, keys) = (q_rows / attention.batch, kv_rows / attention.batch);
        Self { attention, queries, keys, strides: [q_stride, kv_stride] }
    }

    /// One invocation for each of the rows of each head.
    fn launch(&self, name: &'static str, text: Text, rows: usize, tensors: &[&CubeTensor]) {
        let Attention { batch, width, heads, causal, dropout } = self.attention;
        let shared = [shader!("shared/attention.wgsl"), shader!("shared/pcg.wgsl")];
        let texts = [text].into_iter().chain(shared).collect();
        let kernel = Wgsl { name, texts, words: vec![("head", width / heads)], workgroup: [64, 1] };
        let sizes = [batch, self.queries, self.keys, heads, self.strides[0], self.strides[1], usize::from(causal)];
        // No draw is below 0: without dropout every weight is kept.
        let Mask { key, threshold, scale: keep, first } = dropout.unwrap_or(Mask::new(0.0, [0, 0]));
        let words = [key[0], key[1], threshold, first].map(Scalar::Word);
        let factors = [keep, scale(self.attention)].map(Scalar::Float);
        let scalars = sizes.map(Scalar::Int).into_iter().chain(words).chain(factors).collect::<Vec<_>>();
        launch(kernel, [(batch * heads * rows).div_ceil(64), 1, 1], tensors, &scalars);
    }
}

impl AttentionOps for Cube {
    fn attend(
        q: FloatTensor<Self>,
        kv: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        attention: Attention,
    ) -> FloatTensor<Self> {
        let [q, kv, lengths] = [q, kv, lengths].map(into_contiguous);
        let plan = Plan::new(&q, &kv, attention);
        let o = empty(&q, [attention.batch * plan.queries, attention.width]);
        let text = shader!("attention.wgsl");
        plan.launch("attention", text, plan.queries, &[&q, &kv, &lengths, &o]);
        o
    }

    fn attend_backward(
        q: FloatTensor<Self>,
        kv: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        d_output: FloatTensor<Self>,
        attention: Attention,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let [q, kv, lengths, d_output] = [q, kv, lengths, d_output].map(into_contiguous);
        let plan = Plan::new(&q, &kv, attention);
        let Attention { batch, width, heads, .. } = attention;
        let stats = empty(&q, [batch * heads * plan.queries, 2]);
        let dq = empty(&q, [batch * plan.queries, width]);
        let dkv = empty(&q, [batch * plan.keys, 2 * width]);
        let text = shader!("attention_dq.wgsl");
        plan.launch("attention_dq", text, plan.queries, &[&q, &kv, &lengths, &d_output, &stats, &dq]);
        let text = shader!("attention_dkv.wgsl");
        plan.launch("attention_dkv", text, plan.keys, &[&q, &kv, &lengths, &d_output, &stats, &dkv]);
        (dq, dkv)
    }
}
