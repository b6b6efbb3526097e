//! The tokenisation `13a` of mteval-v13a.pl, as sacreBLEU has it: for scoring only, the model never sees it.

use super::is_space;

/// The tokens of a line, with one space between them.
pub fn tokenize(line: &str) -> String {
    let line = line.trim_end_matches(is_space);
    let line = line.replace("<skipped>", "").replace("-\n", "").replace('\n', " ");
    // In this order, so that `&amp;lt;` becomes `<`, as it does there.
    let line = line.replace("&quot;", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">");
    let characters: Vec<char> = format!(" {line} ").chars().collect();

    let symbols = characters.into_iter().flat_map(|c| if is_symbol(c) { vec![' ', c, ' '] } else { vec![c] }).collect();
    let after = replace_pairs(symbols, |a, b| (!a.is_ascii_digit() && is_stop(b)).then_some([a, ' ', b, ' ']));
    let before = replace_pairs(after, |a, b| (is_stop(a) && !b.is_ascii_digit()).then_some([' ', a, ' ', b]));
    let dashes = replace_pairs(before, |a, b| (a.is_ascii_digit() && b == '-').then_some([a, ' ', b, ' ']));

    let text: String = dashes.into_iter().collect();
    text.split(is_space).filter(|token| !token.is_empty()).collect::<Vec<_>>().join(" ")
}

/// ASCII symbols and punctuation that always stand alone: all but `'`, `,`, `-`, `.`; and the space.
fn is_symbol(character: char) -> bool {
    matches!(character, '{'..='~' | '['..='`' | ' '..='&' | '('..='+' | ':'..='@' | '/')
}

fn is_stop(character: char) -> bool {
    matches!(character, '.' | ',')
}

/// Rewrites neighbouring characters from left to right. As in a regular expression's substitution, what was rewritten
/// takes no part in the next match.
fn replace_pairs(characters: Vec<char>, rewrite: impl Fn(char, char) -> Option<[char; 4]>) -> Vec<char> {
    let mut result = Vec::with_capacity(characters.len() * 2);
    let mut rest = characters.as_slice();
    while let [first, tail @ ..] = rest {
        match tail.first().and_then(|second| rewrite(*first, *second)) {
            Some(rewritten) => {
                result.extend(rewritten);
                rest = &tail[1..];
            }
            None => {
                result.push(*first);
                rest = tail;
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_lines() {
        let line = "It's 1,000.50 dollars - or 3-4 &quot;units&quot;.";
        assert_eq!(tokenize(line), "It's 1,000.50 dollars - or 3 - 4 \" units \" .");
        assert_eq!(tokenize("a..b ...,x"), "a . . b . . . , x");
        assert_eq!(tokenize("„So“ – sagte er… 5’"), "„So“ – sagte er… 5’");
        assert_eq!(tokenize("a\u{1c}b \u{a0} c\u{1f}"), "a b c");
        assert_eq!(tokenize("auf-\nhören <skipped>\nnun\n"), "aufhören nun");
        assert_eq!(tokenize(" \n"), "");
    }
}
