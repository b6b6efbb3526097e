//! Draws a meaning: which construction, which verb, and words that make sense with it.

mod clause;
mod noun_phrase;
mod sentence;

use super::lexicon::{Lexicon, Noun, lexicon};
use super::meaning::{NounPhrase, Utterance};
use super::split;
use crate::random::{Purpose, Stream};

/// The meaning of the `index`-th candidate sentence of a seed, with the combination that decides where it belongs.
pub fn utterance(seed: u64, index: u64) -> (Utterance, u32) {
    let mut composer = Composer { stream: Stream::new(seed, Purpose::Corpus, index), lexicon: lexicon() };
    loop {
        // One that mixes combinations kept for validation and for testing belongs nowhere.
        if let Some(utterance) = composer.sentence()
            && let Some(combination) = split::deciding(&utterance)
        {
            return (utterance, combination);
        }
    }
}

struct Composer {
    stream: Stream,
    lexicon: &'static Lexicon,
}

impl Composer {
    fn chance(&mut self, probability: f32) -> bool {
        self.stream.chance(probability)
    }

    /// One of the items, if there is any.
    fn pick<T: Copy>(&mut self, items: &[T]) -> Option<T> {
        if items.is_empty() { None } else { Some(*self.stream.choose(items)) }
    }

    /// The index of one of some weights.
    fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut draw = self.stream.below(weights.iter().sum());
        weights
            .iter()
            .position(|weight| {
                let inside = draw < *weight;
                draw = draw.saturating_sub(*weight);
                inside
            })
            .unwrap_or(0)
    }

    fn noun_of(&mut self, class: &str) -> Option<&'static Noun> {
        let nouns: Vec<_> = self.lexicon.nouns.iter().filter(|noun| noun.is(class)).collect();
        self.pick(&nouns)
    }
}

/// Whether a phrase may be what a pronoun in a later clause means.
fn can_be_resumed(phrase: &NounPhrase) -> bool {
    match phrase {
        NounPhrase::Nominal(nominal) => {
            use super::meaning::Determiner::{Any, Every, Generic, No, Which};
            nominal.noun.has_clear_pronoun() && !matches!(nominal.determiner, Any | Every | Generic | No | Which)
        }
        NounPhrase::Pronoun(_) | NounPhrase::Name(_) | NounPhrase::Pair(..) => true,
        _ => false,
    }
}
