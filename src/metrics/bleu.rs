//! Corpus BLEU (Papineni et al. 2002) with tokenisation 13a and the exponential smoothing of mteval-v13a.pl.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::{Statistic, grams, matches, tokenize};

pub(super) const ORDERS: usize = 4;

/// Counts of word n-grams, for n from 1 to 4, and of words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bleu {
    /// n-grams of the translation that the reference has too.
    pub matches: [u64; ORDERS],
    /// n-grams of the translation.
    pub totals: [u64; ORDERS],
    /// Words of the translation.
    pub length: u64,
    /// Words of the reference.
    pub reference_length: u64,
}

impl Bleu {
    pub(super) fn of_words(hypothesis: &[&str], reference: &[&str]) -> Self {
        Self {
            matches: std::array::from_fn(|n| matches(hypothesis, reference, n + 1)),
            totals: std::array::from_fn(|n| grams(hypothesis.len(), n + 1)),
            length: hypothesis.len() as u64,
            reference_length: reference.len() as u64,
        }
    }

    /// What a translation shorter than the reference is multiplied by.
    pub fn brevity_penalty(&self) -> f64 {
        match (self.length, self.reference_length) {
            (length, reference) if length >= reference => 1.0,
            (0, _) => 0.0,
            (length, reference) => (1.0 - reference as f64 / length as f64).exp(),
        }
    }

    /// The score of one sentence: of the orders that it is long enough for ("effective order").
    pub fn sentence_score(&self) -> f64 {
        let orders = self.totals.iter().take_while(|&&total| total > 0).count();
        if self.matches == [0; ORDERS] {
            return 0.0;
        }
        let mean = self.precisions()[..orders].iter().map(|precision| precision.ln()).sum::<f64>() / orders as f64;
        self.brevity_penalty() * mean.exp()
    }

    /// The precision of each order in per cent. Each order without a match halves what stands in for its one match; from
    /// the first order without an n-gram on they are 0.
    pub fn precisions(&self) -> [f64; ORDERS] {
        let mut precisions = [0.0; ORDERS];
        let mut smoothing = 1.0;
        for (n, precision) in precisions.iter_mut().enumerate() {
            *precision = match (self.matches[n], self.totals[n] as f64) {
                (_, 0.0) => break,
                (0, total) => {
                    smoothing *= 2.0;
                    100.0 / (smoothing * total)
                }
                (matches, total) => 100.0 * matches as f64 / total,
            }
        }
        precisions
    }
}

impl Statistic for Bleu {
    fn of(hypothesis: &str, reference: &str) -> Self {
        let (hypothesis, reference) = (tokenize(hypothesis), tokenize(reference));
        let words = |text| str::split_ascii_whitespace(text).collect::<Vec<_>>();
        Self::of_words(&words(&hypothesis), &words(&reference))
    }

    fn score(&self) -> f64 {
        let precisions = self.precisions();
        if self.matches == [0; ORDERS] || precisions.contains(&0.0) {
            return 0.0;
        }
        let mean = precisions.iter().map(|precision| precision.ln()).sum::<f64>() / ORDERS as f64;
        self.brevity_penalty() * mean.exp()
    }

    fn signature() -> String {
        format!("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|attentionless:{}", env!("CARGO_PKG_VERSION"))
    }
}

impl AddAssign for Bleu {
    fn add_assign(&mut self, other: Self) {
        for n in 0..ORDERS {
            self.matches[n] += other.matches[n];
            self.totals[n] += other.totals[n];
        }
        self.length += other.length;
        self.reference_length += other.reference_length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Chrf, statistics};

    /// The figures of sacreBLEU 2.6.0.
    #[test]
    fn known_corpora() {
        let hypotheses = ["the cat sat on the mat .", "a dog", "hello there general kenobi", "Guten Tag, Welt!"];
        let references =
            ["The cat sat on the mat.", "a small dog ran", "hello there general kenobi", "Guten Tag, Welt."];
        let bleu = Bleu::sum(&statistics(&hypotheses, &references).unwrap());
        assert_eq!((bleu.matches, bleu.totals), ([16, 11, 8, 5], [18, 14, 10, 7]));
        assert_eq!((bleu.length, bleu.reference_length), (18, 20));
        assert!((bleu.brevity_penalty() - 0.894_839_316_8).abs() < 1e-9);
        assert!((bleu.score() - 71.123_574_834_879_72).abs() < 1e-9);
        let chrf = Chrf::sum(&statistics(&hypotheses, &references).unwrap());
        assert!((chrf.score() - 84.035_520_809_806_24).abs() < 1e-9);

        let bleu = Bleu::sum(&statistics(&["a b c x", "y z"], &["a b d x", "y q z w"]).unwrap());
        assert!((bleu.score() - 24.204_430_444_284_79).abs() < 1e-9);
    }

    /// The figures of sacreBLEU 2.6.0's `sentence_bleu`.
    #[test]
    fn known_sentences() {
        let cases = [
            ("a b c", "a b c", 100.0),
            ("a", "a", 100.0),
            ("The dog sleeps .", "The dog sleeps.", 100.0),
            ("the cat sat", "The cat sat on the mat.", 16.605_579_150_202_516),
            ("a b x d e", "a b c d e", 30.213_753_973_567_677),
            ("no match here", "something else entirely different", 0.0),
            ("", "a b", 0.0),
        ];
        for (hypothesis, reference, expected) in cases {
            let found = Bleu::of(hypothesis, reference).sentence_score();
            assert!((found - expected).abs() < 1e-9, "{hypothesis}: {found}, not {expected}");
        }
    }

    #[test]
    fn nothing_scores_nothing() {
        assert_eq!(Bleu::default().score(), 0.0);
        assert_eq!(Bleu::of("", "a b c d").score(), 0.0);
        assert_eq!(Bleu::of("a b c d", "").score(), 0.0);
        // Three words have no 4-gram.
        assert_eq!(Bleu::of("a b c", "a b c").score(), 0.0);
        assert!((Bleu::of("a b c d", "a b c d").score() - 100.0).abs() < 1e-9);
    }
}
