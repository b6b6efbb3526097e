//! French noun phrases and places.

use super::clause::relative;
use crate::corpus::everyday::meaning::{
    Determiner, Gender, Interrogative, Nominal, NounPhrase, Place, Quantifier, Referent, Relation,
};

const NUMERALS: [&str; 11] = ["", "", "deux", "trois", "quatre", "cinq", "six", "sept", "*huit", "neuf", "dix"];

/// A noun phrase as a subject or after its preposition; pronouns come out in their strong form.
pub fn noun_phrase(phrase: &NounPhrase) -> String {
    match phrase {
        NounPhrase::Pronoun(referent) => strong_pronoun(*referent).to_owned(),
        NounPhrase::Nominal(nominal) => nominal_phrase(nominal),
        NounPhrase::Name(name) => name.name.to_owned(),
        NounPhrase::Pair(first, second) => format!("{} et {}", noun_phrase(first), noun_phrase(second)),
        NounPhrase::Quantifier(quantifier) => match quantifier {
            Quantifier::Everybody => "tout le monde",
            Quantifier::Somebody => "quelqu'un",
            Quantifier::Nobody => "personne",
            Quantifier::Something => "quelque chose",
            Quantifier::Nothing => "rien",
        }
        .to_owned(),
        NounPhrase::Interrogative(Interrogative::Who) => "qui".to_owned(),
        NounPhrase::Interrogative(Interrogative::What) => "que".to_owned(),
        NounPhrase::Gap(_) => String::new(),
        NounPhrase::Impersonal => "il".to_owned(),
    }
}

pub fn subject_pronoun(referent: Referent) -> &'static str {
    match (referent.person, referent.plural, referent.french) {
        (1, false, _) => "je",
        (1, true, _) => "nous",
        (2, ..) => "tu",
        (_, false, Gender::Feminine) => "elle",
        (_, true, Gender::Feminine) => "elles",
        (_, false, _) => "il",
        (_, true, _) => "ils",
    }
}

fn strong_pronoun(referent: Referent) -> &'static str {
    match (referent.person, referent.plural, referent.french) {
        (1, false, _) => "moi",
        (1, true, _) => "nous",
        (2, ..) => "toi",
        (_, false, Gender::Feminine) => "elle",
        (_, true, Gender::Feminine) => "elles",
        (_, false, _) => "lui",
        (_, true, _) => "eux",
    }
}

fn possessive(owner: Referent, feminine: bool, plural: bool) -> &'static str {
    let forms = match (owner.person, owner.plural) {
        (1, false) => ["mon", "ma", "mes"],
        (2, _) => ["ton", "ta", "tes"],
        (1, true) => ["notre", "notre", "nos"],
        (_, true) => ["leur", "leur", "leurs"],
        (_, false) => ["son", "sa", "ses"],
    };
    forms[if plural { 2 } else { usize::from(feminine) }]
}

fn nominal_phrase(nominal: &Nominal) -> String {
    let noun = &nominal.noun.french;
    let plural = nominal.plural || noun.plural_only;
    let feminine = noun.gender == Gender::Feminine;
    let mass = nominal.noun.is("mass");
    let pick = |forms: [&'static str; 3]| forms[if plural { 2 } else { usize::from(feminine) }].to_owned();
    let adjective =
        nominal.adjective.map(|adjective| (adjective.french.form(noun.gender, plural), adjective.french.precedes));
    let precedes = matches!(adjective, Some((_, true)));
    let determiner = match nominal.determiner {
        _ if nominal.possessor.is_some() => pick(["‹le", "‹la", "‹les"]),
        Determiner::Definite | Determiner::Generic => pick(["‹le", "‹la", "‹les"]),
        Determiner::Indefinite if plural && precedes => "de".to_owned(),
        Determiner::Indefinite if plural => "des".to_owned(),
        Determiner::Indefinite if mass => pick(["de ‹le", "de ‹la", "des"]),
        Determiner::Indefinite => pick(["un", "une", "des"]),
        Determiner::Any => "de".to_owned(),
        Determiner::Demonstrative => pick(["ce", "cette", "ces"]),
        Determiner::Possessive(owner) => possessive(owner, feminine, plural).to_owned(),
        Determiner::Numeral(number) => NUMERALS[usize::from(number)].to_owned(),
        Determiner::Many => "beaucoup de".to_owned(),
        Determiner::Few => "quelques".to_owned(),
        Determiner::Every => "chaque".to_owned(),
        Determiner::All => pick(["tout ‹le", "toute ‹la", if feminine { "toutes ‹les" } else { "tous ‹les" }]),
        Determiner::No => pick(["aucun", "aucune", "aucun"]),
        Determiner::Which => pick(["quel", "quelle", if feminine { "quelles" } else { "quels" }]),
    };
    let form = if plural { &noun.plural } else { &noun.singular };
    let core = match adjective {
        // "vieux" has another form before a vowel, but not in the plural, which looks the same.
        Some((adjective, true)) => format!("{}{adjective} {form}", if plural { "" } else { "^" }),
        Some((adjective, false)) => format!("{form} {adjective}"),
        None => form.clone(),
    };
    let possessor = nominal.possessor.as_ref().map_or_else(String::new, |owner| format!("de {}", noun_phrase(owner)));
    let relative = nominal.relative.as_ref().map_or_else(String::new, |clause| relative(nominal, clause));
    format!("{determiner} {core} {possessor} {relative}")
}

pub fn place(place: &Place) -> String {
    match place {
        Place::Site(phrase) => {
            let prepositions = phrase.nominal().and_then(|nominal| nominal.noun.prepositions.as_ref());
            format!("{} {}", prepositions.map_or("à", |prepositions| prepositions.french), noun_phrase(phrase))
        }
        Place::Proper(site) => site.french.to_owned(),
        Place::Relation(relation, phrase) => {
            let preposition = match relation {
                Relation::On => "sur",
                Relation::Under => "sous",
                Relation::Behind => "derrière",
                Relation::Inside => "dans",
                Relation::Beside => "à côté de",
                Relation::InFrontOf => "devant",
            };
            format!("{preposition} {}", noun_phrase(phrase))
        }
        Place::With(phrase) => format!("chez {}", noun_phrase(phrase)),
        Place::Adverb(adverb) => adverb.french.clone(),
        // A clitic of the verb.
        Place::There => String::new(),
    }
}
