//! How far a score could have come out otherwise with other sentences of the same kind (Koehn 2004): the score is taken
//! over many resamples of the sentences, drawn with replacement, and the middle 95 % of those scores is reported.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{MetricsError, Statistic};
use crate::random::{Purpose, Stream};

/// Resamples unless told otherwise.
pub const RESAMPLES: usize = 1000;
/// What lies outside the interval on either side.
const TAIL: f64 = 0.025;

/// Where 95 % of the resampled scores lie.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

/// A system against a baseline on the same sentences.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The system's score less the baseline's.
    pub difference: f64,
    /// Of the difference, over the same resamples for both.
    pub interval: Interval,
    pub verdict: Verdict,
}

/// What may be said of a difference at 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    #[serde(rename = "higher")]
    Higher,
    #[serde(rename = "lower")]
    Lower,
    #[serde(rename = "not distinguishable")]
    NotDistinguishable,
}

impl Verdict {
    fn of(difference: Interval) -> Self {
        match difference {
            Interval { low, .. } if low > 0.0 => Self::Higher,
            Interval { high, .. } if high < 0.0 => Self::Lower,
            _ => Self::NotDistinguishable,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.pad(match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::NotDistinguishable => "not distinguishable",
        })
    }
}

/// The interval of a system's score. Without sentences or resamples it is the score itself.
pub fn interval<S: Statistic>(sentences: &[S], resamples: usize, seed: u64) -> Interval {
    let scores = resampled(sentences.len(), resamples, seed, |indices| sum_of(sentences, indices).score());
    percentiles(scores, S::sum(sentences).score())
}

/// Whether a system differs from a baseline on the same sentences, given in the same order.
pub fn compare<S: Statistic>(
    system: &[S],
    baseline: &[S],
    resamples: usize,
    seed: u64,
) -> Result<Comparison, MetricsError> {
    if system.len() != baseline.len() {
        return Err(MetricsError::Systems { system: system.len(), baseline: baseline.len() });
    }
    let difference = S::sum(system).score() - S::sum(baseline).score();
    let differences = resampled(system.len(), resamples, seed, |indices| {
        sum_of(system, indices).score() - sum_of(baseline, indices).score()
    });
    let interval = percentiles(differences, difference);
    Ok(Comparison { difference, interval, verdict: Verdict::of(interval) })
}

/// The value of each resample: resample `i` is as many draws of stream `i` as there are sentences.
fn resampled(sentences: usize, resamples: usize, seed: u64, value: impl Fn(&[usize]) -> f64) -> Vec<f64> {
    let resamples = if sentences == 0 { 0 } else { resamples };
    let draw = |resample| {
        let mut stream = Stream::new(seed, Purpose::Bootstrap, resample as u64);
        let indices: Vec<_> = (0..sentences).map(|_| stream.below(sentences)).collect();
        value(&indices)
    };
    (0..resamples).map(draw).collect()
}

fn sum_of<S: Statistic>(sentences: &[S], indices: &[usize]) -> S {
    indices.iter().fold(S::default(), |mut sum, &index| {
        sum += sentences[index];
        sum
    })
}

/// The percentiles 2.5 and 97.5, with linear interpolation between neighbours.
fn percentiles(mut values: Vec<f64>, otherwise: f64) -> Interval {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = share * values.len().saturating_sub(1) as f64;
        let (below, above) = (place.floor(), place.ceil());
        match (values.get(below as usize), values.get(above as usize)) {
            (Some(low), Some(high)) => low + (high - low) * (place - below),
            _ => otherwise,
        }
    };
    Interval { low: at(TAIL), high: at(1.0 - TAIL) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Bleu;

    #[test]
    fn interpolates_between_neighbours() {
        let interval = percentiles((0..=1000).rev().map(f64::from).collect(), 0.0);
        assert_eq!((interval.low, interval.high), (25.0, 975.0));
        let interval = percentiles(vec![1.0, 2.0, 3.0], 0.0);
        assert!((interval.low - 1.05).abs() < 1e-12 && (interval.high - 2.95).abs() < 1e-12);
        assert_eq!(percentiles(Vec::new(), 7.0), Interval { low: 7.0, high: 7.0 });
    }

    #[test]
    fn degenerate_cases() {
        let nothing = Interval { low: 0.0, high: 0.0 };
        assert_eq!(interval::<Bleu>(&[], 100, 1), nothing);
        let one = [Bleu::of("a b c d e", "a b c d e")];
        assert_eq!(interval(&one, 10, 1).low, one[0].score());
        assert_eq!(interval(&one, 0, 1).high, one[0].score());
        assert_eq!(compare(&one, &one, 10, 1).unwrap().verdict, Verdict::NotDistinguishable);
        assert_eq!(compare(&one, &[], 10, 1), Err(MetricsError::Systems { system: 1, baseline: 0 }));
    }

    #[test]
    fn tells_better_from_worse() {
        let sentences: Vec<_> = (0..100).map(|i| format!("this is sentence {i} of the whole test set")).collect();
        let good: Vec<_> = sentences.iter().map(|sentence| Bleu::of(sentence, sentence)).collect();
        let poor: Vec<_> =
            sentences.iter().map(|sentence| Bleu::of(&sentence.replace("of the", "x y"), sentence)).collect();
        let higher = compare(&good, &poor, 200, 1).unwrap();
        assert_eq!(higher.verdict, Verdict::Higher);
        assert!(higher.interval.low <= higher.difference && higher.difference <= higher.interval.high);
        let lower = compare(&poor, &good, 200, 1).unwrap();
        assert_eq!((lower.verdict, lower.difference), (Verdict::Lower, -higher.difference));
        assert_eq!(serde_json::to_value(lower.verdict).unwrap(), lower.verdict.to_string());
        assert_eq!(Verdict::NotDistinguishable.to_string(), "not distinguishable");
    }
}
