//! The everyday example sentences in a German-English dictionary of Ding's format, such as the file `de-en` of Debian's
//! package trans-de-en (Frank Richter, TU Chemnitz; GPL 2 or later: fetched by the user, never part of this project).
//!
//! An entry is one line, `German :: English`; both sides hold the same number of sub-entries split by `|`, which
//! translate each other; variants of one sub-entry are split by `;`. Most sub-entries are words and phrases. An example
//! is a sub-entry that ends with `.`, `!` or `?` on both sides once its annotations are off. Of sentences given as
//! variants the first of each side is taken. What is no plain sentence pair after that is tallied and left out:
//! alternatives written with `/` inside a sentence, of which no rule tells how many words each replaces; and fragments.

use std::path::Path;

use super::{
    Pair,
    error::CorpusError,
    report::{Reason, Tally},
    text,
};

/// Words a side has at least.
const LEAST_WORDS: usize = 3;

/// Stand-ins for a person or a thing, which examples proper do not have.
const PLACEHOLDERS: [&str; 8] = ["sb", "sth", "jd", "jdn", "jdm", "jds", "etw", "sb's"];

/// Pairs of a German sentence and its English translation.
pub fn parse(file: &Path, text: &str, tally: &mut Tally) -> Result<Vec<Pair>, CorpusError> {
    let text = text::line_feeds(text);
    let mut pairs = Vec::new();
    let (mut lines, mut entries) = (0, 0);
    for line in text::lines(&text) {
        lines += 1;
        let Some((german, english)) = line.split_once(" :: ").filter(|_| !line.starts_with('#')) else { continue };
        entries += 1;
        for pair in examples(german, english) {
            match flaw(&pair) {
                Some(reason) => tally.add(reason, &pair),
                None => pairs.push(pair),
            }
        }
    }
    if entries == 0 {
        return Err(CorpusError::NotDing { file: file.to_owned(), lines });
    }
    Ok(pairs)
}

/// The sub-entries of an entry that end like sentences on both sides. An entry whose sides have different numbers of
/// sub-entries has none, as nothing says which belong together.
fn examples(german: &str, english: &str) -> Vec<Pair> {
    let (german, english): (Vec<_>, Vec<_>) = (german.split('|').collect(), english.split('|').collect());
    if german.len() != english.len() {
        return Vec::new();
    }
    let pair = |(german, english): (&str, &str)| Some(Pair::new(sentence(german)?, sentence(english)?));
    german.into_iter().zip(english).filter_map(pair).collect()
}

fn flaw(pair: &Pair) -> Option<Reason> {
    let sides = [&pair.source, &pair.target];
    let fragment = |side: &&String| {
        let placeholder = |word: &str| PLACEHOLDERS.contains(&word.trim_matches(|c: char| !c.is_alphanumeric()));
        !side.starts_with(char::is_uppercase)
            || side.split_whitespace().count() < LEAST_WORDS
            || side.split_whitespace().any(placeholder)
    };
    if sides.iter().any(|side| side.contains(['/', ';', '~', '<', '>', '{', '}', '[', ']', '(', ')'])) {
        Some(Reason::Alternatives)
    } else {
        sides.iter().any(fragment).then_some(Reason::Fragment)
    }
}

/// A sub-entry without annotations, if it ends like a sentence; of several sentences given as variants the first.
fn sentence(text: &str) -> Option<String> {
    let plain = without_annotations(text);
    let variants: Vec<_> = plain.split(';').map(str::trim).collect();
    let ends = |text: &&str| text.ends_with(['.', '!', '?']);
    let all = variants.iter().all(&ends);
    let chosen = if all { variants[0] } else { plain.trim() };
    ends(&chosen).then(|| chosen.to_owned())
}

/// Takes out `{grammar}`, `[field]`, `(remark)`, `<see also>` and `/abbreviation/`, however nested, and the space they
/// leave before punctuation. The file mixes `’` and `'` for the apostrophe; it becomes `'`.
fn without_annotations(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut open = Vec::new();
    for character in text.chars() {
        if let Some(close) = closing(character) {
            open.push(close);
        } else if open.last() == Some(&character) {
            open.pop();
        } else if open.is_empty() {
            plain.push(if character == '’' { '\'' } else { character });
        }
    }
    // An opening bracket without its closing one has swallowed the rest: such text is not to be trusted.
    if !open.is_empty() {
        return String::new();
    }
    let words = plain.split_whitespace().filter(|word| !is_abbreviation(word));
    words.fold(String::with_capacity(plain.len()), |mut text, word| {
        if !text.is_empty() && !word.starts_with(['.', ',', '!', '?', ';', ':']) {
            text.push(' ');
        }
        text + word
    })
}

fn closing(character: char) -> Option<char> {
    Some(match character {
        '{' => '}',
        '[' => ']',
        '(' => ')',
        '<' => '>',
        _ => return None,
    })
}

fn is_abbreviation(word: &str) -> bool {
    word.len() > 2 && word.starts_with('/') && word.ends_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Pair>, Vec<(Reason, usize)>) {
        let mut tally = Tally::default();
        let pairs = parse(Path::new("de-en"), text, &mut tally).unwrap();
        (pairs, tally.dropped().iter().map(|dropped| (dropped.reason, dropped.count)).collect())
    }

    /// Entries made for this test in the format's manner.
    const ENTRIES: &str = "# a remark :: is no entry
Haus {n} [constr.] | Häuser {pl} :: house | houses
laufen {vi} | läuft | Er läuft (sehr) schnell [ugs.] nach Hause. | Lauf doch! :: to run | runs | He’s running home <fast>. | Run now!
Regen {m} | Es regnet heute.; Heute gibt es Regen. | Es regnet am/zum Abend. :: rain | It’s raining today.; There is rain; today. | It rains at night.
Hund {m} /Hd./ | Der Hund /Hd./ ist hier . | der Hund bellt laut. | Ruf jdn. sofort an. :: dog | The dog is here. | The dog barks loudly. | Call sb. at once.
Das sind zwei Teile. | Hier ist der andere. :: There is only one.
";

    #[test]
    fn takes_sentences_only() {
        let (pairs, dropped) = read(ENTRIES);
        assert_eq!(
            pairs,
            [
                Pair::new("Er läuft schnell nach Hause.", "He's running home."),
                Pair::new("Der Hund ist hier.", "The dog is here."),
            ]
        );
        assert_eq!(dropped, [(Reason::Alternatives, 2), (Reason::Fragment, 3)]);
    }

    #[test]
    fn variants_give_their_first() {
        let (pairs, _) = read("a | Es reicht mir jetzt!; Jetzt reicht es! :: b | That is enough!; Enough!; Stop!\n");
        assert_eq!(pairs, [Pair::new("Es reicht mir jetzt!", "That is enough!")]);
    }

    #[test]
    fn broken_text_is_no_panic() {
        for text in ["", "\n\n", "a\tb\n", "# only :: remarks\n"] {
            assert!(matches!(parse(Path::new("f"), text, &mut Tally::default()), Err(CorpusError::NotDing { .. })));
        }
        for text in [" ::  :: ", "{[(< :: )>]}", "|||; :: ;|||", "Ein {offener Satz ist hier. :: An open one is here."]
        {
            assert_eq!(read(text).0, []);
        }
    }
}
