//! Checks of the corpus from outside: by dictionaries, by rules that know nothing of the grammars, and by a baseline.

mod baseline;
mod dictionary;
mod english;
mod french;
mod german;
mod split;

use std::sync::LazyLock;

use super::{Part, Sentence, Sentences};

/// Enough sentences for what is rare to occur.
static SAMPLE: LazyLock<Vec<Sentence>> = LazyLock::new(|| {
    let mut sample = sentences(11, Part::Train, 9000);
    sample.extend(sentences(11, Part::Test, 500));
    sample.extend(sentences(11, Part::Long, 500));
    sample
});

fn sentences(seed: u64, part: Part, count: usize) -> Vec<Sentence> {
    Sentences::new(seed, part).take(count).collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split(' ').map(|word| word.trim_end_matches([',', '.', '?'])).collect()
}

/// Fails with the first sentences for which a rule finds something wrong.
fn check(text: impl Fn(&Sentence) -> &str, rule: impl Fn(&str) -> Option<String>) {
    let wrong: Vec<String> = SAMPLE
        .iter()
        .filter_map(|sentence| rule(text(sentence)).map(|why| format!("{why}: {}", text(sentence))))
        .take(8)
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn spacing_capitals_and_marks() {
    let rule = |text: &str| {
        let first = text.chars().next().is_some_and(char::is_uppercase);
        let mark = text.ends_with(['.', '?']) && !text[..text.len() - 1].contains(['.', '?']);
        let clean = !["  ", " ,", ",,", " .", " ?", ",.", "‹", "^", "*", "_", "#", "|", "~"]
            .iter()
            .any(|bad| text.contains(bad));
        (!(first && mark && clean)).then(|| "spelling".to_owned())
    };
    check(|sentence| &sentence.english, rule);
    check(|sentence| &sentence.french, rule);
    check(|sentence| &sentence.german, rule);
}

#[test]
fn no_word_stands_twice_in_a_row() {
    let rule = |text: &str| {
        // "weil sie sie sieht" and ", die die" are right, "the the" is not.
        let right = ["sie", "nous", "die", "der", "das", "den"];
        let words: Vec<&str> = text.split(' ').collect();
        words.windows(2).find(|pair| pair[0] == pair[1] && !right.contains(&pair[0])).map(|pair| pair[0].to_owned())
    };
    check(|sentence| &sentence.english, rule);
    check(|sentence| &sentence.french, rule);
    check(|sentence| &sentence.german, rule);
}
