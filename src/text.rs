//! The text of a run as a model reads it: split, tokenized, and without what is too long.

use crate::{
    batching::Example,
    corpus::Pair,
    tokenizer::{Tokenizer, TokenizerError},
};
use serde::{Deserialize, Serialize};

/// Pairs of sentences with their tokens, index by index.
#[derive(Clone, Debug, Default)]
pub struct Split {
    pub pairs: Vec<Pair>,
    pub examples: Vec<Example>,
    /// Pairs that were dropped, longer than the model reads.
    pub too_long: usize,
    /// The `max_len` at which none is.
    pub longest: usize,
}

impl Split {
    /// Keeps the pairs with |source| <= L and |target| + 1 <= L, and at least one token a side.
    pub fn new(pairs: Vec<Pair>, tokenizer: &Tokenizer, max_len: usize) -> Self {
        let mut split = Self::default();
        for pair in pairs {
            let example = (tokenizer.encode(&pair.source), tokenizer.encode(&pair.target));
            split.longest = split.longest.max(example.0.len()).max(example.1.len() + 1);
            let fits = example.0.len() <= max_len && example.1.len() < max_len;
            if fits && !example.0.is_empty() && !example.1.is_empty() {
                split.pairs.push(pair);
                split.examples.push(example);
            } else {
                split.too_long += 1;
            }
        }
        split
    }
}

/// The three splits and the tokenizer that was trained on the first.
pub struct Text {
    pub tokenizer: Tokenizer,
    pub train: Split,
    pub valid: Split,
    pub test: Split,
}

/// What tokenizing made of a corpus.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextReport {
    pub vocab: usize,
    /// SHA-256 of the vocabulary and its merges.
    pub vocab_hash: String,
    pub train: usize,
    pub valid: usize,
    pub test: usize,
    pub too_long: usize,
    /// The `model.max_len` at which none is too long.
    pub longest: usize,
    /// Tokens a source sentence of the training split, and a target sentence.
    pub source_tokens: f64,
    pub target_tokens: f64,
}

/// A text that nothing can be trained on.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    #[error(
        "no pair of the {part} split fits into model.max_len = {max_len} tokens (its {dropped} pairs are longer, the longest takes \
         {longest}); raise model.max_len or tokenizer.vocab"
    )]
    NothingFits { part: &'static str, max_len: usize, dropped: usize, longest: usize },
}

impl Text {
    /// Trains the tokenizer on the training split alone, or takes the one given, and encodes all three.
    pub fn new(
        [train, valid, test]: [Vec<Pair>; 3],
        tokenizer: Option<Tokenizer>,
        vocab: usize,
        max_len: usize,
    ) -> Result<Self, TextError> {
        let sentences = || train.iter().flat_map(|pair| [pair.source.as_str(), pair.target.as_str()]);
        let tokenizer = tokenizer.map_or_else(|| Tokenizer::train(sentences(), vocab), Ok)?;
        let [train, valid, test] = [train, valid, test].map(|pairs| Split::new(pairs, &tokenizer, max_len));
        for (part, split) in [("training", &train), ("validation", &valid), ("test", &test)] {
            if split.examples.is_empty() {
                let Split { too_long: dropped, longest, .. } = split;
                return Err(TextError::NothingFits { part, max_len, dropped: *dropped, longest: *longest });
            }
        }
        Ok(Self { tokenizer, train, valid, test })
    }

    /// The test split alone, of a run that is not to be trained any more.
    pub fn held_out(test: Vec<Pair>, tokenizer: Tokenizer, max_len: usize) -> Result<Self, TextError> {
        let test = Split::new(test, &tokenizer, max_len);
        match test.examples.is_empty() {
            true => {
                let Split { too_long: dropped, longest, .. } = test;
                Err(TextError::NothingFits { part: "test", max_len, dropped, longest })
            }
            false => Ok(Self { tokenizer, train: Split::default(), valid: Split::default(), test }),
        }
    }

    pub fn report(&self) -> TextReport {
        let count = self.train.examples.len().max(1) as f64;
        let mean = |side: fn(&Example) -> usize| self.train.examples.iter().map(side).sum::<usize>() as f64 / count;
        TextReport {
            vocab: self.tokenizer.vocab_size(),
            vocab_hash: self.tokenizer.hash(),
            train: self.train.examples.len(),
            valid: self.valid.examples.len(),
            test: self.test.examples.len(),
            too_long: self.train.too_long + self.valid.too_long + self.test.too_long,
            longest: self.train.longest.max(self.valid.longest).max(self.test.longest),
            source_tokens: mean(|example| example.0.len()),
            target_tokens: mean(|example| example.1.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_of_the_longest_length_cuts_nothing() {
        let pair = |words: usize| Pair::new("a ".repeat(words), "b ".repeat(words));
        let splits = || [vec![pair(3), pair(9)], vec![pair(2)], vec![pair(5)]];
        let report = |max_len| Text::new(splits(), None, 60, max_len).map(|text| text.report());
        let longest = report(64).unwrap().longest;
        let found =
            [longest, longest - 1].map(|max_len| report(max_len).unwrap()).map(|text| (text.too_long, text.longest));
        assert_eq!(found, [(0, longest), (1, longest)]);
        let error = report(3).unwrap_err().to_string();
        assert!(error.contains(&format!("(its 2 pairs are longer, the longest takes {longest})")), "{error}");
    }
}
