//! The words, read once from the tables in `lexicon/`: a meaning a line, so that a new word is one new line.

mod read;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::closed;
use super::meaning::{Referent, Sex};
use super::{english, french, german};
use crate::corpus::language::Language;
pub use read::{gender, spaced};

#[derive(Debug)]
pub struct Noun {
    /// The English word as the tables write it, with underscores.
    pub key: &'static str,
    pub classes: Vec<&'static str>,
    pub english: english::Noun,
    pub french: french::Noun,
    pub german: german::Noun,
    pub prepositions: Option<Prepositions>,
}

/// How a place is entered and stayed in.
#[derive(Debug)]
pub struct Prepositions {
    pub english: &'static str,
    pub french: &'static str,
    pub german_rest: &'static str,
    pub german_direction: &'static str,
}

#[derive(Debug)]
pub struct Adjective {
    pub nouns: Vec<&'static Noun>,
    pub english: english::Adjective,
    pub french: french::Adjective,
    pub german: german::Adjective,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    Intransitive,
    Transitive,
    Ditransitive,
    /// With a place where the motion ends.
    Motion,
    /// With a place where it happens.
    Location,
    /// With a thing and the place where it comes to be.
    Putting,
    /// A thing's being somewhere: is, steht, liegt.
    Posture,
    /// Being something.
    Copula,
    Weather,
    That,
    Whether,
    Infinitive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    Dynamic,
    Stative,
    /// Over at once, so that nobody is seen in the middle of it.
    Punctual,
}

#[derive(Debug)]
pub struct Verb {
    pub frame: Frame,
    pub subjects: Vec<&'static Noun>,
    pub objects: Vec<&'static Noun>,
    /// The object may be a city or a country.
    pub proper_goals: bool,
    pub course: Course,
    pub takes_manner: bool,
    pub takes_place: bool,
    pub plural_object: bool,
    /// What one goes somewhere for.
    pub is_aim: bool,
    /// "to play the piano", said of the kind.
    pub is_generic: bool,
    pub english: english::Verb,
    pub french: french::Verb,
    pub german: german::Verb,
    /// The English base with its particle, as in `turn_on`.
    pub label: String,
    /// The three citation forms, which name the meaning.
    pub key: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdverbKind {
    Frequency,
    Manner,
    Degree,
    Goal,
    Rest,
    Opener,
}

#[derive(Debug)]
pub struct Adverb {
    pub kind: AdverbKind,
    pub english: String,
    pub french: String,
    pub german: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Past,
    Present,
    Habit,
    Future,
    Any,
}

#[derive(Debug)]
pub struct TimeExpression {
    pub when: When,
    pub english: String,
    pub french: String,
    pub german: String,
}

#[derive(Debug)]
pub struct Name {
    pub sex: Sex,
    pub name: &'static str,
}

/// A city or a country.
#[derive(Debug)]
pub struct Site {
    pub english: &'static str,
    pub french: &'static str,
    pub german: &'static str,
}

#[derive(Debug)]
pub struct Lexicon {
    pub nouns: &'static [Noun],
    pub adjectives: Vec<Adjective>,
    pub verbs: Vec<Verb>,
    pub adverbs: Vec<Adverb>,
    pub times: Vec<TimeExpression>,
    pub names: Vec<Name>,
    pub sites: Vec<Site>,
    /// Labels of verbs, each with those of verbs that may follow it.
    pub chains: Vec<(&'static str, Vec<&'static str>)>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::read);

/// The lexicon, read on first use.
pub fn lexicon() -> &'static Lexicon {
    &LEXICON
}

impl Noun {
    pub fn is(&self, class: &str) -> bool {
        self.key == class || self.classes.contains(&class)
    }

    pub fn referent(&self, plural: bool) -> Referent {
        let sex = match (self.is("he"), self.is("she")) {
            (true, _) => Sex::Male,
            (_, true) => Sex::Female,
            _ => Sex::Neither,
        };
        Referent { person: 3, plural, sex, french: self.french.gender, german: self.german.gender }
    }

