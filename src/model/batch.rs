//! Ragged sentences as rows of a batch: padded on the host, then put on a device.

use burn::tensor::{Device, Int, Tensor, TensorData};
use std::sync::Arc;

/// Padding, the start of a target and its end; `<unk>` is 3 and the tokenizer's business.
pub const PAD: u32 = 0;
pub const START: u32 = 1;
pub const END: u32 = 2;

/// Sentences padded to one length, on a device.
#[derive(Clone, Debug)]
pub struct Rows {
    /// `[batch · length]`
    pub ids: Tensor<1, Int>,
    /// The same on the host.
    pub host_ids: Arc<[i32]>,
    /// Tokens of each sentence, `[batch]`.
    pub lengths: Tensor<1, Int>,
    /// The same on the host.
    pub counts: Vec<usize>,
    /// 1 for a token and 0 for padding, `[batch · length, 1]`.
    pub mask: Tensor<2>,
    pub batch: usize,
    pub length: usize,
}

impl Rows {
    /// Pads to the longest sentence, or to `length` where it is given.
    pub fn new<S: AsRef<[u32]>>(sentences: &[S], length: Option<usize>, device: &Device) -> Self {
        let counts = sentences.iter().map(|sentence| sentence.as_ref().len()).collect::<Vec<_>>();
        let length = length.unwrap_or_else(|| counts.iter().copied().max().unwrap_or(0)).max(1);
        let padded = |sentence: &S| {
            let ids = sentence.as_ref().iter().copied().chain(std::iter::repeat(PAD));
            ids.take(length).map(|id| id as i32).collect::<Vec<_>>()
        };
        let ids = sentences.iter().flat_map(padded).collect::<Vec<_>>();
        let mask = mask(&counts, length);
        let device = &device.clone().without_autodiff();
        Self {
            host_ids: ids.as_slice().into(),
            ids: integers(ids, device),
            lengths: integers(counts.iter().map(|&count| count as i32).collect(), device),
            mask: Tensor::from_data(mask, device),
            batch: counts.len(),
            counts,
            length,
        }
    }

    /// The same sentences, of which only so many tokens count.
    pub fn cut(&self, counts: Vec<usize>) -> Self {
        let (mask, device) = (mask(&counts, self.length), self.mask.device());
        Self {
            lengths: integers(counts.iter().map(|&count| count as i32).collect(), &device),
            mask: Tensor::from_data(mask, &device),
            counts,
            ..self.clone()
        }
    }

    /// Tokens that are not padding.
    pub fn tokens(&self) -> usize {
        self.counts.iter().sum()
    }
}

/// 1 for a token and 0 for padding, `[batch · length, 1]`.
fn mask(counts: &[usize], length: usize) -> TensorData {
    let values = counts.iter().flat_map(|&count| (0..length).map(move |i| if i < count { 1f32 } else { 0.0 }));
    TensorData::new(values.collect::<Vec<_>>(), [counts.len() * length, 1])
}

/// A vector of integers on a device.
pub fn integers(values: Vec<i32>, device: &Device) -> Tensor<1, Int> {
    let count = values.len();
    Tensor::from_data(TensorData::new(values, [count]), device)
}

/// Pairs of sentences: sources, targets behind `<s>`, and targets before `</s>`.
#[derive(Clone, Debug)]
pub struct PairRows {
    pub source: Rows,
    /// What the decoder reads: `<s>` and the target.
    pub input: Rows,
    /// What it has to say: the target and `</s>`.
    pub output: Rows,
}

impl PairRows {
    /// Pads to the longest source and the longest target, or to the lengths of source and target that are given.
    pub fn new(pairs: &[&(Vec<u32>, Vec<u32>)], lengths: Option<[usize; 2]>, device: &Device) -> Self {
        let sources = pairs.iter().map(|pair| &pair.0).collect::<Vec<_>>();
        let inputs = pairs.iter().map(|pair| [&[START], pair.1.as_slice()].concat()).collect::<Vec<_>>();
        let outputs = pairs.iter().map(|pair| [pair.1.as_slice(), &[END]].concat()).collect::<Vec<_>>();
        Self {
            source: Rows::new(&sources, lengths.map(|it| it[0]), device),
            input: Rows::new(&inputs, lengths.map(|it| it[1]), device),
            output: Rows::new(&outputs, lengths.map(|it| it[1]), device),
        }
    }
}
