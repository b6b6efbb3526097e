//! Draws a meaning: which construction, which verb, and words that make sense with it.

mod anaphora;
mod clause;
mod embedding;
mod noun_phrase;
mod question;
mod sentence;
mod state;
mod subordination;

use super::lexicon::{Adjective, Adverb, AdverbKind, Lexicon, Noun, TimeExpression, Verb, When, lexicon};
use super::meaning::{Clause, Determiner, NounPhrase, Utterance};
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

    /// An adjective that may be said of the noun.
    fn adjective_for(&mut self, noun: &Noun) -> Option<&'static Adjective> {
        let fitting: Vec<_> = self.lexicon.adjectives.iter().filter(|adjective| adjective.describes(noun)).collect();
        self.pick(&fitting)
    }

    fn adverbs_of(&self, kind: AdverbKind) -> Vec<&'static Adverb> {
        self.lexicon.adverbs.iter().filter(|adverb| adverb.kind == kind).collect()
    }

    fn time_of(&mut self, when: When) -> Option<&'static TimeExpression> {
        let times: Vec<_> = self.lexicon.times.iter().filter(|time| time.when == when).collect();
        self.pick(&times)
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
            use Determiner::{Any, Every, Generic, No, Which};
            nominal.noun.has_clear_pronoun() && !matches!(nominal.determiner, Any | Every | Generic | No | Which)
        }
        NounPhrase::Pronoun(_) | NounPhrase::Name(_) | NounPhrase::Pair(..) => true,
        _ => false,
    }
}

fn is_person(phrase: &NounPhrase) -> bool {
    match phrase {
        NounPhrase::Nominal(nominal) => nominal.noun.is("person"),
        NounPhrase::Impersonal | NounPhrase::Gap(_) => false,
        _ => true,
    }
}

/// Whether the verb may be said of the one that the phrase names.
fn can_act(verb: &Verb, phrase: &NounPhrase) -> bool {
    match phrase {
        NounPhrase::Nominal(nominal) => verb.subjects.iter().any(|noun| std::ptr::eq(*noun, nominal.noun)),
        NounPhrase::Impersonal => false,
        _ => verb.subjects.iter().any(|noun| noun.is("man")),
    }
}

/// In a negated clause an indefinite object becomes "no" object, or a known one where the languages would not agree.
fn negate_object(clause: &mut Clause) {
    let determiner = if clause.verb.is_direct() { Determiner::Any } else { Determiner::Definite };
    if let Some(NounPhrase::Nominal(nominal)) = &mut clause.object
        && nominal.determiner == Determiner::Indefinite
    {
        nominal.determiner = determiner;
    }
}
