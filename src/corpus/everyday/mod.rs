//! The project's own corpus: a synchronous grammar of English, French and German.
//!
//! `compose` draws a meaning (`meaning`) with words that fit together (`lexicon`); `english`, `french` and `german` each
//! say it. So every sentence exists in three languages, and what differs between them is what languages differ in:
//! agreement, case, clitics, word order, verbs in two parts, and words whose translation hangs on other words.
//!
//! A sentence is a function of a seed and an index. Whether it is held out depends on its word combinations alone
//! (`split`), so that all seeds agree on what a model must not have seen.

mod closed;
mod compose;
mod count;
mod english;
mod french;
mod german;
mod lexicon;
mod meaning;
mod phenomena;
mod split;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

pub use count::sentences_at_least;
pub use phenomena::{Phenomena, Phenomenon};
pub use split::Part;

use crate::corpus::language::Language;
use meaning::Utterance;

/// One meaning said in three languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub english: String,
    pub french: String,
    pub german: String,
    /// Hash of the combination of words that decides whether the sentence is held out.
    pub combination: u32,
    pub phenomena: Phenomena,
}

impl Sentence {
    fn realise(utterance: &Utterance, combination: u32) -> Self {
        Self {
            english: english::utterance(utterance),
            french: french::utterance(utterance),
            german: german::utterance(utterance),
            combination,
            phenomena: phenomena::of(utterance),
        }
    }

    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::French => &self.french,
            Language::German => &self.german,
        }
    }

    /// Words of the shortest and of the longest side.
    fn lengths(&self) -> (usize, usize) {
        let lengths = Language::ALL.map(|language| self.text(language).split(' ').count());
        (lengths.into_iter().min().unwrap_or(0), lengths.into_iter().max().unwrap_or(0))
    }

    /// The part whose sentences this one may be among; none if it is between the lengths of the others and `Long`.
    pub fn part(&self) -> Option<Part> {
        split::part(self.combination, self.lengths())
    }
}

/// The `index`-th candidate sentence of a seed, a pure function of both.
pub fn sentence(seed: u64, index: u64) -> Sentence {
    let (utterance, combination) = compose::utterance(seed, index);
    Sentence::realise(&utterance, combination)
}

/// The sentences of a part in the order of their indices, no two alike in any language. There is no end of them.
pub struct Sentences {
    seed: u64,
    part: Part,
    /// The index of the next candidate.
    next: u64,
    seen: HashSet<String>,
}

impl Sentences {
    pub fn new(seed: u64, part: Part) -> Self {
        Self { seed, part, next: 0, seen: HashSet::new() }
    }

    fn candidate(&mut self) -> Option<Sentence> {
        let candidate = sentence(self.seed, self.next);
        self.next += 1;
        let texts = Language::ALL.map(|language| candidate.text(language));
        if candidate.part() != Some(self.part) || texts.iter().any(|text| self.seen.contains(*text)) {
            return None;
        }
        self.seen.extend(texts.map(str::to_owned));
        Some(candidate)
    }
}

impl Iterator for Sentences {
    type Item = Sentence;

    fn next(&mut self) -> Option<Sentence> {
        loop {
            if let found @ Some(_) = self.candidate() {
                return found;
            }
        }
    }
}

/// How many different citation forms the lexicon has in a language.
pub fn lemma_count(language: Language) -> usize {
    lexicon::lexicon().lemmas(language).len()
}

/// The last step of all three spellings: a capital letter and the final mark.
fn capitalised(text: &str, mark: char) -> String {
    let mut letters = text.trim_end_matches(',').chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}{mark}", letters.as_str())
}
