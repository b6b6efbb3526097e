use std::collections::{BTreeMap, BTreeSet};

use super::{SAMPLE, sentences};
use crate::corpus::everyday::lexicon::{Frame, lexicon};
use crate::corpus::everyday::{Part, Phenomenon, compose, count, lemma_count, sentence, split};
use crate::corpus::language::Language;

#[test]
fn a_sentence_is_a_function_of_seed_and_index() {
    for index in 0..200 {
        assert_eq!(sentence(5, index), sentence(5, index));
    }
    let differ = (0..200).filter(|index| sentence(5, *index) != sentence(6, *index)).count();
    assert!(differ > 190);
}

#[test]
fn the_lexicon_is_large_enough() {
    for language in Language::ALL {
        assert!(lemma_count(language) >= 600, "{language}: {}", lemma_count(language));
    }
    let lexicon = lexicon();
    let bases = |of: fn(&crate::corpus::everyday::lexicon::Verb) -> &str| {
        lexicon.verbs.iter().map(of).collect::<BTreeSet<_>>().len()
    };
    assert!(lexicon.nouns.len() >= 250, "{} nouns", lexicon.nouns.len());
    assert!(lexicon.adjectives.len() >= 90, "{} adjectives", lexicon.adjectives.len());
    assert!(bases(|verb| &verb.label) >= 130);
    assert!(bases(|verb| &verb.french.infinitive) >= 130);
    assert!(bases(|verb| &verb.german.citation) >= 130);
}

/// Every class that the tables name means some noun; a misspelt one would silently mean none.
#[test]
fn every_entry_has_its_nouns() {
    for verb in &lexicon().verbs {
        assert!(verb.frame == Frame::Weather || !verb.subjects.is_empty(), "{} has no subject", verb.key);
        if matches!(verb.frame, Frame::Transitive | Frame::Ditransitive | Frame::Putting) {
            assert!(!verb.objects.is_empty(), "{} has no object", verb.key);
        }
    }
    for adjective in &lexicon().adjectives {
        assert!(!adjective.nouns.is_empty(), "{} describes nothing", adjective.english.positive);
    }
    let labels: BTreeSet<&str> = lexicon().verbs.iter().map(|verb| verb.label.as_str()).collect();
    for (first, rest) in &lexicon().chains {
        for label in rest.iter().chain([first]) {
            assert!(labels.contains(label), "chains.txt: {label} is no verb");
        }
    }
    let classes: BTreeSet<&str> =
        lexicon().nouns.iter().flat_map(|noun| noun.classes.iter().copied().chain([noun.key])).collect();
    let aliases = include_str!("../lexicon/classes.txt").lines().filter_map(|line| line.split_once(" = "));
    for (alias, members) in aliases {
        for member in members.split(' ') {
            assert!(classes.contains(member) || member == "proper", "classes.txt: {member} in {alias} means nothing");
        }
    }
}

#[test]
fn the_corpus_is_practically_unlimited() {
    let count = count::sentences_at_least();
    assert!(count > 100_000_000, "{count}");
}

#[test]
fn sentences_are_long_enough_and_not_too_long() {
    let train = sentences(1, Part::Train, 5000);
    for language in Language::ALL {
        let lengths: Vec<usize> = train.iter().map(|sentence| sentence.text(language).split(' ').count()).collect();
        let mean = lengths.iter().sum::<usize>() as f64 / lengths.len() as f64;
        assert!(mean >= 8.0, "{language}: {mean}");
        assert!(lengths.iter().all(|length| (split::SHORTEST..=split::LONGEST).contains(length)));
    }
    for sentence in sentences(1, Part::Long, 300) {
        for language in Language::ALL {
            assert!(sentence.text(language).split(' ').count() >= split::LONG);
        }
    }
}

#[test]
fn parts_differ_in_every_language() {
    let parts = [Part::Train, Part::Valid, Part::Test, Part::Long].map(|part| sentences(2, part, 400));
    let all: Vec<_> = parts.iter().flatten().collect();
    for language in Language::ALL {
        let texts: BTreeSet<&str> = all.iter().map(|sentence| sentence.text(language)).collect();
        let double = all.len() - texts.len();
        assert!(double <= 2, "{double} sentences of {language} are in two parts");
    }
}

