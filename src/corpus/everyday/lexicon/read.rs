//! Reads the tables.

use super::{
    Adjective, Adverb, AdverbKind, Course, Frame, Lexicon, Name, Noun, Prepositions, Site, TimeExpression, Verb, When,
};
use crate::corpus::everyday::meaning::{Gender, Sex};
use crate::corpus::everyday::{english, french, german};

impl Lexicon {
    pub(super) fn read() -> Self {
        // Verbs and adjectives point at nouns, and all of it lives as long as the program.
        let nouns: &'static [Noun] = Vec::leak(rows(include_str!("nouns.txt")).map(noun).collect());
        let classes: Vec<(&'static str, &'static str)> =
            include_str!("classes.txt").lines().filter_map(|line| line.split_once(" = ")).collect();
        let select = |text: &'static str| selection(nouns, &classes, text);
        let (persons, sites): (Vec<_>, Vec<_>) =
            rows(include_str!("names.txt")).partition(|row| matches!(row[0], "he" | "she"));
        Self {
            nouns,
            adjectives: rows(include_str!("adjectives.txt")).map(|row| adjective(&row, &select)).collect(),
            verbs: rows(include_str!("verbs.txt")).map(|row| verb(&row, &select)).collect(),
            adverbs: rows(include_str!("adverbs.txt")).map(|row| adverb(&row)).collect(),
            times: rows(include_str!("times.txt")).map(|row| time(&row)).collect(),
            names: persons.iter().map(|row| name(row)).collect(),
            sites: sites.iter().map(|row| site(row)).collect(),
            chains: include_str!("chains.txt")
                .lines()
                .filter_map(|line| line.split_once(" : "))
                .map(|(first, rest)| (first, rest.split(' ').collect()))
                .collect(),
        }
    }
}

/// The lines of a table, cut at the bars.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split('|').map(str::trim).collect())
}

/// A table's underscores keep the words of one expression together.
pub fn spaced(text: &str) -> String {
    text.replace('_', " ")
}

fn noun(row: Vec<&'static str>) -> Noun {
    Noun {
        key: row[1].split_once('/').map_or(row[1], |(singular, _)| singular),
        classes: row[0].split(' ').collect(),
        english: english::Noun::read(row[1]),
        french: french::Noun::read(row[2]),
        german: german::Noun::read(row[3]),
        prepositions: row.get(4).map(|text| {
            let mut words = text.split([' ', '>']);
            let mut next = || words.next().expect("a place names four prepositions");
            Prepositions { english: next(), french: next(), german_rest: next(), german_direction: next() }
        }),
    }
}

/// The nouns that a list of classes, aliases and single nouns names.
fn selection(nouns: &'static [Noun], classes: &[(&str, &'static str)], text: &str) -> Vec<&'static Noun> {
    let named = |word: &str, noun: &Noun| match classes.iter().find(|(alias, _)| *alias == word) {
        Some((_, members)) => noun.is(word) || members.split(' ').any(|member| noun.is(member)),
        None => noun.is(word),
    };
    let (without, with): (Vec<_>, Vec<_>) = text.split(' ').partition(|word| word.starts_with('!'));
    nouns
        .iter()
        .filter(|noun| with.iter().any(|word| named(word, noun)))
        .filter(|noun| !without.iter().any(|word| named(word.trim_start_matches('!'), noun)))
        .collect()
}

fn adjective(row: &[&'static str], select: &impl Fn(&'static str) -> Vec<&'static Noun>) -> Adjective {
    Adjective {
        nouns: select(row[0]),
        english: english::Adjective::read(row[1]),
        french: french::Adjective::read(row[2]),
        german: german::Adjective::read(row[3]),
    }
}

fn verb(row: &[&'static str], select: &impl Fn(&'static str) -> Vec<&'static Noun>) -> Verb {
    let has = |flag: &str| row[3].split(' ').any(|word| word == flag);
    // German's separable prefix is marked by the column separator too.
    let german = row[6..].join("|");
    let (english, french, german) =
        (english::Verb::read(row[4]), french::Verb::read(row[5]), german::Verb::read(&german));
    let key = format!("{} {} {}", row[4], row[5], german.citation);
    Verb {
        frame: frame(row[0]),
        subjects: subjects(row[1], select(row[1])),
        objects: select(row[2]),
        proper_goals: row[2].split(' ').any(|word| word == "far"),
        course: match (has("stative"), has("punctual")) {
            (true, _) => Course::Stative,
            (_, true) => Course::Punctual,
            _ => Course::Dynamic,
        },
        takes_manner: has("manner"),
        takes_place: has("place"),
        plural_object: has("plural"),
        is_aim: has("aim"),
        is_generic: row[5].ends_with("_generic"),
        label: english.label(),
        english,
        french,
        german,
        key: String::leak(key),
    }
}

/// A baby does only what a verb names it for.
fn subjects(text: &str, nouns: Vec<&'static Noun>) -> Vec<&'static Noun> {
    let named = text.split(' ').any(|word| word == "baby");
    nouns.into_iter().filter(|noun| named || !noun.is("baby")).collect()
}

fn frame(word: &str) -> Frame {
    match word {
        "intransitive" => Frame::Intransitive,
        "transitive" => Frame::Transitive,
        "ditransitive" => Frame::Ditransitive,
        "motion" => Frame::Motion,
        "location" => Frame::Location,
        "putting" => Frame::Putting,
        "posture" => Frame::Posture,
        "copula" => Frame::Copula,
        "weather" => Frame::Weather,
        "that" => Frame::That,
        "whether" => Frame::Whether,
        "infinitive" => Frame::Infinitive,
        other => unreachable!("verbs.txt: unknown frame {other}"),
    }
}

fn adverb(row: &[&'static str]) -> Adverb {
    let kind = match row[0] {
        "frequency" => AdverbKind::Frequency,
        "manner" => AdverbKind::Manner,
        "degree" => AdverbKind::Degree,
        "goal" => AdverbKind::Goal,
        "rest" => AdverbKind::Rest,
        "opener" => AdverbKind::Opener,
        other => unreachable!("adverbs.txt: unknown kind {other}"),
    };
    Adverb { kind, english: spaced(row[1]), french: spaced(row[2]), german: spaced(row[3]) }
}

fn time(row: &[&'static str]) -> TimeExpression {
    let when = match row[0] {
        "past" => When::Past,
        "present" => When::Present,
        "habit" => When::Habit,
        "future" => When::Future,
        "any" => When::Any,
        other => unreachable!("times.txt: unknown tense {other}"),
    };
    TimeExpression { when, english: spaced(row[1]), french: spaced(row[2]), german: spaced(row[3]) }
}

fn name(row: &[&'static str]) -> Name {
    Name { sex: if row[0] == "he" { Sex::Male } else { Sex::Female }, name: row[1] }
}

fn site(row: &[&'static str]) -> Site {
    Site { english: row[1], french: row[2], german: row[3] }
}

/// m, f or n; French also writes mp and fp for nouns that have only a plural.
pub fn gender(letter: &str) -> Gender {
    match letter.chars().next() {
        Some('m') => Gender::Masculine,
        Some('f') => Gender::Feminine,
        Some('n') => Gender::Neuter,
        _ => unreachable!("nouns.txt: unknown gender {letter}"),
    }
}
