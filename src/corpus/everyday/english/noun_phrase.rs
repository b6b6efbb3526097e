//! English noun phrases and places.

use super::clause::relative;
use crate::corpus::everyday::meaning::{
    Determiner, Interrogative, Nominal, NounPhrase, Place, Quantifier, Referent, Relation, Sex,
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Subject,
    Object,
}

pub const NUMERALS: [&str; 11] = ["", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

pub fn noun_phrase(phrase: &NounPhrase, case: Case) -> String {
    match phrase {
        NounPhrase::Pronoun(referent) => pronoun(*referent, case).to_owned(),
        NounPhrase::Nominal(nominal) => nominal_phrase(nominal),
        NounPhrase::Name(name) => name.name.to_owned(),
        NounPhrase::Pair(first, second) => {
            format!("{} and {}", noun_phrase(first, case), noun_phrase(second, case))
        }
        NounPhrase::Quantifier(quantifier) => match quantifier {
            Quantifier::Everybody => "everybody",
            Quantifier::Somebody => "somebody",
            Quantifier::Nobody => "nobody",
            Quantifier::Something => "something",
            Quantifier::Nothing => "nothing",
        }
        .to_owned(),
        NounPhrase::Interrogative(Interrogative::Who) => "who".to_owned(),
        NounPhrase::Interrogative(Interrogative::What) => "what".to_owned(),
        NounPhrase::Gap(_) => String::new(),
        NounPhrase::Impersonal => "it".to_owned(),
    }
}

fn pronoun(referent: Referent, case: Case) -> &'static str {
    let (subject, object) = match (referent.person, referent.plural, referent.sex) {
        (1, false, _) => ("I", "me"),
        (1, true, _) => ("we", "us"),
        (2, ..) => ("you", "you"),
        (_, true, _) => ("they", "them"),
        (_, false, Sex::Male) => ("he", "him"),
        (_, false, Sex::Female) => ("she", "her"),
        (_, false, Sex::Neither) => ("it", "it"),
    };
    if case == Case::Subject { subject } else { object }
}

pub fn possessive(owner: Referent) -> &'static str {
    match (owner.person, owner.plural, owner.sex) {
        (1, false, _) => "my",
        (1, true, _) => "our",
        (2, ..) => "your",
        (_, true, _) => "their",
        (_, false, Sex::Male) => "his",
        (_, false, Sex::Female) => "her",
        (_, false, Sex::Neither) => "its",
    }
}

fn nominal_phrase(nominal: &Nominal) -> String {
    let noun = if nominal.plural { &nominal.noun.english.plural } else { &nominal.noun.english.singular };
    let mass = nominal.noun.is("mass");
    let determiner = match (&nominal.possessor, nominal.determiner) {
        (Some(possessor), _) => format!("{}'s", noun_phrase(possessor, Case::Subject).trim()),
        (None, Determiner::Definite) => "the".to_owned(),
        (None, Determiner::Indefinite) if nominal.plural || mass => "some".to_owned(),
        (None, Determiner::Any) if nominal.plural || mass => "any".to_owned(),
        (None, Determiner::Indefinite | Determiner::Any) => "a".to_owned(),
        (None, Determiner::Demonstrative) if nominal.plural => "these".to_owned(),
        (None, Determiner::Demonstrative) => "this".to_owned(),
        (None, Determiner::Possessive(owner)) => possessive(owner).to_owned(),
        (None, Determiner::Numeral(number)) => NUMERALS[usize::from(number)].to_owned(),
        (None, Determiner::Many) if mass => "a lot of".to_owned(),
        (None, Determiner::Many) => "many".to_owned(),
        (None, Determiner::Few) => "a few".to_owned(),
        (None, Determiner::Every) => "every".to_owned(),
        (None, Determiner::All) => "all the".to_owned(),
        (None, Determiner::No) => "no".to_owned(),
        (None, Determiner::Which) => "which".to_owned(),
        (None, Determiner::Generic) if nominal.noun.is("instrument") => "the".to_owned(),
        (None, Determiner::Generic) => String::new(),
    };
    let adjective = nominal.adjective.map_or("", |adjective| &adjective.english.positive);
    let relative = nominal.relative.as_ref().map_or_else(String::new, |clause| relative(nominal, clause));
    format!("{determiner} {adjective} {noun} {relative}")
}

/// Where something is, or with `direction` where it goes.
pub fn place(place: &Place, direction: bool) -> String {
    match place {
        Place::Site(phrase) => {
            let prepositions = phrase.nominal().and_then(|nominal| nominal.noun.prepositions.as_ref());
            let rest = prepositions.map_or("at", |prepositions| prepositions.english);
            format!("{} {}", if direction { "to" } else { rest }, noun_phrase(phrase, Case::Object))
        }
        Place::Proper(site) => format!("{} {}", if direction { "to" } else { "in" }, site.english),
        Place::Relation(relation, phrase) => {
            let preposition = match relation {
                Relation::On => "on",
                Relation::Under => "under",
                Relation::Behind => "behind",
                Relation::Inside => "in",
                Relation::Beside => "next to",
                Relation::InFrontOf => "in front of",
            };
            format!("{preposition} {}", noun_phrase(phrase, Case::Object))
        }
        Place::With(phrase) => {
            format!("{} {}'s", if direction { "to" } else { "at" }, noun_phrase(phrase, Case::Subject).trim())
        }
        Place::Adverb(adverb) => adverb.english.clone(),
        Place::There => "there".to_owned(),
    }
}
