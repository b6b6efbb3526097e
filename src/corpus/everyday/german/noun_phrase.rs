//! German noun phrases and places.

use super::clause::relative;
use super::morphology::{Case, Declension, definite, mixed, strong_ending};
use crate::corpus::everyday::meaning::{
    Determiner, Gender, Interrogative, Nominal, NounPhrase, Place, Quantifier, Referent, Relation, Sex,
};

const NUMERALS: [&str; 11] = ["", "", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn"];

/// A noun phrase and the relative clause that may move away from it.
pub struct Phrase {
    pub core: String,
    pub relative: String,
}

pub fn noun_phrase(phrase: &NounPhrase, case: Case) -> Phrase {
    let core = match phrase {
        NounPhrase::Nominal(nominal) => return nominal_phrase(nominal, case),
        NounPhrase::Pronoun(referent) => pronoun(*referent, case).to_owned(),
        NounPhrase::Name(name) => name.name.to_owned(),
        NounPhrase::Pair(first, second) => format!("{} und {}", whole(first, case), whole(second, case)),
        NounPhrase::Quantifier(quantifier) => match (quantifier, case) {
            (Quantifier::Everybody, Case::Accusative) => "jeden",
            (Quantifier::Everybody, Case::Dative) => "jedem",
            (Quantifier::Everybody, _) => "jeder",
            (Quantifier::Somebody, Case::Accusative) => "jemanden",
            (Quantifier::Somebody, Case::Dative) => "jemandem",
            (Quantifier::Somebody, _) => "jemand",
            (Quantifier::Nobody, Case::Accusative) => "niemanden",
            (Quantifier::Nobody, Case::Dative) => "niemandem",
            (Quantifier::Nobody, _) => "niemand",
            (Quantifier::Something, _) => "etwas",
            (Quantifier::Nothing, _) => "nichts",
        }
        .to_owned(),
        NounPhrase::Interrogative(Interrogative::What) => "was".to_owned(),
        NounPhrase::Interrogative(Interrogative::Who) => match case {
            Case::Accusative => "wen",
            Case::Dative => "wem",
            _ => "wer",
        }
        .to_owned(),
        NounPhrase::Gap(_) => String::new(),
        NounPhrase::Impersonal => "es".to_owned(),
    };
    Phrase { core, relative: String::new() }
}

/// With its relative clause in place.
pub fn whole(phrase: &NounPhrase, case: Case) -> String {
    let Phrase { core, relative } = noun_phrase(phrase, case);
    format!("{core} {relative}")
}

/// A person is he or she by sex, anything else by gender.
fn pronoun_gender(referent: Referent) -> Gender {
    match referent.sex {
        Sex::Male => Gender::Masculine,
        Sex::Female => Gender::Feminine,
        Sex::Neither => referent.german,
    }
}

pub fn pronoun(referent: Referent, case: Case) -> &'static str {
    let [nominative, accusative, dative] = match (referent.person, referent.plural, pronoun_gender(referent)) {
        (1, false, _) => ["ich", "mich", "mir"],
        (1, true, _) => ["wir", "uns", "uns"],
        (2, ..) => ["du", "dich", "dir"],
        (_, true, _) => ["sie", "sie", "ihnen"],
        (_, false, Gender::Masculine) => ["er", "ihn", "ihm"],
        (_, false, Gender::Feminine) => ["sie", "sie", "ihr"],
        (_, false, Gender::Neuter) => ["es", "es", "ihm"],
    };
    match case {
        Case::Accusative => accusative,
        Case::Dative => dative,
        _ => nominative,
    }
}

fn possessive(owner: Referent) -> &'static str {
    match (owner.person, owner.plural, pronoun_gender(owner)) {
        (1, false, _) => "mein",
        (1, true, _) => "unser",
        (2, ..) => "dein",
        (_, true, _) | (_, false, Gender::Feminine) => "ihr",
        _ => "sein",
    }
}

