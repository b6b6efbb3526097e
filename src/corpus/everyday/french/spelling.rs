//! What French words do to each other: elision, contraction, and the forms before a vowel.
//!
//! Until here an article is written with a mark (`‹le`), so that "de le voir" and "du livre" stay apart, an aspirated h
//! as `*h`, and an adjective before its noun as `^beau`.

/// Joins words to a sentence.
pub fn spell(words: &str, mark: char) -> String {
    let mut tokens: Vec<String> = words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    for index in 0..tokens.len() {
        let vowel = tokens.get(index + 1).is_some_and(|next| starts_with_vowel(next));
        tokens[index] = before(&tokens[index], vowel, tokens.get(index + 1).map(String::as_str));
    }
    let mut out = String::new();
    let mut tokens = contracted(tokens).into_iter().peekable();
    while let Some(token) = tokens.next() {
        if token == "," {
            if !out.is_empty() && !out.ends_with(',') && tokens.peek().is_some() {
                out.push(',');
            }
            continue;
        }
        if !out.is_empty() && !out.ends_with('\'') {
            out.push(' ');
        }
        out.push_str(token.trim_start_matches('*'));
    }
    super::super::capitalised(&out, mark)
}

fn starts_with_vowel(word: &str) -> bool {
    let word = word.trim_start_matches(['^', '‹']);
    word.to_lowercase().starts_with(|letter| "aàâeéèêiîoôuûhœ".contains(letter)) || word == "y"
}

/// The form of a word before the next one.
fn before(token: &str, vowel: bool, next: Option<&str>) -> String {
    let form = match token {
        "le" | "la" | "je" | "me" | "te" | "se" | "ne" | "que" | "de" | "lorsque" | "‹le" | "‹la" if vowel => {
            let mark = if token.starts_with('‹') { "‹" } else { "" };
            return format!("{mark}{}'", token.trim_start_matches('‹').trim_end_matches(['e', 'a']));
        }
        "si" if matches!(next, Some("il" | "ils")) => "s'",
        "ma" if vowel => "mon",
        "ta" if vowel => "ton",
        "sa" if vowel => "son",
        "ce" if vowel => "cet",
        "^beau" if vowel => "bel",
        "^nouveau" if vowel => "nouvel",
        "^vieux" if vowel => "vieil",
        _ => token.trim_start_matches('^'),
    };
    form.to_owned()
}

/// de + le = du, à + les = aux, and the marks taken off.
fn contracted(tokens: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let contraction = match (out.last().map(String::as_str), token.as_str()) {
            (Some("de"), "‹le") => Some("du"),
            (Some("de"), "‹les") => Some("des"),
            (Some("à"), "‹le") => Some("au"),
            (Some("à"), "‹les") => Some("aux"),
            _ => None,
        };
        if let (Some(contraction), Some(last)) = (contraction, out.last_mut()) {
            contraction.clone_into(last);
        } else {
            out.push(token.trim_start_matches('‹').to_owned());
        }
    }
    out
}
