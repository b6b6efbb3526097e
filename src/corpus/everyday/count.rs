//! How many sentences there are at least.

use std::collections::BTreeSet;

use super::lexicon::{Frame, Noun, When, lexicon};

/// A lower bound, from one construction alone: "the tired baker cut this sweet apple yesterday". Two determiners and any
/// fitting adjective or none with either noun, and the times of past and future.
pub fn sentences_at_least() -> u128 {
    let lexicon = lexicon();
    let plain = |noun: &&&'static Noun| {
        let special = ["mass", "unique", "family", "game", "language"];
        !special.iter().any(|class| noun.is(class))
    };
    let adjectives = |noun: &'static Noun| {
        1 + lexicon.adjectives.iter().filter(|adjective| adjective.describes(noun)).count() as u128
    };
    // By its English words, so that no sentence is counted twice.
    let mut triples = BTreeSet::new();
    let mut phrases = 0;
    for verb in lexicon.verbs.iter().filter(|verb| verb.frame == Frame::Transitive && !verb.plural_object) {
        for subject in verb.subjects.iter().filter(plain) {
            for object in verb.objects.iter().filter(plain) {
                if subject.key != object.key && triples.insert((&verb.label, subject.key, object.key)) {
                    phrases += 2 * adjectives(subject) * 2 * adjectives(object);
                }
            }
        }
    }
    let times = lexicon.times.iter().filter(|time| matches!(time.when, When::Past | When::Future)).count() as u128;
    phrases * times
}