/// What is held out is held out for every seed, and is really new: its combination never occurs in training.
#[test]
fn held_out_combinations_never_occur_in_training() {
    let of = |part: Part| {
        let mut found = BTreeSet::new();
        let mut members = 0;
        for seed in 0..3 {
            for index in 0..6000 {
                if sentence(seed, index).part() == Some(part) {
                    members += 1;
                    found.extend(split::combinations(&compose::utterance(seed, index).0));
                }
            }
        }
        (members, found)
    };
    let [(train_members, train), (valid_members, valid), (test_members, test)] =
        [Part::Train, Part::Valid, Part::Test].map(of);
    assert!(train_members > 4 * valid_members && valid_members > 500 && test_members > 500);
    let new = |part: &BTreeSet<u32>| part.difference(&train).count();
    assert!(new(&valid) > 100 && new(&test) > 100);
    for seed in 0..3 {
        for index in 0..6000 {
            let candidate = sentence(seed, index);
            match candidate.part() {
                Some(Part::Valid) => {
                    assert!(!train.contains(&candidate.combination) && !test.contains(&candidate.combination))
                }
                Some(Part::Test) => {
                    assert!(!train.contains(&candidate.combination) && !valid.contains(&candidate.combination))
                }
                _ => {}
            }
        }
    }
}

/// A model can have met every word that it is tested on.
#[test]
fn every_word_of_the_test_occurs_in_training() {
    let forms = |part, count, language: Language| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for sentence in sentences(3, part, count) {
            for word in super::words(sentence.text(language)) {
                *counts.entry(word.to_lowercase()).or_default() += 1;
            }
        }
        counts
    };
    for language in Language::ALL {
        let (train, test) = (forms(Part::Train, 20_000, language), forms(Part::Test, 500, language));
        let unknown: usize = test.iter().filter(|(word, _)| !train.contains_key(*word)).map(|(_, count)| count).sum();
        let all: usize = test.values().sum();
        assert!(unknown * 200 < all, "{language}: {unknown} of {all} words are new");
    }
}

/// No lemma is kept out of training altogether.
#[test]
fn every_noun_verb_and_adjective_occurs_in_training() {
    let mut open: BTreeSet<&str> = lexicon().verbs.iter().map(|verb| verb.key).collect();
    open.extend(lexicon().nouns.iter().map(|noun| noun.key));
    open.extend(lexicon().adjectives.iter().map(|adjective| adjective.english.positive.as_str()));
    for index in 0..30_000 {
        if sentence(1, index).part() != Some(Part::Train) {
            continue;
        }
        for clause in split::clauses(&compose::utterance(1, index).0) {
            for word in split::open_words(&clause) {
                open.remove(word);
            }
        }
    }
    assert!(open.is_empty(), "never in training: {open:?}");
}

#[test]
fn every_phenomenon_occurs() {
    for phenomenon in Phenomenon::ALL {
        let count = SAMPLE.iter().filter(|sentence| sentence.phenomena.contains(phenomenon)).count();
        assert!(count >= SAMPLE.len() / 300, "{}: {count}", phenomenon.name());
    }
}

/// The source sentence has to say all that its translation needs.
#[test]
fn a_sentence_has_one_translation() {
    let candidates: Vec<_> =
        (0..60_000).map(|index| sentence(1, index)).filter(|sentence| sentence.part().is_some()).collect();
    for source in Language::ALL {
        for target in Language::ALL.into_iter().filter(|target| *target != source) {
            let mut translations: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for candidate in &candidates {
                translations.entry(candidate.text(source)).or_default().push(candidate.text(target));
            }
            translations.retain(|_, targets| targets.len() > 1);
            let open = translations.values().filter(|targets| targets.iter().any(|text| *text != targets[0])).count();
            assert!(
                translations.len() > 300 && open * 100 <= translations.len(),
                "{source}-{target}: {open} of {}",
                translations.len()
            );
        }
    }
}
