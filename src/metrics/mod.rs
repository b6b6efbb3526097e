//! How good translations are: BLEU and chrF as sacreBLEU counts them, BLEU as the paper's authors counted it, and how far
//! chance could have moved each.
//!
//! Every metric is a sum of counts over sentences ([`Statistic`]) and a score of that sum. So a score over a resample of
//! the sentences costs one addition a sentence.
//!
//! The definitions are those of sacreBLEU 2.6 (Post 2018) for one reference: this is an implementation of its own,
//! compared with it in tests, and its signatures name this project's version.

mod authors;
mod bleu;
pub mod bootstrap;
mod chrf;
mod thirteen_a;

use std::ops::AddAssign;

pub use authors::AuthorsBleu;
pub use bleu::Bleu;
pub use bootstrap::{Comparison, Interval, Verdict, compare, interval};
pub use chrf::Chrf;
pub use thirteen_a::tokenize;

/// The counts of a metric over some sentences, which add up.
pub trait Statistic: Copy + Default + AddAssign {
    /// The counts of one sentence.
    fn of(hypothesis: &str, reference: &str) -> Self;

    /// The score of the sentences counted, on a scale of 0 to 100.
    fn score(&self) -> f64;

    /// What was computed, to stand beside the score.
    fn signature() -> String;

    fn sum(sentences: &[Self]) -> Self {
        sentences.iter().fold(Self::default(), |mut sum, sentence| {
            sum += *sentence;
            sum
        })
    }
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MetricsError {
    #[error(
        "{translations} translations cannot be scored against {references} references: give one reference for each"
    )]
    References { translations: usize, references: usize },

    #[error("{system} and {baseline} sentences cannot be compared: both systems must have translated the same ones")]
    Systems { system: usize, baseline: usize },
}

/// The counts of each sentence, in order.
pub fn statistics<S: Statistic>(
    translations: &[impl AsRef<str>],
    references: &[impl AsRef<str>],
) -> Result<Vec<S>, MetricsError> {
    if translations.len() != references.len() {
        return Err(MetricsError::References { translations: translations.len(), references: references.len() });
    }
    Ok(translations
        .iter()
        .zip(references)
        .map(|(hypothesis, reference)| S::of(hypothesis.as_ref(), reference.as_ref()))
        .collect())
}

/// White space as Python's `str.split` has it, for which the tools that define these metrics split.
fn is_space(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

/// How often each run of `order` items occurs.
fn count_grams<T: std::hash::Hash + Eq>(items: &[T], order: usize) -> std::collections::HashMap<&[T], u64> {
    let mut counts = std::collections::HashMap::new();
    for gram in items.windows(order) {
        *counts.entry(gram).or_default() += 1;
    }
    counts
}

/// Runs of `order` items of the hypothesis that the reference has too, each at most as often as there.
fn matches<T: std::hash::Hash + Eq>(hypothesis: &[T], reference: &[T], order: usize) -> u64 {
    let reference = count_grams(reference, order);
    let clipped = |(gram, count): (&[T], u64)| count.min(reference.get(gram).copied().unwrap_or(0));
    count_grams(hypothesis, order).into_iter().map(clipped).sum()
}

/// Number of runs of `order` items in `length`.
fn grams(length: usize, order: usize) -> u64 {
    (length + 1).saturating_sub(order) as u64
}

#[cfg(test)]
mod golden;
