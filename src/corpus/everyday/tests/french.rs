use super::{check, words};

const MASCULINE: &str = "garçon père livre chien chat jardin gâteau train lit fromage château manteau chapeau journal problème \
    musée village bateau camion message roman poème couteau verre vase cadeau paquet téléphone marteau balai rêve secret mot \
    oiseau arbre ordinateur avion hôtel hôpital écrivain ami étudiant agneau oignon exercice article accident";
const FEMININE: &str = "femme mère fleur maison voiture table chaise pomme lettre robe chemise jupe veste montre bague clé \
    lampe bouteille tasse assiette porte fenêtre gare forêt plage rivière ville ferme cuisine chambre rose vache chèvre souris \
    école église île université araignée oie écharpe étagère armoire horloge échelle étoile idée histoire adresse usine";

fn gender(noun: &str) -> Option<char> {
    let singular = noun.trim_end_matches(['s', 'x']);
    let among =
        |list: &str| list.split_whitespace().any(|word| word == noun || word.trim_end_matches(['s', 'x']) == singular);
    if among(MASCULINE) {
        Some('m')
    } else if among(FEMININE) {
        Some('f')
    } else {
        None
    }
}

#[test]
fn determiners_agree_with_their_nouns() {
    let masculine = ["le", "un", "ce", "cet", "du", "au", "aucun", "quel", "quels", "tous"];
    let feminine = ["la", "une", "cette", "aucune", "quelle", "quelles", "toutes", "ma", "ta", "sa"];
    check(
        |sentence| &sentence.french,
        |text| {
            words(&text.to_lowercase()).windows(2).find_map(|pair| {
                let wrong = match gender(pair[1])? {
                    'm' => feminine.contains(&pair[0]),
                    _ => masculine.contains(&pair[0]),
                };
                wrong.then(|| pair.join(" "))
            })
        },
    );
}

#[test]
fn adjectives_agree_with_their_nouns() {
    // Masculine and feminine of adjectives that do not look alike.
    let pairs = [
        ("petit", "petite"),
        ("grand", "grande"),
        ("vieux", "vieille"),
        ("nouveau", "nouvelle"),
        ("beau", "belle"),
        ("blanc", "blanche"),
        ("cher", "chère"),
        ("lourd", "lourde"),
        ("vert", "verte"),
        ("long", "longue"),
        ("heureux", "heureuse"),
        ("frais", "fraîche"),
        ("léger", "légère"),
        ("important", "importante"),
    ];
    let bare = |word: &str| {
        if ["frais", "vieux", "heureux"].contains(&word) {
            word.to_owned()
        } else {
            word.trim_end_matches(['s', 'x']).to_owned()
        }
    };
    check(
        |sentence| &sentence.french,
        |text| {
            words(text).windows(2).find_map(|pair| {
                pairs.iter().find_map(|(masculine, feminine)| {
                    let wrong = |noun: &str, adjective: &str| {
                        gender(noun) == Some('m') && bare(adjective) == *feminine
                            || gender(noun) == Some('f') && bare(adjective) == *masculine
                    };
                    (wrong(pair[0], pair[1]) || wrong(pair[1], pair[0])).then(|| pair.join(" "))
                })
            })
        },
    );
}

fn starts_with_vowel(word: &str) -> bool {
    let aspirated = ["huit", "haut", "haute", "hauts", "hautes"];
    let first = word.to_lowercase().chars().next().unwrap_or('x');
    "aàâeéèêiîoôuûhœ".contains(first) && !aspirated.contains(&word)
}

#[test]
fn vowels_are_elided() {
    let elided = ["le", "la", "je", "me", "te", "se", "ne", "de", "que", "ma", "ta", "sa", "ce"];
    let prenominal = ["beau", "nouveau", "vieux"];
    check(
        |sentence| &sentence.french,
        |text| {
            // "qui" and names keep no secret from this rule: it looks at letters only.
            let lower = text.replace(
                text.chars().next().unwrap_or(' '),
                &text.chars().next().unwrap_or(' ').to_lowercase().to_string(),
            );
            words(&lower).windows(2).find_map(|pair| {
                let hiatus = elided.contains(&pair[0]) && (starts_with_vowel(pair[1]) || pair[1] == "y");
                let liaison = prenominal.contains(&pair[0])
                    && gender(pair[1]) == Some('m')
                    && starts_with_vowel(pair[1])
                    && !pair[1].ends_with('s');
                let plural = ["bel", "nouvel", "vieil"].contains(&pair[0]) && pair[1].ends_with(['s', 'x']);
                let si = pair[0] == "si" && ["il", "ils"].contains(&pair[1]);
                (hiatus || liaison || plural || si).then(|| pair.join(" "))
            })
        },
    );
}

