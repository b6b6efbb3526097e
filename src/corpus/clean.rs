//! The one way from raw text to a sentence the engine takes, the same for every source and for what a user types.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use super::{
    Pair,
    report::{Reason, Tally},
};

/// The tokenizer writes a space as this character (U+2581), so text that holds it cannot be restored.
pub const SPACE_MARK: char = '\u{2581}';

/// NFC, with every run of Unicode white space as one space and none at the ends.
pub fn normalise(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.extend(word.nfc());
    }
    clean
}

/// The pairs that are fit for training and scoring, in their order; what is dropped is tallied with its reason.
/// `max_chars` limits the characters (code points) of either side.
pub fn clean(pairs: Vec<Pair>, max_chars: usize, tally: &mut Tally) -> Vec<Pair> {
    let mut seen = HashSet::new();
    let mut kept = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let pair = Pair { source: normalise(&pair.source), target: normalise(&pair.target) };
        match reason(&pair, max_chars) {
            Some(reason) => tally.add(reason, &pair),
            None if seen.contains(&pair) => tally.add(Reason::Duplicate, &pair),
            None => {
                seen.insert(pair.clone());
                kept.push(pair);
            }
        }
    }
    kept
}

fn reason(pair: &Pair, max_chars: usize) -> Option<Reason> {
    let flaw = |side: &str| {
        if side.is_empty() {
            Some(Reason::Empty)
        } else if side.contains(char::is_control) {
            Some(Reason::Control)
        } else if side.contains(SPACE_MARK) {
            Some(Reason::SpaceMark)
        } else {
            side.chars().nth(max_chars).map(|_| Reason::TooLong)
        }
    };
    flaw(&pair.source).or_else(|| flaw(&pair.target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises() {
        assert_eq!(normalise("  a\u{a0}\tb\r\nc\u{3000}d\u{2028}\u{85}e "), "a b c d e");
        assert_eq!(normalise("u\u{308}ber e\u{301}"), "über é");
        // Compatibility forms stay: NFC, not NFKC.
        assert_eq!(normalise("ﬁ ½ Ａ"), "ﬁ ½ Ａ");
        assert_eq!(normalise(" \u{2003}\n"), "");
        assert_eq!(normalise("ك‌ب 👩‍🚀"), "ك‌ب 👩‍🚀");
    }

    #[test]
    fn drops_and_tallies() {
        let pair = Pair::new;
        let raw = vec![
            pair("a  b", "x"),
            pair("a b", "x "),
            pair("a b", "y"),
            pair("", "x"),
            pair("a", " \t"),
            pair("a\0", "x"),
            pair("a", "\u{1c}x"),
            pair("a▁b", "x"),
            pair("abcde", "x"),
            pair("abcd", "äöüß"),
        ];
        let mut tally = Tally::default();
        assert_eq!(clean(raw, 4, &mut tally), [pair("a b", "x"), pair("a b", "y"), pair("abcd", "äöüß")]);
        let counts: Vec<_> = tally.dropped().iter().map(|dropped| (dropped.reason, dropped.count)).collect();
        assert_eq!(
            counts,
            [
                (Reason::Empty, 2),
                (Reason::Control, 2),
                (Reason::SpaceMark, 1),
                (Reason::TooLong, 1),
                (Reason::Duplicate, 1)
            ]
        );
    }
}
