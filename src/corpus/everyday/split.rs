//! Which sentences a model may learn from: decided by word combinations and by length, never by a seed.

use super::meaning::{Attribute, Clause, Complement, NounPhrase, Utterance};
use crate::random::pcg;

/// A part of the corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// No sentence has a held-out combination.
    Train,
    /// Every sentence has a combination that is kept for validation.
    Valid,
    /// Every sentence has a combination that is kept for testing.
    Test,
    /// Sentences longer than any in the other parts.
    Long,
}

/// The most words that a sentence for training, validation or testing has in any language.
pub const LONGEST: usize = 16;
/// The fewest words that a sentence has in any language.
pub const SHORTEST: usize = 4;
/// The fewest words that a sentence of `Long` has in any language.
pub const LONG: usize = 20;
/// One combination in so many is kept for validation, and as many for testing.
const HELD_OUT: u32 = 20;

/// The part that a combination belongs to.
fn share(combination: u32) -> Part {
    match combination % HELD_OUT {
        0 => Part::Valid,
        1 => Part::Test,
        _ => Part::Train,
    }
}

/// The part of a sentence with this deciding combination and these least and greatest lengths.
pub fn part(combination: u32, (shortest, longest): (usize, usize)) -> Option<Part> {
    match share(combination) {
        share if longest <= LONGEST && shortest >= SHORTEST => Some(share),
        Part::Train if shortest >= LONG => Some(Part::Long),
        _ => None,
    }
}

/// The combination that decides for a sentence; none if it mixes those for validation and those for testing.
pub fn deciding(utterance: &Utterance) -> Option<u32> {
    let combinations = combinations(utterance);
    let find = |part| combinations.iter().copied().find(|combination| share(*combination) == part);
    match (find(Part::Valid), find(Part::Test)) {
        (Some(_), Some(_)) => None,
        (held_out, None) | (None, held_out) => {
            Some(held_out.or(combinations.first().copied()).unwrap_or(u32::MAX - u32::MAX % HELD_OUT - 1))
        }
    }
}

/// Hashes of all pairs of verb and noun, and of adjective and noun, that stand together in a sentence.
pub fn combinations(utterance: &Utterance) -> Vec<u32> {
    let mut out = Vec::new();
    for clause in clauses(utterance) {
        let named = |phrase: &Option<NounPhrase>| phrase.as_ref().and_then(|phrase| phrase.nominal()).map(|n| n.noun);
        let object = named(&clause.object);
        if let Some(noun) = object.or_else(|| clause.subject.nominal().map(|nominal| nominal.noun)) {
            out.push(hash(clause.verb.key, &noun.english.singular));
        }
        let adjective = match &clause.attribute {
            Some(Attribute::Plain(a) | Attribute::Degree(_, a) | Attribute::More(a, _) | Attribute::Equal(a, _)) => {
                Some(a)
            }
            _ => None,
        };
        if let (Some(adjective), Some(nominal)) = (adjective, clause.subject.nominal()) {
            out.push(hash(&adjective.english.positive, &nominal.noun.english.singular));
        }
        let phrases = [Some(&clause.subject), clause.object.as_ref(), clause.recipient.as_ref()];
        for nominal in phrases.into_iter().flatten().filter_map(NounPhrase::nominal) {
            out.extend(nominal.adjective.map(|a| hash(&a.english.positive, &nominal.noun.english.singular)));
        }
    }
    out
}

/// FNV-1a over both words, then a permutation that spreads it.
fn hash(first: &str, second: &str) -> u32 {
    let bytes = first.bytes().chain([0]).chain(second.bytes());
    pcg(bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)))
}

/// All clauses of a sentence, the nested ones among them. A gap is filled with the noun that it stands for.
pub fn clauses(utterance: &Utterance) -> Vec<Clause> {
    let mut out = Vec::new();
    match utterance {
        Utterance::Statement(clause) | Utterance::Polar(clause) | Utterance::Content(_, clause) => {
            nested(clause, &mut out)
        }
        Utterance::Coordination(first, _, second) => {
            out.extend(clauses(first));
            out.extend(clauses(second));
        }
        Utterance::Subordination { main, subordinate, .. } => {
            nested(main, &mut out);
            nested(subordinate, &mut out);
        }
    }
    out
}

fn nested(clause: &Clause, out: &mut Vec<Clause>) {
    out.push(clause.clone());
    match &clause.complement {
        Some(
            Complement::That(inner)
            | Complement::Question(_, inner)
            | Complement::Infinitive(inner)
            | Complement::Purpose(inner),
        ) => nested(inner, out),
        None => {}
    }
    for phrase in [Some(&clause.subject), clause.object.as_ref()].into_iter().flatten() {
        let Some(nominal) = phrase.nominal() else { continue };
        let Some(relative) = &nominal.relative else { continue };
        let mut inner = (*relative.clause).clone();
        let mut head = nominal.clone();
        head.relative = None;
        let filler = NounPhrase::Nominal(Box::new(head));
        match relative.gap {
            super::meaning::Role::Subject => inner.subject = filler,
            super::meaning::Role::Object => inner.object = Some(filler),
        }
        nested(&inner, out);
    }
}

/// The nouns, the verb and the adjectives of a clause, by the names that the lexicon gives them.
#[cfg(test)]
pub fn open_words(clause: &Clause) -> Vec<&'static str> {
    use super::meaning::Place;
    let place = |place: &Option<Place>| match place {
        Some(Place::Site(phrase) | Place::Relation(_, phrase) | Place::With(phrase)) => Some(phrase.clone()),
        _ => None,
    };
    let mut out = vec![clause.verb.key];
    out.extend(clause.means.map(|noun| noun.key));
    if let Some(Attribute::Plain(a) | Attribute::Degree(_, a) | Attribute::More(a, _) | Attribute::Equal(a, _)) =
        &clause.attribute
    {
        out.push(&a.english.positive);
    }
    let phrases = [
        Some(clause.subject.clone()),
        clause.object.clone(),
        clause.recipient.clone(),
        place(&clause.goal),
        place(&clause.place),
    ];
    for phrase in phrases.into_iter().flatten() {
        if let NounPhrase::Nominal(nominal) = phrase {
            out.push(nominal.noun.key);
            out.extend(nominal.adjective.map(|adjective| adjective.english.positive.as_str()));
        }
    }
    out
}
