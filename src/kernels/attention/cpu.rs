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

    fn keys(&self) -> usize {
        self.sentence.kv.len() / self.sentence.kv_stride
    }

    /// How many keys query `i` sees.
    #[inline(always)]
    fn visible(&self, i: usize) -> usize {
        let Sentence { length, attention, .. } = self.sentence;
        if attention.causal { (i + 1).min(*length) } else { *length }
    }

    /// The softmax over the keys that query `i` sees; what stands behind them in `weights` is of no use.
    #[inline(always)]
    fn weights(&self, i: usize, keys: &Columns, weights: &mut [f32]) {
        let (visible, scale) = (self.visible(i), scale(self.sentence.attention));
        let weights = &mut weights[..padded(visible)];
        keys.dots(self.query(i), weights);
        weights.iter_mut().for_each(|weight| *weight *= scale);
        let top = cpu::max(&weights[..visible], -1e30);
        weights.iter_mut().for_each(|weight| *weight = cpu::exp(*weight - top));
        let total = cpu::sum(&weights[..visible], |weight| weight);
        weights.iter_mut().for_each(|weight| *weight /= total);
    }

    /// The factors of dropout on the weights of query `i`; all 1 without it.
    #[inline(always)]
    fn keeps(&self, i: usize, keeps: &mut [f32]) {
        let Sentence { q, q_stride, index, attention, .. } = self.sentence;
        let Some(mask) = attention.dropout else { return keeps.fill(1.0) };
        let row = (index * attention.heads + self.head) * (q.len() / q_stride) + i;
        let first = (row * self.keys()) as u32;
        let keeps = keeps[..padded(self.visible(i))].iter_mut().zip(0u32..);
        keeps.for_each(|(keep, j)| *keep = mask.factor(first.wrapping_add(j)));
    }
}

/// So many keys as fill whole vectors.
fn padded(keys: usize) -> usize {
    keys.next_multiple_of(cpu::LANES)
}

/// The keys or the values of a head by columns, `[size, padded keys]`: what is asked of all keys is then vector after vector, where
/// one key after the other is a chain of sums each.
struct Columns {
    values: Vec<f32>,
    stride: usize,
}

impl Columns {
    #[inline(always)]
    fn of<'a>(count: usize, size: usize, row: impl Fn(usize) -> &'a [f32]) -> Self {
        let stride = padded(count);
        let mut values = vec![0.0; size * stride];
        for j in 0..count {
            row(j).iter().zip(values[j..].iter_mut().step_by(stride)).for_each(|(x, value)| *value = *x);
        }
        Self { values, stride }
    }

    /// The product of `x` with each of the first keys, as many as `out` is long; added in the order of [`cpu::dot`].
    #[inline(always)]
    fn dots(&self, x: &[f32], out: &mut [f32]) {
        let (sums, _) = out.as_chunks_mut::<{ cpu::LANES }>();
        let whole = x.len() - x.len() % cpu::LANES;
        for (block, sum) in sums.iter_mut().enumerate() {
            let add = |part: &mut [f32; cpu::LANES], column: usize| {
                let column_values = &self.values[column * self.stride + block * cpu::LANES..][..cpu::LANES];
                part.iter_mut().zip(column_values).for_each(|(part, value)| *part += x[column] * value);
            };
            *sum = [0.0; cpu::LANES];
            for lane in 0..cpu::LANES.min(whole) {
                let mut part = [0.0; cpu::LANES];
                (lane..whole).step_by(cpu::LANES).for_each(|column| add(&mut part, column));
                sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
            }
            let mut rest = [0.0; cpu::LANES];
            (whole..x.len()).for_each(|column| add(&mut rest, column));
            sum.iter_mut().zip(rest).for_each(|(sum, part)| *sum += part);
        }
    }
}

/// `out += Σ factor · row`, in the order of the rows, which are as long as `out`.
#[inline(always)]
fn add_rows<'a>(out: &mut [f32], terms: impl Iterator<Item = (f32, &'a [f32])> + Clone) {
    let (chunks, rest) = out.as_chunks_mut::<{ cpu::LANES }>();
    let whole = chunks.len() * cpu::LANES;
    for (index, out) in chunks.iter_mut().enumerate() {
        let mut sum = *out;
        for (factor, row) in terms.clone() {
            let row = &row[index * cpu::LANES..][..cpu::LANES];
            sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += factor * x);
        }
        *out = sum;
    }
    for (index, out) in rest.iter_mut().enumerate() {
        terms.clone().for_each(|(factor, row)| *out += factor * row[whole + index]);
    }
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
    let (width, size, count) = (head.sentence.attention.width, head.width(), head.sentence.length);
    let keys = Columns::of(count, size, |j| head.key(j));
    let (mut weights, mut keeps) = (vec![0.0; keys.stride], vec![0.0; keys.stride]);
    for (i, row) in o.chunks_exact_mut(width).enumerate() {
        head.weights(i, &keys, &mut weights);
        head.keeps(i, &mut keeps);
        let terms = (0..head.visible(i)).map(|j| (weights[j] * keeps[j], head.value(j)));
        add_rows(&mut row[head.head * size..][..size], terms);
    }
}

/// Adds one head's part to the gradients of a sentence: `dq: [queries, width]`, `dkv: [keys, 2 · width]`.
#[multiversion::multiversion(targets("x86_64+avx2+fma"))]
fn head_backward(head: &Head, d_output: &[f32], dq: &mut [f32], dkv: &mut [f32]) {
    let Attention { width, .. } = head.sentence.attention;
    let (size, scale, count) = (head.width(), scale(head.sentence.attention), head.sentence.length);
    let (first, queries) = (head.head * size, d_output.len() / width);
    let d_o = |i: usize| &d_output[i * width + first..][..size];
    let (keys, values) = (Columns::of(count, size, |j| head.key(j)), Columns::of(count, size, |j| head.value(j)));
    let stride = keys.stride;
    let (mut weights, mut d_weights, mut keeps) = (vec![0.0; stride], vec![0.0; stride], vec![0.0; stride]);
    // What goes to the keys and to the values from each query: `[queries, stride]`, 0 where a key is not seen.
    let (mut d_scores, mut kept) = (vec![0.0; queries * stride], vec![0.0; queries * stride]);
    for i in 0..queries {
        let visible = head.visible(i);
        head.weights(i, &keys, &mut weights);
        head.keeps(i, &mut keeps);
        let seen = &mut d_weights[..padded(visible)];
        values.dots(d_o(i), seen);
        seen.iter_mut().zip(&keeps).for_each(|(d_weight, keep)| *d_weight *= keep);
        let delta = cpu::dot(&weights[..visible], &d_weights[..visible]);
        let rows = (&mut d_scores[i * stride..][..visible], &mut kept[i * stride..][..visible]);
        for (j, (d_score, kept)) in rows.0.iter_mut().zip(rows.1).enumerate() {
            *d_score = weights[j] * (d_weights[j] - delta) * scale;
            *kept = weights[j] * keeps[j];
        }
        let terms = (0..visible).map(|j| (d_scores[i * stride + j], head.key(j)));
        add_rows(&mut dq[i * width + first..][..size], terms);
    }
    for (j, row) in dkv.chunks_exact_mut(2 * width).take(count).enumerate() {
        let (d_key, d_value) = row.split_at_mut(width);
        add_rows(&mut d_key[first..][..size], (0..queries).map(|i| (d_scores[i * stride + j], head.query(i))));
        add_rows(&mut d_value[first..][..size], (0..queries).map(|i| (kept[i * stride + j], d_o(i))));
    }
}
