//! The forms of French nouns and adjectives, and what the lexicon says of a verb.

use super::conjugation::{Conjugation, conjugate};
use crate::corpus::everyday::lexicon::{gender, spaced};
use crate::corpus::everyday::meaning::Gender;

#[derive(Debug)]
pub struct Noun {
    pub singular: String,
    pub plural: String,
    pub gender: Gender,
    /// échecs: a game that French names in the plural.
    pub plural_only: bool,
}

#[derive(Debug)]
pub struct Adjective {
    pub masculine: String,
    pub feminine: String,
    /// Stands before its noun.
    pub precedes: bool,
}

/// How a verb takes its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marking {
    Direct,
    /// à, with the clitics lui and leur.
    Dative,
    /// à, with y and à lui.
    To,
    /// de, with en and de lui.
    Of,
    /// parler français
    Bare,
}

#[derive(Debug)]
pub struct Verb {
    pub infinitive: String,
    pub conjugation: Conjugation,
    pub takes_be: bool,
    pub reflexive: bool,
    /// Words that never leave the verb: `peur` in "avoir peur".
    pub fixed: Option<String>,
    pub marking: Marking,
    /// What is the object elsewhere is the subject here: "la chanson me plaît".
    pub swaps: bool,
}

impl Noun {
    pub fn read(text: &str) -> Self {
        let (forms, letters) = text.rsplit_once(' ').expect("a French noun has its gender");
        let forms = spaced(forms);
        let (singular, plural) = match forms.split_once('/') {
            Some((singular, plural)) => (singular.to_owned(), plural.to_owned()),
            None => (forms.clone(), plural(&forms)),
        };
        let plural_only = letters.ends_with('p');
        let plural = if plural_only { singular.clone() } else { plural };
        Self { singular, plural, gender: gender(letters), plural_only }
    }
}

impl Adjective {
    pub fn read(text: &str) -> Self {
        let precedes = text.starts_with('^');
        let text = spaced(text.trim_start_matches('^'));
        let (masculine, feminine) = match text.split_once('/') {
            Some((masculine, feminine)) => (masculine.to_owned(), feminine.to_owned()),
            None if text.ends_with('e') => (text.clone(), text.clone()),
            None => (text.clone(), format!("{text}e")),
        };
        Self { masculine, feminine, precedes }
    }

    pub fn form(&self, gender: Gender, is_plural: bool) -> String {
        let singular = if gender == Gender::Feminine { &self.feminine } else { &self.masculine };
        if is_plural { plural(singular) } else { singular.clone() }
    }
}

impl Verb {
    pub fn read(text: &str) -> Self {
        let mut takes_be = false;
        let mut reflexive = false;
        let mut rest = text;
        if let Some(stripped) = rest.strip_prefix('*') {
            (takes_be, rest) = (true, stripped);
        }
        if let Some(stripped) = rest.strip_prefix("se ").or_else(|| rest.strip_prefix("s'")) {
            (takes_be, reflexive, rest) = (true, true, stripped);
        }
        let (head, marker) = rest.split_once(' ').unwrap_or((rest, ""));
        let (infinitive, fixed) = match head.split_once('_') {
            Some((infinitive, fixed)) => (infinitive, Some(spaced(fixed))),
            None => (head, None),
        };
        let marking = match marker {
            "à" | "swap" => Marking::Dative,
            "à!" | "à_generic" => Marking::To,
            "de" | "de_generic" => Marking::Of,
            "bare" => Marking::Bare,
            _ => Marking::Direct,
        };
        Self {
            infinitive: infinitive.to_owned(),
            conjugation: conjugate(infinitive),
            takes_be,
            reflexive,
            fixed,
            marking,
            swaps: marker == "swap",
        }
    }
}

/// Endings of the plural, for nouns and adjectives.
fn plural(word: &str) -> String {
    if word.ends_with(['s', 'x', 'z']) || word == "bon marché" {
        word.to_owned()
    } else if word.ends_with("eau") || word.ends_with("eu") && word != "bleu" {
        format!("{word}x")
    } else if let Some(stem) = word.strip_suffix("al") {
        format!("{stem}aux")
    } else {
        format!("{word}s")
    }
}

/// Agreement of a participle: -e, -s.
pub fn participle(form: &str, gender: Gender, is_plural: bool) -> String {
    let form = if gender == Gender::Feminine { format!("{form}e") } else { form.to_owned() };
    if is_plural && !form.ends_with('s') { format!("{form}s") } else { form }
}
