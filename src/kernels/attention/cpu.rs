//! Attention on the CPU: sentence by sentence, in parallel, with one row of weights at a time.

use super::{Attention, AttentionOps, composed::scale};
use crate::kernels::cpu;
use burn::backend::{
    Flex,
    flex::FlexTensor,
    tensor::{FloatTensor, IntTensor},
};

/// The rows of one sentence, and which columns of them one head reads.
struct Sentence<'a> {
    q: &'a [f32],
    kv: &'a [f32],
    q_stride: usize,
    kv_stride: usize,
    /// Keys that are not padding.
    length: usize,
    index: usize,
    attention: Attention,
}

/// One head of a sentence.
struct Head<'a> {
    sentence: &'a Sentence<'a>,
    head: usize,
}

impl Head<'_> {
    #[inline(always)]
    fn width(&self) -> usize {
        self.sentence.attention.width / self.sentence.attention.heads
    }

    #[inline(always)]
    fn query(&self, i: usize) -> &[f32] {
        let first = i * self.sentence.q_stride + self.head * self.width();
        &self.sentence.q[first..first + self.width()]
    }

    #[inline(always)]
    fn key_value(&self, j: usize, back: usize) -> &[f32] {
        let Sentence { kv, kv_stride, attention, .. } = self.sentence;
        let first = (j + 1) * kv_stride - back * attention.width + self.head * self.width();
        &kv[first..first + self.width()]
    }

    #[inline(always)]
    fn key(&self, j: usize) -> &[f32] {
        self.key_value(j, 2)
    }

    #[inline(always)]
    fn value(&self, j: usize) -> &[f32] {
        self.key_value(j, 1)
    }

    /// How many keys query `i` sees.
    #[inline(always)]
    fn visible(&self, i: usize) -> usize {
        let Sentence { length, attention, .. } = self.sentence;
        if attention.causal { (i + 1).min(*length) } else { *length }
    }

    /// The softmax over the keys that query `i` sees.
    #[inline(always)]
    fn weights(&self, i: usize, weights: &mut Vec<f32>) {
        let (q, scale) = (self.query(i), scale(self.sentence.attention));
        weights.clear();
        weights.extend((0..self.visible(i)).map(|j| cpu::dot(q, self.key(j)) * scale));
        let top = cpu::max(weights, -1e30);
        weights.iter_mut().for_each(|weight| *weight = cpu::exp(*weight - top));
        let total = cpu::sum(weights, |weight| weight);
        weights.iter_mut().for_each(|weight| *weight /= total);
    }

    /// The factor of dropout on the weight of key `j` for query `i`.
    #[inline(always)]
    fn keep(&self, i: usize, j: usize) -> f32 {
        let Sentence { q, kv, q_stride, kv_stride, index, attention, .. } = self.sentence;
        let (queries, keys) = (q.len() / q_stride, kv.len() / kv_stride);
        let row = (index * attention.heads + self.head) * queries + i;
        attention.dropout.map_or(1.0, |mask| mask.factor((row * keys + j) as u32))
    }
}

/// `sum += factor · x`
#[inline(always)]
fn add(sum: &mut [f32], factor: f32, x: &[f32]) {
    sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += factor * x);
}

/// The operands of a batch as slices, cut into sentences.
struct Batch {
    q: FlexTensor,
    kv: FlexTensor,
    lengths: Vec<usize>,
    attention: Attention,
}

impl Batch {
    fn new(q: FlexTensor, kv: FlexTensor, lengths: FlexTensor, attention: Attention) -> Self {
        let lengths = cpu::integers(&lengths);
        Self { q: cpu::contiguous(q), kv: cpu::contiguous(kv), lengths, attention }
    }

    /// Rows of queries and keys in each sentence.
    fn rows(&self) -> (usize, usize) {
        let rows = |x: &FlexTensor| x.layout().shape()[0] / self.attention.batch;
        (rows(&self.q), rows(&self.kv))
    }

