use super::{check, words};

const MASCULINE: &str = "Hund Mann Vater Apfel Baum Tisch Stuhl Brief Schlüssel Koffer Bruder König Arzt Käse Garten Park Wald \
    Fluss Zug Bus Hut Mantel Schal Spiegel Teller Topf Ofen Ball Hammer Löffel Kuchen Vogel Esel";
const FEMININE: &str = "Frau Mutter Katze Kuh Maus Ziege Birne Zeitung Lampe Tasse Flasche Tür Straße Stadt Küche Kirche Schule \
    Brücke Insel Blume Rose Uhr Jacke Tasche Gabel Vase Bank Bibliothek Fabrik Geschichte Frage Antwort Idee Schwester Tochter";
const NEUTER: &str = "Kind Mädchen Pferd Schwein Huhn Brot Buch Haus Auto Boot Flugzeug Fahrrad Bett Regal Glas Messer Handtuch \
    Telefon Geschenk Paket Fenster Dach Dorf Schloss Museum Theater Hotel Kino Lied Hemd Kleid Bild Foto Problem";

fn gender(noun: &str) -> Option<char> {
    [(MASCULINE, 'm'), (FEMININE, 'f'), (NEUTER, 'n')]
        .into_iter()
        .find_map(|(list, gender)| list.split_whitespace().any(|word| word == noun).then_some(gender))
}

/// Forms that no noun of the gender can have before it in the singular, nor in the plural where it looks the same.
#[test]
fn determiners_agree_with_their_nouns() {
    let unlike = |gender| match gender {
        'm' => &["das", "eine", "einer", "dieses", "jede", "jedes"][..],
        'f' => &[
            "das", "dem", "den", "einen", "einem", "ein", "dieses", "diesem", "diesen", "jedes", "jeden", "jedem",
            "im", "am", "zum", "beim", "vom", "ins", "ans",
        ],
        _ => &["die", "den", "eine", "einen", "einer", "jede", "jeder", "jeden", "zur"],
    };
    // Nouns whose plural is the same take the plural's determiners too.
    let same = [
        "Apfel",
        "Schlüssel",
        "Koffer",
        "Spiegel",
        "Teller",
        "Löffel",
        "Kuchen",
        "Esel",
        "Mädchen",
        "Messer",
        "Fenster",
        "Theater",
        "Garten",
    ];
    check(
        |sentence| &sentence.german,
        |text| {
            words(text).windows(2).find_map(|pair| {
                let gender = gender(pair[1]).filter(|_| !same.contains(&pair[1]))?;
                unlike(gender).contains(&pair[0].to_lowercase().as_str()).then(|| pair.join(" "))
            })
        },
    );
}

/// der gute, ein guter, dem guten.
#[test]
fn adjectives_carry_the_right_ending() {
    let stems = [
        "alt",
        "neu",
        "klein",
        "schön",
        "billig",
        "schwer",
        "müd",
        "reich",
        "arm",
        "klug",
        "nett",
        "rot",
        "blau",
        "grün",
        "stark",
        "faul",
        "sauber",
        "schmutzig",
        "leer",
    ];
    check(
        |sentence| &sentence.german,
        |text| {
            words(text).windows(3).find_map(|three| {
                let ending = stems.iter().find_map(|stem| three[1].strip_prefix(stem))?;
                if !["e", "en", "er", "es", "em"].contains(&ending) || !three[2].starts_with(char::is_uppercase) {
                    return None;
                }
                let determiner = three[0].to_lowercase();
                let allowed: &[&str] = match (determiner.as_str(), gender(three[2])) {
                    ("der", Some('m')) | ("das", _) => &["e"],
                    ("dem" | "den" | "einen" | "einem" | "im" | "am" | "zum" | "zur" | "einer", _) => &["en"],
                    ("ein" | "mein" | "dein" | "sein" | "kein", Some('m')) => &["er"],
                    ("ein" | "mein" | "dein" | "sein" | "kein", Some('n')) => &["es"],
                    ("eine", _) => &["e"],
                    ("die", Some('f')) => &["e"],
                    ("der", Some('f')) => &["en"],
                    ("zwei" | "drei" | "vier", _) => &["e", "en"],
                    ("einige" | "viele", _) => &["e"],
                    _ => return None,
                };
                (!allowed.contains(&ending)).then(|| three.join(" "))
            })
        },
    );
}

const FINITE: &str = "habe hast hat haben bin bist ist sind werde wirst wird werden kann kannst können muss musst müssen will \
    willst wollen möchte möchtest möchten sollte solltest sollten war warst waren hatte hatten wollte wollten konnte konnten \
    musste mussten";

fn is_finite(word: &str) -> bool {
    FINITE.split_whitespace().any(|form| form == word)
}

/// The words of each subordinate clause after one of the conjunctions.
fn subordinate<'a>(text: &'a str, conjunctions: &[&str]) -> Vec<Vec<&'a str>> {
    text.trim_end_matches(['.', '?'])
        .split(", ")
        .filter_map(|piece| {
            let words: Vec<&str> = piece.split(' ').collect();
            conjunctions.iter().any(|word| words[0].eq_ignore_ascii_case(word)).then(|| words[1..].to_vec())
        })
        .collect()
}

