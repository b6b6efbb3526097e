//! What a session says, and how it fails.

use super::files::CorpusFile;
use crate::{
    checkpoint::CheckpointError,
    corpus::CorpusError,
    device::DeviceError,
    distil::Fit,
    metrics::MetricsError,
    model::sites::NetId,
    recipe::RecipeError,
    score::{Row, Seconds},
    store::StoreError,
    text::{TextError, TextReport},
    tokenizer::TokenizerError,
};
use serde::Serialize;

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The corpus is read, cleaned and split; with how it went.
    Corpus(CorpusFile),
    /// It is tokenized.
    Text(TextReport),
    /// A stage goes on from where an earlier session left it.
    Resumed {
        stage: &'static str,
        step: u32,
        total: u32,
    },
    /// Teacher's steps: up to which, of how many, and the mean loss since the last event.
    Training {
        step: u32,
        total: u32,
        loss: f32,
        rate: f64,
        tokens_per_second: f64,
    },
    /// An epoch ended. `best` means that these weights are the ones kept.
    Validated {
        epoch: u32,
        epochs: u32,
        loss: f32,
        best: bool,
    },
    /// Steps of the nets that are fitted together: the mean loss of each since the last event.
    Distilling {
        step: u32,
        total: u32,
        losses: Vec<NetLoss>,
        sentences_per_second: f64,
    },
    /// A net is done.
    Fitted {
        net: String,
        parameters: usize,
        fit: Fit,
    },
    /// Steps of a mix that is trained as a whole: up to which, of how many, and the mean loss since the last event.
    Tuning {
        mix: String,
        step: u32,
        total: u32,
        loss: f32,
        tokens_per_second: f64,
    },
    /// Such a mix is done.
    Tuned {
        mix: String,
    },
    /// Sentences of a mix are translated.
    Scoring {
        mix: String,
        sentences: usize,
        total: usize,
    },
    Scored(Row),
    /// The goal is reached.
    Done {
        seconds: Seconds,
    },
}

/// A net's mean squared error.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetLoss {
    pub net: String,
    pub loss: f32,
}

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    #[error(transparent)]
    Text(#[from] TextError),
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    #[error("the weights on the device cannot be used: {0}")]
    Unreadable(#[from] CheckpointError),
    #[error("{name} in the run cannot be used: {source}; delete it and it is made again")]
    Weights { name: String, source: CheckpointError },
    #[error("{name} in the run cannot be used: {source}; delete it and it is made again")]
    Json { name: String, source: serde_json::Error },
    #[error("{name} in the run cannot be used: {source}; delete it and it is made again")]
    Tokenizer { name: String, source: TokenizerError },
    #[error("{0} in the run is damaged; delete it and it is made again")]
    Damaged(String),
    #[error(
        "{name} in the run cannot be used: {source}; where it is damaged, delete it and `run` with the same recipe"
    )]
    BegunWith { name: String, source: RecipeError },
    #[error("{name} in the run is from another run: its `{part}` is {begun}, this run's is {wanted}; take it away")]
    OtherWeights { name: String, part: &'static str, begun: String, wanted: String },
    #[error(
        "the run was begun with another recipe: its `{part}` is {begun}, asked for is {wanted}; nothing was changed. \
         Choose another directory, or the recipe it was begun with"
    )]
    OtherRecipe { part: &'static str, begun: String, wanted: String },
    #[error(
        "the corpus is not the one of the recipe, or not the one that the run was begun with: its hash is {found}, \
         expected {expected}; give the text as it was"
    )]
    OtherCorpus { expected: String, found: String },
    #[error("the loss became {loss} at step {step}; what was saved before it is kept. {advice}")]
    NotFinite { step: u32, loss: f32, advice: String },
    #[error(
        "{net} needs one buffer of {needed} bytes; this device allows {allowed}. {}",
        .fits.as_ref().map_or("No size fits: `--device cpu` has no such limit".into(), |fits| format!("{fits} fits"))
    )]
    TooLarge { net: String, needed: u64, allowed: u64, fits: Option<String> },
    #[error("the run has no net {net}; `--net {word}` with `run` or `distil` fits it")]
    NoNet { net: String, word: String },
    #[error("the run has no weights for {0}; `attentionless finetune RUN --mix {0}` trains them")]
    NotTuned(String),
    #[error("the run has no trained teacher yet; the command that began it goes on from where it stopped")]
    NoTeacher,
    #[error("the run has no mean outputs yet; `eval` with the mix makes them")]
    NoMeans,
    #[error("{0} is not there yet: this is a fault of the program, please report it")]
    NotReady(&'static str),
    #[error("an earlier step of this session failed; open the run again, and it goes on from what was saved")]
    Failed,
}

impl SessionError {
    pub(super) fn no_net(id: NetId) -> Self {
        Self::NoNet { net: id.to_string(), word: format!("{}={}", id.site.code(), id.kind) }
    }
}
