//! The forms of English words, and the spelling of a sentence.

use crate::corpus::everyday::lexicon::spaced;

#[derive(Debug)]
pub struct Noun {
    pub singular: String,
    pub plural: String,
}

#[derive(Debug)]
pub struct Adjective {
    pub positive: String,
    pub comparative: String,
}

#[derive(Debug)]
pub struct Verb {
    pub base: String,
    pub past: String,
    pub participle: String,
    pub gerund: String,
    /// Words that never leave the verb: `afraid` in "be afraid of", `a walk` in "take a walk".
    pub fixed: Option<String>,
    /// `on` in "turn the light on": a pronoun stands before it.
    pub particle: Option<String>,
    pub preposition: Option<String>,
    /// "stop doing" instead of "stop to do".
    pub takes_gerund: bool,
}

impl Noun {
    pub fn read(text: &str) -> Self {
        let text = spaced(text);
        match text.split_once('/') {
            Some((singular, plural)) => Self { singular: singular.to_owned(), plural: plural.to_owned() },
            None => Self { plural: sibilant(&text), singular: text },
        }
    }
}

impl Adjective {
    pub fn read(text: &str) -> Self {
        let text = spaced(text);
        if let Some((positive, comparative)) = text.split_once('/') {
            return Self { positive: positive.to_owned(), comparative: comparative.to_owned() };
        }
        let comparative = match (syllables(&text), text.strip_suffix('y'), text.strip_suffix('e')) {
            (..=2, Some(stem), _) if !stem.ends_with(is_vowel) => format!("{stem}ier"),
            (1, _, Some(_)) => format!("{text}r"),
            (1, ..) if doubles(&text) => format!("{text}{}er", &text[text.len() - 1..]),
            (1, ..) => format!("{text}er"),
            _ => format!("more {text}"),
        };
        Self { comparative, positive: text }
    }
}

impl Verb {
    pub fn read(text: &str) -> Self {
        let mut words = text.split(' ');
        let head = words.next().unwrap_or_default();
        let (parts, fixed) = match head.split_once('_') {
            Some((parts, fixed)) => (parts, Some(spaced(fixed))),
            None => (head, None),
        };
        let parts: Vec<&str> = parts.split('/').collect();
        let base = parts[0].to_owned();
        let part = |index: usize, regular: fn(&str) -> String| {
            parts.get(index).map_or_else(|| regular(&base), |part| (*part).to_owned())
        };
        let mut verb = Self {
            past: part(1, past),
            participle: part(2, past),
            gerund: part(3, gerund),
            fixed,
            particle: None,
            preposition: None,
            takes_gerund: false,
            base,
        };
        for word in words {
            match word.strip_prefix('~') {
                Some(particle) => verb.particle = Some(particle.to_owned()),
                None if word == "-ing" => verb.takes_gerund = true,
                None => verb.preposition = Some(word.to_owned()),
            }
        }
        verb
    }

    /// The base with all that belongs to it, joined by underscores.
    pub fn label(&self) -> String {
        let parts = [Some(&self.base), self.fixed.as_ref(), self.particle.as_ref(), self.preposition.as_ref()];
        parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("_").replace(' ', "_")
    }

    pub fn is_be(&self) -> bool {
        self.base == "be"
    }

    /// The present for a person of the verb: `third` is the third person singular.
    pub fn present(&self, person: u8, plural: bool) -> String {
        match (self.base.as_str(), person, plural) {
            ("be", 1, false) => "am".to_owned(),
            ("be", 3, false) => "is".to_owned(),
            ("be", ..) => "are".to_owned(),
            ("have", 3, false) => "has".to_owned(),
            (_, 3, false) => sibilant(&self.base),
            _ => self.base.clone(),
        }
    }

    pub fn past(&self, person: u8, plural: bool) -> String {
        match (self.is_be(), person, plural) {
            (true, 1 | 3, false) => "was".to_owned(),
            (true, ..) => "were".to_owned(),
            _ => self.past.clone(),
        }
    }
}

pub fn is_vowel(letter: char) -> bool {
    "aeiou".contains(letter)
}

/// Groups of vowels, a silent final e aside.
fn syllables(word: &str) -> usize {
    let word = word.strip_suffix('e').unwrap_or(word);
    let mut before = false;
    word.chars()
        .filter(|letter| {
            let vowel = is_vowel(*letter) || *letter == 'y';
            let starts = vowel && !before;
            before = vowel;
            starts
        })
        .count()
        .max(1)
}

/// The -s of plurals and of the third person: boxes, cities, goes.
fn sibilant(word: &str) -> String {
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(is_vowel) => format!("{stem}ies"),
        _ if ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end)) => format!("{word}es"),
        _ if word == "go" || word == "do" => format!("{word}es"),
        _ => format!("{word}s"),
    }
}

/// Whether the last consonant doubles: stop, plan, but not open or snow.
fn doubles(word: &str) -> bool {
    let letters: Vec<char> = word.chars().rev().take(3).collect();
    syllables(word) == 1
        && matches!(letters[..], [last, vowel, first]
            if !is_vowel(last) && !"wxy".contains(last) && is_vowel(vowel) && !is_vowel(first))
}

fn past(base: &str) -> String {
    match (base.strip_suffix('y'), base.chars().last()) {
        (Some(stem), _) if !stem.ends_with(is_vowel) => format!("{stem}ied"),
        (_, Some('e')) => format!("{base}d"),
        (_, Some(last)) if doubles(base) => format!("{base}{last}ed"),
        _ => format!("{base}ed"),
    }
}

fn gerund(base: &str) -> String {
    match (base.strip_suffix('e'), base.chars().last()) {
        (Some(stem), _) if base != "be" && !stem.ends_with('e') => format!("{stem}ing"),
        (_, Some(last)) if doubles(base) => format!("{base}{last}ing"),
        _ => format!("{base}ing"),
    }
}

/// Joins words to a sentence: a or an, one comma at a time, a capital letter, the final mark.
pub fn spell(words: &[String], mark: char) -> String {
    let text = words.join(" ");
    let mut out = String::new();
    let mut words = text.split(' ').filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        if word == "," {
            if !out.is_empty() && !out.ends_with(',') && words.peek().is_some() {
                out.push(',');
            }
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        let silent = |next: &&str| next.starts_with(is_vowel) && !next.starts_with("use") && !next.starts_with("uni");
        let silent = |next: &&str| silent(next) || ["hour", "honest"].contains(next);
        if word == "a" && words.peek().is_some_and(silent) {
            out.push('n');
        }
    }
    super::super::capitalised(&out, mark)
}