#[test]
fn the_finite_verb_closes_subordinate_clauses() {
    check(
        |sentence| &sentence.german,
        |text| {
            subordinate(text, &["weil", "dass", "ob", "wenn", "als", "während"]).into_iter().find_map(|words| {
                // A main clause may follow after "und"; a comparison may follow the verb.
                let ends = |pair: &[&str]| {
                    pair[1] == "und" && pair[0].starts_with(char::is_lowercase) || ["als", "wie"].contains(&pair[1])
                };
                let end = words.windows(2).position(ends).map_or(words.len(), |before| before + 1);
                let words = &words[..end];
                let early = words.iter().rev().skip(1).find(|word| is_finite(word));
                let last = words.last().copied().unwrap_or_default();
                let verb = ["t", "e", "n", "st"].iter().any(|ending| last.ends_with(ending))
                    || last.chars().all(char::is_lowercase);
                (early.is_some() || last.is_empty() || !verb)
                    .then(|| format!("verb not last in \"{}\"", words.join(" ")))
            })
        },
    );
}

#[test]
fn the_finite_verb_is_second_after_what_opens_a_clause() {
    let openers = [
        "Gestern",
        "Morgen",
        "Heute",
        "Jetzt",
        "Bald",
        "Später",
        "Leider",
        "Vielleicht",
        "Natürlich",
        "Plötzlich",
        "Montags",
        "Samstags",
    ];
    let subjects = [
        "ich", "du", "er", "sie", "es", "wir", "der", "die", "das", "ein", "eine", "mein", "dein", "unser", "niemand",
        "jeder",
    ];
    check(
        |sentence| &sentence.german,
        |text| {
            let words = words(text);
            let opened = openers.contains(&words[0]) && !["früh", "Abend", "Morgen"].contains(&words[1]);
            (opened && subjects.contains(&words[1])).then(|| words[..2].join(" "))
        },
    );
}

#[test]
fn the_main_clause_after_a_subordinate_one_begins_with_its_verb() {
    let subjects = [
        "ich", "du", "er", "sie", "es", "wir", "der", "die", "das", "ein", "eine", "mein", "dein", "unser", "diese",
        "dieser",
    ];
    check(
        |sentence| &sentence.german,
        |text| {
            let opened = ["Wenn ", "Als ", "Weil ", "Während "].iter().any(|word| text.starts_with(word));
            let next = text.split_once(", ").and_then(|(_, rest)| rest.split(' ').next())?;
            (opened && subjects.contains(&next)).then(|| next.to_owned())
        },
    );
}

#[test]
fn separable_verbs_part_in_main_clauses_and_join_in_others() {
    let joined = [
        "anruft",
        "anrufe",
        "aufsteht",
        "aufstehe",
        "einschläft",
        "ankommt",
        "zurückgibt",
        "zurückkehrt",
        "teilnimmt",
        "vorliest",
        "abfährt",
        "einlädt",
        "anzieht",
        "auszieht",
    ];
    let parted =
        [("lädt", "ein"), ("kehrt", "zurück"), ("nimmt", "teil ab"), ("schaltet", "ein aus"), ("bereitet", "vor")];
    check(
        |sentence| &sentence.german,
        |text| {
            let pieces: Vec<&str> =
                text.trim_end_matches(['.', '?']).split([',']).flat_map(|piece| piece.split(" und ")).collect();
            pieces.iter().find_map(|piece| {
                let words: Vec<&str> = piece.split_whitespace().collect();
                let inside = words.iter().rev().skip(1).find(|word| joined.contains(word));
                let main = words.len() > 2
                    && !["weil", "dass", "ob", "wenn", "als", "während"]
                        .iter()
                        .any(|c| words[0].eq_ignore_ascii_case(c));
                let open = parted.iter().find(|(verb, prefixes)| {
                    let at = words.iter().position(|word| word == verb);
                    let ends = prefixes.split(' ').any(|prefix| words.last() == Some(&prefix));
                    main && at == Some(1) && words.len() > 2 && !ends
                });
                inside
                    .map(|word| (*word).to_owned())
                    .or_else(|| open.map(|(verb, _)| format!("{verb} without its prefix")))
            })
        },
    );
}

#[test]
fn persons_agree_with_their_verbs() {
    check(
        |sentence| &sentence.german,
        |text| {
            let words = words(text);
            let verb = words.get(1)?;
            let right = match words[0] {
                "Ich" => {
                    verb.ends_with('e')
                        || is_finite(verb) && !["hat", "ist", "wird", "sind"].contains(verb)
                        || !verb.ends_with("st")
                }
                "Du" => verb.ends_with('t'),
                "Wir" => verb.ends_with('n') || *verb == "sind",
                "Er" => !verb.ends_with("en") && *verb != "sind",
                _ => true,
            };
            (!right).then(|| words[..2].join(" "))
        },
    );
}

#[test]
fn prepositions_and_articles_melt() {
    let open = ["in dem", "an dem", "zu dem", "zu der", "bei dem", "von dem", "in das", "an das"];
    check(
        |sentence| &sentence.german,
        |text| {
            // Before a relative pronoun there is a comma, and it stays as it is.
            open.iter()
                .find(|pair| {
                    text.to_lowercase().contains(&format!(" {pair} ")) && !text.contains(&format!(", {pair} "))
                })
                .map(|pair| (*pair).to_owned())
        },
    );
}

#[test]
fn negation_is_not_nicht_ein() {
    check(
        |sentence| &sentence.german,
        |text| {
            ["nicht ein ", "nicht eine ", "nicht einen ", "nicht kein", "nie kein"]
                .iter()
                .find(|bad| text.contains(*bad))
                .map(|bad| (*bad).to_owned())
        },
    );
}
