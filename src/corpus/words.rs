//! The words of a text, and which of them a model never saw. A tokenizer of pieces reads any word, so that only the
//! list of those it was trained on can tell.

use super::{Language, clean::normalise};
use std::collections::BTreeSet;
use unicode_normalization::char::is_combining_mark;

/// Words as they stood in a text of one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Words {
    language: Language,
    known: BTreeSet<String>,
}

/// A word of a sentence, and whether a sentence starts with it, so that its capital says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    pub text: &'a str,
    pub starts: bool,
}

impl Words {
    /// The words of sentences that went through [`super::clean`].
    pub fn of<'a>(language: Language, sentences: impl IntoIterator<Item = &'a str>) -> Self {
        let words = sentences.into_iter().flat_map(|sentence| split(sentence, language));
        Self { language, known: words.map(|word| word.text.to_string()).collect() }
    }

    /// From [`Words::to_text`].
    pub fn parse(language: Language, text: &str) -> Self {
        Self { language, known: text.lines().map(str::to_string).collect() }
    }

    /// One a line, sorted by code points.
    pub fn to_text(&self) -> String {
        self.known.iter().map(|word| format!("{word}\n")).collect()
    }

    /// The words of a text, as it has them (NFC), that are not among these; each once, in the text's order. A word that
    /// starts a sentence is known with and without its capital.
    pub fn unknown(&self, text: &str) -> Vec<String> {
        let text = normalise(text);
        let mut found = Vec::new();
        for word in split(&text, self.language).into_iter().filter(|word| !self.knows(*word)) {
            if !found.iter().any(|text: &String| text == word.text) {
                found.push(word.text.to_string());
            }
        }
        found
    }

    fn knows(&self, word: Word) -> bool {
        self.known.contains(word.text)
            || word.starts && other_case(word.text).is_some_and(|it| self.known.contains(&it))
    }
}

/// The word with its first letter in the other case.
fn other_case(word: &str) -> Option<String> {
    let mut letters = word.chars();
    let first = letters.next()?;
    let other = if first.is_uppercase() { first.to_lowercase().to_string() } else { first.to_uppercase().to_string() };
    Some(other + letters.as_str())
}

/// The words of a text that went through [`normalise`]: runs of letters and their marks. In French an apostrophe ends
/// the word before it (`l'` `homme`), elsewhere it is part of the word around it (`don't`).
pub fn split(text: &str, language: Language) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let (mut begin, mut starts) = (None, true);
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        if is_letter(letter) {
            begin.get_or_insert(at);
            continue;
        }
        if let Some(from) = begin {
            let elided = is_apostrophe(letter) && language == Language::French;
            let inside = is_apostrophe(letter) && letters.peek().is_some_and(|(_, next)| is_letter(*next));
            if inside && !elided {
                continue;
            }
            let to = if elided { at + letter.len_utf8() } else { at };
            words.push(Word { text: &text[from..to], starts });
            (begin, starts) = (None, false);
        }
        starts |= matches!(letter, '.' | '!' | '?' | '…');
    }
    words.extend(begin.map(|from| Word { text: &text[from..], starts }));
    words
}

fn is_letter(character: char) -> bool {
    character.is_alphabetic() || is_combining_mark(character)
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, language: Language) -> Vec<&str> {
        split(text, language).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn letters_and_apostrophes() {
        assert_eq!(
            words("I don't see 3 dogs' e-mails.", Language::English),
            ["I", "don't", "see", "dogs", "e", "mails"]
        );
        let french = ["L'", "homme", "qu’", "elle", "voit", "n'", "est", "pas", "là"];
        assert_eq!(words("L'homme qu’elle voit n'est pas là.", Language::French), french);
        assert_eq!(words("Straße, Äpfel!", Language::German), ["Straße", "Äpfel"]);
        // Letters of their own with marks that have no composed form.
        assert_eq!(words("n̈o", Language::English), ["n̈o"]);
        for empty in ["", " ", "...", "12 '' -"] {
            assert_eq!(words(empty, Language::French), [] as [&str; 0]);
        }
    }

    #[test]
    fn starts_of_sentences() {
        let starts = |text| split(text, Language::English).into_iter().map(|word| word.starts).collect::<Vec<_>>();
        assert_eq!(starts("Dogs sleep. \"Cats do?\" Yes"), [true, false, true, false, true]);
        assert_eq!(starts("- a b"), [true, false]);
    }

    #[test]
    fn a_capital_counts_where_no_sentence_starts() {
        let words = Words::of(Language::English, ["The dog sees Paul.", "Does he sleep?"]);
        assert_eq!(words.to_text(), "Does\nPaul\nThe\ndog\nhe\nsees\nsleep\n");
        assert_eq!(Words::parse(Language::English, &words.to_text()), words);
        assert_eq!(words.unknown("the dog sleep. Dog sees the Dog."), ["the", "Dog"]);
        assert_eq!(words.unknown("does Paul sleep?  He sees paul"), ["paul"]);
        assert_eq!(words.unknown("A spaceship, a SPACESHIP, a spaceship"), ["A", "spaceship", "a", "SPACESHIP"]);
        assert_eq!(words.unknown("Cafe\u{301}"), ["Café"]);
        assert_eq!(words.unknown(""), [] as [&str; 0]);
    }
}
