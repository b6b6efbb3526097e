//! Corpus chrF2 (Popović 2015): F-score of character n-grams, n from 1 to 6, with recall twice as important.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::{Statistic, grams, is_space, matches};

const ORDERS: usize = 6;
/// The square of how much more recall counts than precision.
const FACTOR: f64 = 4.0;

/// Counts of n-grams of code points, white space left out, for n from 1 to 6.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chrf {
    /// n-grams of the translation; none where the reference is too short to have one.
    pub hypothesis: [u64; ORDERS],
    pub reference: [u64; ORDERS],
    pub matches: [u64; ORDERS],
}

impl Statistic for Chrf {
    fn of(hypothesis: &str, reference: &str) -> Self {
        let [hypothesis, reference] =
            [hypothesis, reference].map(|text| text.chars().filter(|c| !is_space(*c)).collect::<Vec<_>>());
        let in_reference = |n| grams(reference.len(), n + 1);
        Self {
            hypothesis: std::array::from_fn(|n| if in_reference(n) > 0 { grams(hypothesis.len(), n + 1) } else { 0 }),
            reference: std::array::from_fn(in_reference),
            matches: std::array::from_fn(|n| matches(&hypothesis, &reference, n + 1)),
        }
    }

    fn score(&self) -> f64 {
        let orders: Vec<_> = (0..ORDERS).filter(|&n| self.hypothesis[n] > 0 && self.reference[n] > 0).collect();
        let mean = |totals: [u64; ORDERS]| {
            let ratios = orders.iter().map(|&n| self.matches[n] as f64 / totals[n] as f64);
            ratios.sum::<f64>() / orders.len().max(1) as f64
        };
        let (precision, recall) = (mean(self.hypothesis), mean(self.reference));
        if precision + recall == 0.0 {
            return 0.0;
        }
        100.0 * (1.0 + FACTOR) * precision * recall / (FACTOR * precision + recall)
    }

    fn signature() -> String {
        format!("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|attentionless:{}", env!("CARGO_PKG_VERSION"))
    }
}

impl AddAssign for Chrf {
    fn add_assign(&mut self, other: Self) {
        for n in 0..ORDERS {
            self.hypothesis[n] += other.hypothesis[n];
            self.reference[n] += other.reference[n];
            self.matches[n] += other.matches[n];
        }
    }
}
