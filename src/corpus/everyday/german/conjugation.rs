//! German conjugation: weak verbs by rule, strong ones from the principal parts in the lexicon, the rest from a table.

use super::morphology::Case;
use crate::corpus::everyday::meaning::Gender;

#[derive(Debug)]
pub struct Verb {
    /// With its prefix and "sich": what a dictionary lists.
    pub citation: String,
    /// Without the separable prefix.
    pub infinitive: String,
    pub prefix: String,
    third: String,
    preterite: String,
    participle: String,
    pub takes_be: bool,
    pub reflexive: bool,
    /// The noun of "Angst haben", which is negated by "kein" if its gender is known.
    pub fixed: Option<(String, Option<Gender>)>,
    pub preposition: Option<String>,
    pub case: Case,
    /// What is the object elsewhere is the subject here: "das Lied gefällt mir".
    pub swaps: bool,
}

/// Infinitive; ich, du, er, wir; preterite of ich.
const IRREGULAR: &str = "\
sein bin bist ist sind war
haben habe hast hat haben hatte
werden werde wirst wird werden wurde
wissen weiß weißt weiß wissen wusste
können kann kannst kann können konnte
müssen muss musst muss müssen musste
wollen will willst will wollen wollte
sollen soll sollst soll sollen sollte
möchten möchte möchtest möchte möchten möchte";

const INSEPARABLE: [&str; 9] = ["be", "ver", "er", "ent", "zer", "ge", "über", "unter", "wieder"];

impl Verb {
    pub fn read(text: &str) -> Self {
        let mut rest = text;
        let mut flag = |mark: &str| {
            let stripped = rest.strip_prefix(mark);
            rest = stripped.unwrap_or(rest);
            stripped.is_some()
        };
        let takes_be = flag("*");
        let reflexive = flag("sich ");
        let (head, government) = rest.split_once(' ').unwrap_or((rest, ""));
        let (prefix, head) = head.split_once('|').unwrap_or(("", head));
        let prefix = crate::corpus::everyday::lexicon::spaced(prefix);
        let (head, fixed) = match head.split_once('_') {
            Some((head, noun)) => (head, Some(fixed_noun(noun))),
            None => (head, None),
        };
        let mut government = government.split(' ');
        let relation = government.next().unwrap_or_default();
        let swaps = relation == "swap" || government.next() == Some("swap");
        let (preposition, case) = match relation.split_once('+') {
            Some(("", _)) => (None, Case::Dative),
            Some((preposition, "A")) => (Some(preposition.to_owned()), Case::Accusative),
            Some((preposition, _)) => (Some(preposition.to_owned()), Case::Dative),
            None if swaps => (None, Case::Dative),
            None => (None, Case::Accusative),
        };
        let parts: Vec<&str> = head.split('/').collect();
        let infinitive = parts[0].to_owned();
        let part = |index: usize, rule: fn(&str) -> String| {
            parts.get(index).map_or_else(|| rule(&infinitive), |part| (*part).to_owned())
        };
        let reflexive_word = if reflexive { "sich " } else { "" };
        let fixed_word = fixed.as_ref().map_or_else(String::new, |(noun, _)| format!("{noun} "));
        Self {
            citation: format!("{reflexive_word}{fixed_word}{prefix}{infinitive}"),
            third: part(1, weak_third),
            preterite: part(2, weak_preterite),
            participle: part(3, weak_participle),
            prefix,
            infinitive,
            takes_be,
            reflexive,
            fixed,
            preposition,
            case,
            swaps,
        }
    }

    pub fn full_infinitive(&self) -> String {
        format!("{}{}", self.prefix, self.infinitive)
    }

    pub fn participle(&self) -> String {
        match self.infinitive.as_str() {
            "sein" => "gewesen".to_owned(),
            "haben" => "gehabt".to_owned(),
            "wissen" => "gewusst".to_owned(),
            _ => format!("{}{}", self.prefix, self.participle),
        }
    }

    /// zu gehen, wegzugehen.
    pub fn zu_infinitive(&self) -> String {
        // spazieren zu gehen, but wegzugehen.
        let joined = !self.prefix.is_empty() && !self.prefix.ends_with(' ');
        format!("{}zu{}{}", self.prefix, if joined { "" } else { " " }, self.infinitive)
    }

