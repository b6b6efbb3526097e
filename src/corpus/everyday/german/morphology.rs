//! The forms of German nouns, articles and adjectives, and the spelling of a sentence.

use crate::corpus::everyday::lexicon::{gender, spaced};
use crate::corpus::everyday::meaning::Gender;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    Nominative,
    Accusative,
    Dative,
    Genitive,
}

#[derive(Debug)]
pub struct Noun {
    pub singular: String,
    pub plural: String,
    pub gender: Gender,
    /// den Jungen, dem Jungen.
    pub weak: bool,
}

#[derive(Debug)]
pub struct Adjective {
    pub positive: String,
    pub comparative: String,
}

/// What stands before an adjective decides how much its own ending must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declension {
    /// After der, dieser, jeder, welcher.
    Weak,
    /// After ein, kein, mein.
    Mixed,
    /// After nothing that declines.
    Strong,
}

impl Noun {
    pub fn read(text: &str) -> Self {
        let words: Vec<&str> = text.split(' ').collect();
        Self {
            singular: spaced(words[0]),
            gender: gender(words[1]),
            plural: spaced(words[2]),
            weak: words.get(3) == Some(&"weak"),
        }
    }

    pub fn form(&self, case: Case, plural: bool) -> String {
        match (plural, case) {
            (true, Case::Dative) if !self.plural.ends_with(['n', 's']) => format!("{}n", self.plural),
            (true, _) => self.plural.clone(),
            (false, Case::Nominative) => self.singular.clone(),
            (false, _) if self.weak => self.plural.clone(),
            (false, Case::Genitive) if self.gender != Gender::Feminine => self.genitive(),
            (false, _) => self.singular.clone(),
        }
    }

    /// Mannes, Vaters.
    fn genitive(&self) -> String {
        let vowels = self.singular.to_lowercase().chars().filter(|letter| "aeiouäöü".contains(*letter)).count();
        let short = vowels == 1 && !self.singular.ends_with(['f', 'h']);
        if self.singular.ends_with(['s', 'ß', 'z']) || self.singular.ends_with("arzt") || short {
            format!("{}es", self.singular)
        } else {
            format!("{}s", self.singular)
        }
    }
}

impl Adjective {
    pub fn read(text: &str) -> Self {
        let (positive, comparative) = match text.split_once('/') {
            Some((positive, comparative)) => (positive.to_owned(), comparative.to_owned()),
            None if text.ends_with("el") => (text.to_owned(), format!("{}ler", text.trim_end_matches("el"))),
            None if text.ends_with('e') => (text.to_owned(), format!("{text}r")),
            None => (text.to_owned(), format!("{text}er")),
        };
        Self { positive, comparative }
    }

    /// The form before a noun.
    pub fn attributive(&self, declension: Declension, case: Case, gender: Gender, plural: bool) -> String {
        let ending = adjective_ending(declension, case, gender, plural);
        let word = self.positive.as_str();
        let stem = match word {
            "hoch" => "hoh".to_owned(),
            "teuer" => "teur".to_owned(),
            _ if word.ends_with("el") => format!("{}l", word.trim_end_matches("el")),
            _ => word.trim_end_matches('e').to_owned(),
        };
        format!("{stem}{ending}")
    }
}

/// der, die, das, die in the four cases: the endings that articles and strong adjectives share.
pub fn strong_ending(case: Case, gender: Gender, plural: bool) -> &'static str {
    use Case::{Accusative, Dative, Genitive, Nominative};
    use Gender::{Feminine, Masculine, Neuter};
    match (case, gender, plural) {
        (Nominative | Accusative, _, true) => "e",
        (Dative, _, true) => "en",
        (Genitive, _, true) => "er",
        (Nominative, Masculine, _) => "er",
        (Accusative, Masculine, _) => "en",
        (Dative, Masculine | Neuter, _) => "em",
        (Genitive, Masculine | Neuter, _) => "es",
        (Nominative | Accusative, Neuter, _) => "es",
        (Nominative | Accusative, Feminine, _) => "e",
        (Dative | Genitive, Feminine, _) => "er",
    }
}

fn adjective_ending(declension: Declension, case: Case, gender: Gender, plural: bool) -> &'static str {
    let bare = !plural && (case == Case::Nominative || case == Case::Accusative && gender != Gender::Masculine);
    match declension {
        Declension::Strong if case == Case::Genitive && !plural && gender != Gender::Feminine => "en",
        Declension::Strong => strong_ending(case, gender, plural),
        Declension::Weak if bare => "e",
        Declension::Mixed if bare => strong_ending(case, gender, plural),
        Declension::Weak | Declension::Mixed => "en",
    }
}

/// The definite article, and with small changes the relative pronoun.
pub fn definite(case: Case, gender: Gender, plural: bool) -> &'static str {
    match strong_ending(case, gender, plural) {
        "e" => "die",
        "er" => "der",
        "en" => "den",
        "em" => "dem",
        _ if case == Case::Genitive => "des",
        _ => "das",
    }
}

/// ein, kein, mein: no ending where the noun's gender stays hidden.
pub fn mixed(stem: &str, case: Case, gender: Gender, plural: bool) -> String {
    let hidden = !plural
        && (case == Case::Nominative && gender != Gender::Feminine
            || case == Case::Accusative && gender == Gender::Neuter);
    let ending = if hidden { "" } else { strong_ending(case, gender, plural) };
    let stem = if stem == "euer" && !ending.is_empty() { "eur" } else { stem };
    format!("{stem}{ending}")
}

/// Joins words to a sentence. A definite article comes as `‹dem` and melts into some prepositions; a relative pronoun
/// looks the same and does not.
pub fn spell(words: &str, mark: char) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut words = words.split(' ').filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let last = out.last_mut();
        if word == "," {
            if let Some(last) = last
                && !last.ends_with(',')
                && words.peek().is_some()
            {
                last.push(',');
            }
            continue;
        }
        let melted = match (last.as_deref().map(String::as_str), word) {
            (Some("in"), "‹dem") => Some("im"),
            (Some("an"), "‹dem") => Some("am"),
            (Some("zu"), "‹dem") => Some("zum"),
            (Some("zu"), "‹der") => Some("zur"),
            (Some("bei"), "‹dem") => Some("beim"),
            (Some("von"), "‹dem") => Some("vom"),
            (Some("in"), "‹das") => Some("ins"),
            (Some("an"), "‹das") => Some("ans"),
            _ => None,
        };
        match (melted, last) {
            (Some(melted), Some(last)) => melted.clone_into(last),
            _ => out.push(word.trim_start_matches('‹').to_owned()),
        }
    }
    super::super::capitalised(&out.join(" "), mark)
}
