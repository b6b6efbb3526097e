//! The parts of a recipe, one a stage, and their defaults.

use super::text::{LayersText, as_optional_text, as_text, as_texts};
use crate::{
    corpus::Source,
    model::{
        mix::{Mix, Trained},
        sites::{Method, NetKind, Site, Size, Variant},
    },
};
use serde::{Deserialize, Serialize};

/// Where the sentences come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CorpusPart {
    #[serde(with = "as_text")]
    pub source: Source,
    /// At most so many training pairs.
    pub pairs: usize,
    /// SHA-256 of the cleaned and split text; where it is given, another text is refused.
    pub hash: Option<String>,
    #[serde(with = "as_optional_text")]
    pub valid: Option<Source>,
    #[serde(with = "as_optional_text")]
    pub test: Option<Source>,
    /// The longest sentence, in characters.
    pub max_chars: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenizerPart {
    pub kind: TokenizerKind,
    /// Entries for both languages together, special ones included.
    pub vocab: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenizerKind {
    Bpe,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelPart {
    /// Of the encoder, and as many of the decoder.
    pub layers: usize,
    pub d_model: usize,
    pub heads: usize,
    /// Width of the position-wise layer.
    pub ff: usize,
    /// The longest source, and the longest target with its `<s>`, in tokens.
    pub max_len: usize,
    pub dropout: f32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TeacherPart {
    pub epochs: u32,
    /// A batch holds max(pairs · longest source, pairs · longest target with `<s>`) at most, padding included.
    pub tokens_per_batch: usize,
    /// Batches whose gradients make one step.
    pub accumulate: usize,
    /// Steps of rising rate, up to `rate · (d_model · warmup)^-0.5`.
    pub warmup: u32,
    pub rate: f64,
    pub decay: Decay,
    pub label_smoothing: f32,
    pub convention: Convention,
    /// The largest norm of all gradients of a step together, also where a mix is trained as a whole; without any they stay as they are, and
    /// it is not written, so that the name of a run stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip: Option<f32>,
    /// What a training that diverged needed to go on. Without any it is not written, so that the name of a run stays.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rate_drops: Vec<RateDrop>,
}

/// After step `after` the learning rate is `factor` of what it would be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateDrop {
    pub after: u32,
    pub factor: f64,
}

impl TeacherPart {
    /// What the drops before a step, counted from 1, make of its rate.
    pub fn dropped(&self, step: u32) -> f64 {
        self.rate_drops.iter().filter(|drop| step > drop.after).map(|drop| drop.factor).product()
    }

    /// Whether a training by `self` that has taken `steps` goes on as this one: what is dropped later is no other past.
    pub fn goes_on_as(&self, wanted: &Self, steps: u32) -> bool {
        let (drops, more) = (self.rate_drops.len(), &wanted.rate_drops);
        let same = Self { rate_drops: self.rate_drops.clone(), ..wanted.clone() } == *self;
        same && more.starts_with(&self.rate_drops) && more[drops..].iter().all(|drop| drop.after >= steps)
    }
}

/// How the teacher's learning rate falls after its warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decay {
    /// With the root of the step: `rate · d_model^-0.5 · step^-0.5` (Vaswani et al. 2017, and the paper).
    InverseSqrt,
    /// On a line, to 0 after the last step: better where few epochs have to do.
    Linear,
}

/// What the loss is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Convention {
    /// The target tokens.
    Ours,
    /// All rows of the batch, padding included (PyTorch's `batchmean`).
    Authors,
}

/// Nets to distil.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetPart {
    #[serde(with = "as_text")]
    pub site: Site,
    #[serde(default)]
    pub layers: Layers,
    #[serde(with = "as_text")]
    pub method: Method,
    #[serde(with = "as_text")]
    pub size: Size,
    /// A variant of the method.
    #[serde(default, with = "as_optional_text")]
    pub variant: Option<Variant>,
}

impl NetPart {
    pub fn kind(&self) -> NetKind {
        let Self { method, size, variant, .. } = *self;
        NetKind { method, size, variant }
    }
}

/// Layers counted from 1, or all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "LayersText", into = "LayersText")]
pub enum Layers {
    #[default]
    All,
    These(Vec<usize>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DistilPart {
    pub schedule: Schedule,
    pub inputs: Inputs,
    pub epochs: u32,
    /// Sentences a step.
    pub batch: usize,
    pub rate: f64,
}

/// How a net's learning rate moves and in which order it sees the text.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// 50 steps of warm-up, then a cosine to 0; shuffled.
    Ours,
    /// One rate, ten times as high for methods other than ALR; in the order of the text.
    Authors,
}

/// Whose states a net is fitted on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Inputs {
    /// The teacher's own.
    Teacher,
    /// Those of the teacher with nets of the same kind in the layers before, which are fitted first.
    Student,
}

/// How mixes with `trained=` are trained; from scratch as the teacher is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FinetunePart {
    pub epochs: u32,
    #[serde(with = "as_text")]
    pub what: Trained,
    pub rate: f64,
    /// A mix to train and to score beside those of `score`.
    #[serde(with = "as_optional_text")]
    pub mix: Option<Mix>,
    /// The weight of the cross-entropy with the text, beside the divergence from the teacher.
    pub cross_entropy: f32,
    /// The weight of the distance to what the teacher's layers give.
    pub hidden: f32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScorePart {
    #[serde(with = "as_texts")]
    pub mixes: Vec<Mix>,
    /// Sentences of the test split.
    pub sentences: usize,
    /// 1 is greedy.
    pub beam: usize,
    /// Of the bootstrap behind the intervals.
    pub resamples: usize,
}

impl Default for CorpusPart {
    fn default() -> Self {
        Self { source: Source::Everyday, pairs: 20_000, hash: None, valid: None, test: None, max_chars: 400 }
    }
}

impl Default for TokenizerPart {
    fn default() -> Self {
        Self { kind: TokenizerKind::Bpe, vocab: 1200 }
    }
}

impl Default for ModelPart {
    fn default() -> Self {
        Self { layers: 2, d_model: 64, heads: 4, ff: 256, max_len: 16, dropout: 0.1 }
    }
}

impl Default for TeacherPart {
    fn default() -> Self {
        Self {
            epochs: 8,
            tokens_per_batch: 1500,
            accumulate: 1,
            warmup: 400,
            rate: 1.0,
            decay: Decay::InverseSqrt,
            label_smoothing: 0.1,
            convention: Convention::Ours,
            clip: None,
            rate_drops: Vec::new(),
        }
    }
}

impl Default for DistilPart {
    fn default() -> Self {
        Self { schedule: Schedule::Ours, inputs: Inputs::Teacher, epochs: 6, batch: 256, rate: 1e-3 }
    }
}

impl Default for FinetunePart {
    /// What our own experiments found enough for most of the loss. (findings.md)
    fn default() -> Self {
        Self { epochs: 1, what: Trained::Nets, rate: 3e-4, mix: None, cross_entropy: 0.5, hidden: 0.0 }
    }
}

impl Default for ScorePart {
    fn default() -> Self {
        Self { mixes: vec![Mix::teacher()], sentences: 500, beam: 1, resamples: 1000 }
    }
}
