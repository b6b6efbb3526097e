//! Inflected forms, checked against dictionaries that are not ours.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use super::{SAMPLE, words};
use crate::corpus::language::Language;

/// Right, but not in the dictionary.
const GAPS: [&str; 1] = [
    "gelächelt", // participle of lächeln; de_DE has the verb's other forms
];
/// de_DE lists some separable verbs only in some of their joined forms.
const JOINED: [&str; 5] = ["aufzuwachen", "ausblies", "einschläft", "zurückgibt", "zurückkam"];

fn unknown(language: Language, dictionary: &str) -> Vec<String> {
    let hint = "type: apt-get install hunspell hunspell-en-us hunspell-fr hunspell-de-de";
    let forms: BTreeSet<&str> = SAMPLE.iter().flat_map(|sentence| words(sentence.text(language))).collect();
    let mut child = Command::new("hunspell")
        .args(["-i", "utf-8", "-d", dictionary, "-l"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("hunspell did not start ({error}); {hint}"));
    let text = forms.into_iter().collect::<Vec<_>>().join("\n") + "\nqxzvk\n";
    let mut input = child.stdin.take().expect("its input is a pipe");
    // A missing dictionary ends hunspell before it reads; its exit says so.
    let _ = input.write_all(text.as_bytes());
    drop(input);
    let output = child.wait_with_output().expect("it was started");
    let listed: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    assert!(
        output.status.success() && listed.iter().any(|word| word == "qxzvk"),
        "the dictionary {dictionary} is missing; {hint}"
    );
    let allowed = |word: &&String| {
        *word == "qxzvk" || GAPS.contains(&word.as_str()) || JOINED.iter().any(|joined| word.starts_with(joined))
    };
    listed.iter().filter(|word| !allowed(word)).cloned().collect()
}

#[test]
fn english_forms_are_in_the_dictionary() {
    assert_eq!(unknown(Language::English, "en_US"), Vec::<String>::new());
}

#[test]
fn french_forms_are_in_the_dictionary() {
    assert_eq!(unknown(Language::French, "fr"), Vec::<String>::new());
}

#[test]
fn german_forms_are_in_the_dictionary() {
    assert_eq!(unknown(Language::German, "de_DE"), Vec::<String>::new());
}