#[test]
fn apostrophes_stand_before_vowels_only() {
    check(
        |sentence| &sentence.french,
        |text| {
            words(text).iter().find_map(|word| {
                let (head, rest) = word.split_once('\'')?;
                let fixed = ["aujourd", "Aujourd", "quelqu", "Quelqu", "s", "S"].contains(&head);
                (!fixed && !starts_with_vowel(rest) && rest != "y").then(|| (*word).to_owned())
            })
        },
    );
}

#[test]
fn prepositions_and_articles_contract() {
    check(
        |sentence| &sentence.french,
        |text| {
            words(text).windows(3).find_map(|three| {
                let open = ["de", "à"].contains(&three[0]) && ["le", "les"].contains(&three[1]);
                // Before an infinitive, le and les are pronouns.
                let pronoun = ["er", "ir", "re", "oir"].iter().any(|end| three[2].ends_with(end));
                (open && !pronoun).then(|| three.join(" "))
            })
        },
    );
}

#[test]
fn ne_has_its_partner() {
    let partners = ["pas", "jamais", "plus", "rien", "personne", "aucun", "aucune"];
    check(
        |sentence| &sentence.french,
        |text| {
            let lower = text.to_lowercase().replace('\'', " ");
            let words = words(&lower);
            let negations = words.iter().filter(|word| ["ne", "n"].contains(word)).count();
            let known = words.iter().filter(|word| partners.contains(word)).count();
            // "plus" also compares, so there may be more partners than negations.
            (negations > known).then(|| "ne without a partner".to_owned())
        },
    );
}

#[test]
fn participles_agree() {
    let have = ["ai", "as", "a", "avons", "ont"];
    let small = ["pas", "jamais", "plus", "encore", "déjà", "souvent", "toujours", "parfois", "rarement"];
    check(
        |sentence| &sentence.french,
        |text| {
            let lower = text.to_lowercase();
            let words: Vec<&str> = words(&lower).into_iter().filter(|word| !small.contains(word)).collect();
            words.windows(3).find_map(|three| {
                let object =
                    three[0] == "les" && have.contains(&three[1]) && !three[2].ends_with('s') && three[2] != "dû";
                let subject = three[0] == "elle"
                    && three[1] == "est"
                    && ["allé", "venu", "resté", "arrivé", "parti", "tombé"].contains(&three[2])
                    || three[0] == "ils"
                        && three[1] == "sont"
                        && ["allé", "venu", "resté", "arrivé", "parti", "tombé"].contains(&three[2]);
                (object || subject).then(|| three.join(" "))
            })
        },
    );
}

#[test]
fn subjects_agree_with_their_verbs() {
    let rules = [
        (&["je", "j'"][..], &["est", "a", "va", "sont", "ont", "peut", "doit", "veut"][..]),
        (&["tu"], &["est", "a", "va", "ai", "peut", "doit", "veut"]),
        (&["il", "elle"], &["es", "as", "vas", "sont", "ont", "peuvent", "doivent", "veulent", "suis"]),
        (&["ils", "elles"], &["est", "a", "va", "peut", "doit", "veut", "sommes", "avons"]),
        (&["nous"], &["est", "sont", "ont", "peuvent", "ai"]),
    ];
    check(
        |sentence| &sentence.french,
        |text| {
            let lower = text.to_lowercase();
            words(&lower).windows(2).find_map(|pair| {
                // "nous" may be an object: "il nous a vus".
                let subject = pair[0] != "nous" || lower.starts_with("nous");
                let wrong =
                    rules.iter().any(|(subjects, verbs)| subjects.contains(&pair[0]) && verbs.contains(&pair[1]));
                (subject && wrong && (pair[0] != "nous" || lower.starts_with(&pair.join(" ")))).then(|| pair.join(" "))
            })
        },
    );
}
