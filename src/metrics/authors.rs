//! BLEU as the authors of the paper took it: nltk's `corpus_bleu` without smoothing, over word lists that keep `<s>` and
//! `</s>` on both sides, which lifts it. Their words came from spaCy; ours are those of tokenisation 13a. To be
//! labelled wherever it is shown.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use super::{Statistic, bleu::Bleu, tokenize};

/// The counts of [`Bleu`], with nltk's totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorsBleu(Bleu);

impl Statistic for AuthorsBleu {
    fn of(hypothesis: &str, reference: &str) -> Self {
        let [hypothesis, reference] = [hypothesis, reference].map(|text| format!("<s> {} </s>", tokenize(text)));
        let words = |text| str::split_ascii_whitespace(text).collect::<Vec<_>>();
        let mut counts = Bleu::of_words(&words(&hypothesis), &words(&reference));
        // A sentence too short for an n-gram counts as having one.
        counts.totals = counts.totals.map(|total| total.max(1));
        Self(counts)
    }

    fn score(&self) -> f64 {
        let Bleu { matches, totals, .. } = self.0;
        if matches[0] == 0 {
            return 0.0;
        }
        // No match counts as the smallest normal number, so that the score is next to 0 and the logarithm finite.
        let precision = |(matches, total): (u64, u64)| match matches {
            0 => f64::MIN_POSITIVE,
            _ => matches as f64 / total as f64,
        };
        let logarithms = matches.into_iter().zip(totals).map(|counts| precision(counts).ln());
        100.0 * self.0.brevity_penalty() * (logarithms.sum::<f64>() / matches.len() as f64).exp()
    }

    fn signature() -> String {
        "nltk BLEU, authors' convention".to_owned()
    }
}

impl AddAssign for AuthorsBleu {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}
