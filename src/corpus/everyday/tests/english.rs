use super::{check, words};

#[test]
fn a_and_an() {
    check(
        |sentence| &sentence.english,
        |text| {
            words(text).windows(2).find_map(|pair| {
                let vowel =
                    pair[1].starts_with(['a', 'e', 'i', 'o', 'u']) && !["useful", "university"].contains(&pair[1]);
                let wrong = pair[0].eq_ignore_ascii_case("a") && (vowel || pair[1] == "honest")
                    || pair[0].eq_ignore_ascii_case("an") && !(vowel || ["hour", "honest"].contains(&pair[1]));
                wrong.then(|| pair.join(" "))
            })
        },
    );
}

#[test]
fn subjects_agree_with_their_verbs() {
    let rules = [
        (&["I"][..], &["is", "are", "has", "does", "were"][..]),
        (&["You", "We", "They", "you", "we", "they"], &["is", "am", "has", "does", "was"]),
        (&["He", "She", "he", "she"], &["are", "am", "have", "do", "were"]),
    ];
    check(
        |sentence| &sentence.english,
        |text| {
            // In a question or a relative clause the word before may be no subject.
            let statement = text.ends_with('.');
            words(text).windows(2).find_map(|pair| {
                let wrong =
                    rules.iter().any(|(subjects, verbs)| subjects.contains(&pair[0]) && verbs.contains(&pair[1]));
                (statement && wrong).then(|| pair.join(" "))
            })
        },
    );
}

#[test]
fn do_and_modals_take_the_base_form() {
    let helpers = ["does", "did", "will", "cannot", "must", "should", "could"];
    let bases = ["kiss", "miss", "discuss"];
    check(
        |sentence| &sentence.english,
        |text| {
            let words: Vec<&str> = words(text).into_iter().filter(|word| *word != "not").collect();
            words.windows(2).find_map(|pair| {
                let inflected = pair[1].ends_with('s') && !bases.contains(&pair[1])
                    || pair[1].ends_with("ed") && !["need", "feed"].contains(&pair[1]);
                (text.ends_with('.') && helpers.contains(&pair[0]) && inflected).then(|| pair.join(" "))
            })
        },
    );
}

#[test]
fn negations_do_not_pile_up() {
    let negations = ["not", "never", "nobody", "nothing", "no", "cannot"];
    check(
        |sentence| &sentence.english,
        |text| {
            let joints = [
                ", ",
                " because ",
                " that ",
                " who ",
                " if ",
                " when ",
                " while ",
                " whether ",
                " why ",
                " where ",
                " what ",
                " which ",
            ];
            let mut clauses = vec![text.to_lowercase()];
            for joint in joints {
                clauses = clauses
                    .iter()
                    .flat_map(|clause| clause.split(joint).map(str::to_owned).collect::<Vec<_>>())
                    .collect();
            }
            let piled =
                clauses.iter().any(|clause| words(clause).iter().filter(|word| negations.contains(word)).count() > 1);
            piled.then(|| "two negations".to_owned())
        },
    );
}
