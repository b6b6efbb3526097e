//! Sentence pairs: where they come from, how they are cleaned, how they are split.
//!
//! A [`Source`] is read into pairs, every pair takes the same way through [`clean`], and [`build`] splits what is left
//! into train, valid and test so that no source sentence is in two of them. Parsers work on text or on a
//! stream of bytes, so that they run in the browser as well; natively [`from_disk`] opens files, and [`hub`] alone fetches any.

pub mod aligned;
pub mod clean;
pub mod ding;
pub mod error;
pub mod everyday;
pub mod hub;
pub mod iwslt;
pub mod language;
pub mod report;
pub mod source;
pub mod split;
mod text;
pub mod tmx;
pub mod tsv;
pub mod words;
mod zip;

pub use error::CorpusError;
pub use language::{Direction, Language};
pub use report::{Reason, Report};
pub use source::{Source, from_disk};
pub use split::{Building, Corpus, Spec, build, hash, whole};

/// A sentence and its translation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    pub source: String,
    pub target: String,
}

impl Pair {
    pub fn new(source: impl Into<String>, target: impl Into<String>) -> Self {
        Self { source: source.into(), target: target.into() }
    }

    /// The same pair, translated the other way round.
    pub fn swapped(self) -> Self {
        Self { source: self.target, target: self.source }
    }
}