    /// A thing or an animal that somebody may call his own.
    pub fn can_be_owned(&self) -> bool {
        let other = [
            "person", "place", "sky", "weather", "nature", "wild", "small", "unique", "fodder", "show", "event",
            "public",
        ];
        self.is("portable") || !other.iter().any(|class| self.is(class))
    }

    /// Of the same kind, so that the two can be compared.
    pub fn is_like(&self, other: &Self) -> bool {
        self.classes[0] == other.classes[0]
    }

    /// Whether all three languages agree on the pronoun, so that later clauses may take this noun up again.
    pub fn has_clear_pronoun(&self) -> bool {
        !self.is("person") || self.is("he") || self.is("she")
    }
}

impl Adjective {
    pub fn describes(&self, noun: &Noun) -> bool {
        self.nouns.iter().any(|other| std::ptr::eq(*other, noun))
    }

    /// Whether there can be too much of it.
    pub fn can_be_too(&self) -> bool {
        let measures = [
            "big",
            "small",
            "old",
            "young",
            "long",
            "short",
            "high",
            "expensive",
            "heavy",
            "light",
            "difficult",
            "cold",
            "hot",
            "dark",
            "noisy",
            "hard",
            "soft",
            "narrow",
            "wide",
            "boring",
            "easy",
            "slow",
            "fast",
            "shy",
            "serious",
            "curious",
            "tired",
            "sick",
            "weak",
            "lazy",
            "nervous",
            "proud",
            "dangerous",
            "sweet",
            "personal",
            "simple",
        ];
        measures.contains(&self.english.positive.as_str())
    }

    /// Whether one thing can be more so than another.
    pub fn is_gradable(&self) -> bool {
        let absolute = [
            "broken",
            "wrong",
            "empty",
            "full",
            "delicious",
            "great",
            "terrible",
            "black",
            "white",
            "red",
            "blue",
            "green",
            "yellow",
            "gray",
            "brown",
            "unexpected",
            "satisfied",
            "wet",
            "dry",
        ];
        !absolute.contains(&self.english.positive.as_str())
    }
}

impl Verb {
    /// A plain direct object in all three languages, which alone turns into "no" under a negation.
    pub fn is_direct(&self) -> bool {
        self.english.preposition.is_none()
            && self.french.marking == french::Marking::Direct
            && self.german.preposition.is_none()
            && self.german.case == german::Case::Accusative
    }
}

impl Lexicon {
    /// The only verb of its frame.
    pub fn verb_of(&self, frame: Frame) -> &Verb {
        self.verbs.iter().find(|verb| verb.frame == frame).expect("verbs.txt has a verb of every frame")
    }

    /// The different citation forms of a language, the closed classes among them.
    pub fn lemmas(&'static self, language: Language) -> BTreeSet<&'static str> {
        let of = |english: &'static str, french: &'static str, german: &'static str| match language {
            Language::English => english,
            Language::French => french,
            Language::German => german,
        };
        let mut lemmas = BTreeSet::new();
        lemmas.extend(self.nouns.iter().map(|n| of(&n.english.singular, &n.french.singular, &n.german.singular)));
        lemmas.extend(self.adjectives.iter().map(|a| of(&a.english.positive, &a.french.masculine, &a.german.positive)));
        lemmas.extend(self.verbs.iter().map(|v| of(&v.english.base, &v.french.infinitive, &v.german.citation)));
        lemmas.extend(self.adverbs.iter().map(|a| of(&a.english, &a.french, &a.german)));
        lemmas.extend(self.times.iter().map(|t| of(&t.english, &t.french, &t.german)));
        lemmas.extend(self.names.iter().map(|n| n.name));
        lemmas.extend(self.sites.iter().map(|s| of(s.english, s.french, s.german)));
        lemmas.extend(closed::words(language));
        lemmas.into_iter().map(|lemma| lemma.trim_start_matches('*')).collect()
    }
}