fn nominal_phrase(nominal: &Nominal, case: Case) -> Phrase {
    let noun = &nominal.noun.german;
    let (gender, plural, mass) = (noun.gender, nominal.plural, nominal.noun.is("mass"));
    let ending = strong_ending(case, gender, plural);
    let der = || format!("‹{}", definite(case, gender, plural));
    let (determiner, declension) = match (&nominal.possessor, nominal.determiner) {
        (Some(NounPhrase::Name(name)), _) => (format!("{}s", name.name), Declension::Strong),
        (Some(_), _) | (None, Determiner::Definite) => (der(), Declension::Weak),
        (None, Determiner::Indefinite) if plural => ("einige".to_owned() + &ending[1..], Declension::Strong),
        (None, Determiner::Indefinite) if mass => (String::new(), Declension::Strong),
        (None, Determiner::Indefinite) => (mixed("ein", case, gender, plural), Declension::Mixed),
        (None, Determiner::Any | Determiner::No) => (mixed("kein", case, gender, plural), Declension::Mixed),
        (None, Determiner::Demonstrative) => (format!("dies{ending}"), Declension::Weak),
        (None, Determiner::Possessive(owner)) => (mixed(possessive(owner), case, gender, plural), Declension::Mixed),
        (None, Determiner::Numeral(number)) => (NUMERALS[usize::from(number)].to_owned(), Declension::Strong),
        (None, Determiner::Many) if mass => ("viel".to_owned(), Declension::Strong),
        (None, Determiner::Many) => (format!("viel{ending}"), Declension::Strong),
        (None, Determiner::Few) => ("ein paar".to_owned(), Declension::Strong),
        (None, Determiner::Every) => (format!("jed{ending}"), Declension::Weak),
        (None, Determiner::All) => (format!("all{ending}"), Declension::Weak),
        (None, Determiner::Which) => (format!("welch{ending}"), Declension::Weak),
        (None, Determiner::Generic) => (String::new(), Declension::Strong),
    };
    let adjective = nominal
        .adjective
        .map_or_else(String::new, |adjective| adjective.german.attributive(declension, case, gender, plural));
    let owner = match &nominal.possessor {
        Some(NounPhrase::Name(_)) | None => String::new(),
        Some(possessor) => whole(possessor, Case::Genitive),
    };
    Phrase {
        core: format!("{determiner} {adjective} {} {owner}", noun.form(case, plural)),
        relative: nominal.relative.as_ref().map_or_else(String::new, |clause| relative(nominal, clause)),
    }
}

/// Where something is (dative), or with `direction` where it goes (accusative, or "zu").
pub fn place(place: &Place, direction: bool) -> String {
    let case = if direction { Case::Accusative } else { Case::Dative };
    match place {
        Place::Site(phrase) => {
            let prepositions = phrase.nominal().and_then(|nominal| nominal.noun.prepositions.as_ref());
            let preposition = match (prepositions, direction) {
                (Some(prepositions), true) => prepositions.german_direction,
                (Some(prepositions), false) => prepositions.german_rest,
                (None, _) => "in",
            };
            let case = if preposition == "zu" { Case::Dative } else { case };
            format!("{preposition} {}", whole(phrase, case))
        }
        Place::Proper(site) => format!("{} {}", if direction { "nach" } else { "in" }, site.german),
        Place::Relation(relation, phrase) => {
            let preposition = match relation {
                Relation::On => "auf",
                Relation::Under => "unter",
                Relation::Behind => "hinter",
                Relation::Inside => "in",
                Relation::Beside => "neben",
                Relation::InFrontOf => "vor",
            };
            format!("{preposition} {}", whole(phrase, case))
        }
        Place::With(phrase) => format!("{} {}", if direction { "zu" } else { "bei" }, whole(phrase, Case::Dative)),
        Place::Adverb(adverb) => adverb.german.clone(),
        Place::There if direction => "dorthin".to_owned(),
        Place::There => "dort".to_owned(),
    }
}