    pub fn present(&self, person: u8, plural: bool) -> String {
        irregular(&self.infinitive, person, plural, false).unwrap_or_else(|| self.regular_present(person, plural))
    }

    fn regular_present(&self, person: u8, plural: bool) -> String {
        let stem = stem(&self.infinitive);
        match (person, plural) {
            (_, true) => self.infinitive.clone(),
            // sammle, wandere
            (1, _) if self.infinitive.ends_with("eln") => format!("{}le", stem.trim_end_matches("el")),
            (1, _) => format!("{stem}e"),
            (2, _) => self.second(),
            _ => self.third.clone(),
        }
    }

    /// du: from the third person, whose vowel it shares.
    fn second(&self) -> String {
        let stem = stem(&self.infinitive);
        let hissing = stem.ends_with(['s', 'ß', 'z', 'x']);
        let changed = self.third.strip_suffix('t').unwrap_or(&self.third);
        if hissing {
            self.third.clone()
        } else if stem.ends_with('t') && !self.third.ends_with("et") && !self.third.ends_with("tt") {
            format!("{}st", self.third)
        } else {
            format!("{changed}st")
        }
    }

    pub fn preterite(&self, person: u8, plural: bool) -> String {
        let form = irregular(&self.infinitive, person, plural, true).unwrap_or_else(|| self.preterite.clone());
        match (person, plural, form.ends_with('e')) {
            (_, true, true) => format!("{form}n"),
            (_, true, false) => format!("{form}en"),
            (2, _, _) if form.ends_with(['d', 't', 's', 'ß']) => format!("{form}est"),
            (2, ..) => format!("{form}st"),
            _ => form,
        }
    }
}

fn fixed_noun(text: &str) -> (String, Option<Gender>) {
    match text.split_once(':') {
        Some((noun, letter)) => (noun.to_owned(), Some(crate::corpus::everyday::lexicon::gender(letter))),
        None => (text.to_owned(), None),
    }
}

/// A finite form of the table above; the preterite without its ending.
fn irregular(infinitive: &str, person: u8, plural: bool, preterite: bool) -> Option<String> {
    let cells: Vec<&str> =
        IRREGULAR.lines().find(|line| line.split(' ').next() == Some(infinitive))?.split(' ').collect();
    let column = match (preterite, person, plural) {
        (true, ..) => 5,
        (_, _, true) => 4,
        (_, person, _) => usize::from(person),
    };
    Some(cells[column].to_owned())
}

/// A finite form of an auxiliary or modal verb of the table.
pub fn auxiliary(infinitive: &str, person: u8, plural: bool, preterite: bool) -> String {
    let form = irregular(infinitive, person, plural, preterite).expect("the auxiliaries are in the table");
    match (preterite, person, plural) {
        (true, _, true) => format!("{form}{}", if form.ends_with('e') { "n" } else { "en" }),
        (true, 2, _) => format!("{form}st"),
        _ => form,
    }
}

fn stem(infinitive: &str) -> &str {
    infinitive.strip_suffix("en").or_else(|| infinitive.strip_suffix('n')).unwrap_or(infinitive)
}

/// arbeitet, öffnet, zeichnet: a stem that needs an e before t.
fn joined(stem: &str) -> String {
    let nasal = stem.ends_with(['m', 'n']) && {
        let before = stem.chars().rev().nth(1).unwrap_or('a');
        !"aeiouäöülrmnhy".contains(before) || stem.ends_with("chn")
    };
    if stem.ends_with(['t', 'd']) || nasal { format!("{stem}e") } else { stem.to_owned() }
}

fn weak_third(infinitive: &str) -> String {
    format!("{}t", joined(stem(infinitive)))
}

fn weak_preterite(infinitive: &str) -> String {
    format!("{}te", joined(stem(infinitive)))
}

fn weak_participle(infinitive: &str) -> String {
    let third = weak_third(infinitive);
    let unstressed = infinitive.ends_with("ieren") && infinitive != "frieren"
        || INSEPARABLE.iter().any(|prefix| infinitive.strip_prefix(prefix).is_some_and(|rest| rest.len() > 4));
    if unstressed { third } else { format!("ge{third}") }
}