    fn sentence(&self, index: usize) -> Sentence<'_> {
        let (queries, keys) = self.rows();
        let (q_stride, kv_stride) = (self.q.layout().shape()[1], self.kv.layout().shape()[1]);
        Sentence {
            q: &cpu::values(&self.q)[index * queries * q_stride..][..queries * q_stride],
            kv: &cpu::values(&self.kv)[index * keys * kv_stride..][..keys * kv_stride],
            q_stride,
            kv_stride,
            length: self.lengths[index].min(keys),
            index,
            attention: self.attention,
        }
    }
}

impl AttentionOps for Flex {
    fn attend(
        q: FloatTensor<Self>,
        kv: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        attention: Attention,
    ) -> FloatTensor<Self> {
        let batch = Batch::new(q, kv, lengths, attention);
        let (queries, Attention { width, heads, .. }) = (batch.rows().0, attention);
        let mut o = vec![0.0; attention.batch * queries * width];
        cpu::by_chunks(&mut o, queries * width, |index, o| {
            let sentence = batch.sentence(index);
            for head in 0..heads {
                head_forward(&Head { sentence: &sentence, head }, o);
            }
        });
        cpu::tensor(o, [attention.batch * queries, width])
    }

    fn attend_backward(
        q: FloatTensor<Self>,
        kv: FloatTensor<Self>,
        lengths: IntTensor<Self>,
        d_output: FloatTensor<Self>,
        attention: Attention,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let batch = Batch::new(q, kv, lengths, attention);
        let ((queries, keys), width, count) = (batch.rows(), attention.width, attention.batch);
        let d_output = cpu::contiguous(d_output);
        let d_output = cpu::values(&d_output);
        let (q_size, kv_size) = (queries * width, keys * 2 * width);
        let (mut dq, mut dkv) = (vec![0.0; count * q_size], vec![0.0; count * kv_size]);
        cpu::by_pairs((&mut dq, q_size), (&mut dkv, kv_size), |index, dq, dkv| {
            let d_output = &d_output[index * q_size..][..q_size];
            let sentence = batch.sentence(index);
            for head in 0..attention.heads {
                head_backward(&Head { sentence: &sentence, head }, d_output, dq, dkv);
            }
        });
        (cpu::tensor(dq, [count * queries, width]), cpu::tensor(dkv, [count * keys, 2 * width]))
    }
}

/// Adds one head's part to the outputs of a sentence: `[queries, width]`.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn head_forward(head: &Head, o: &mut [f32]) {
    let (width, size, mut weights) = (head.sentence.attention.width, head.width(), Vec::new());
    for (i, row) in o.chunks_exact_mut(width).enumerate() {
        head.weights(i, &mut weights);
        for (j, weight) in weights.iter().enumerate() {
            add(&mut row[head.head * size..][..size], weight * head.keep(i, j), head.value(j));
        }
    }
}

/// Adds one head's part to the gradients of a sentence: `dq: [queries, width]`, `dkv: [keys, 2 · width]`.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn head_backward(head: &Head, d_output: &[f32], dq: &mut [f32], dkv: &mut [f32]) {
    let Attention { width, .. } = head.sentence.attention;
    let (size, scale) = (head.width(), scale(head.sentence.attention));
    let columns = |row: usize, stride: usize, part: usize| {
        let first = row * stride + part * width + head.head * size;
        first..first + size
    };
    let (mut weights, mut d_weights) = (Vec::new(), Vec::new());
    for i in 0..d_output.len() / width {
        head.weights(i, &mut weights);
        let d_o = &d_output[columns(i, width, 0)];
        d_weights.clear();
        d_weights.extend((0..weights.len()).map(|j| cpu::dot(d_o, head.value(j)) * head.keep(i, j)));
        let delta = cpu::dot(&weights, &d_weights);
        for (j, (weight, d_weight)) in weights.iter().zip(&d_weights).enumerate() {
            let d_score = weight * (d_weight - delta) * scale;
            add(&mut dq[columns(i, width, 0)], d_score, head.key(j));
            add(&mut dkv[columns(j, 2 * width, 0)], d_score, head.query(i));
            add(&mut dkv[columns(j, 2 * width, 1)], weight * head.keep(i, j), d_o);
        }
    }
}
