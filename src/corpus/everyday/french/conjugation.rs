//! French conjugation: irregular verbs from a table, all others by their ending.

/// The persons that the corpus speaks in: je, tu, il, nous, ils. "Vous" is never used.
#[derive(Clone, Debug)]
pub struct Conjugation {
    pub present: [String; 5],
    /// Stem of the future and the conditional.
    pub future: String,
    /// Stem of the imperfect.
    pub imperfect: String,
    pub participle: String,
}

/// Ending of the infinitive, the present for je, tu, il, nous, ils, the stem of the future, the participle.
/// The longest ending that fits counts, so that a verb's relatives (prendre, apprendre) share a line.
const IRREGULAR: &str = "\
être suis es est sommes sont ser été
avoir ai as a avons ont aur eu
aller vais vas va allons vont ir allé
faire fais fais fait faisons font fer fait
dire dis dis dit disons disent dir dit
lire lis lis lit lisons lisent lir lu
écrire écris écris écrit écrivons écrivent écrir écrit
voir vois vois voit voyons voient verr vu
prendre prends prends prend prenons prennent prendr pris
mettre mets mets met mettons mettent mettr mis
venir viens viens vient venons viennent viendr venu
tenir tiens tiens tient tenons tiennent tiendr tenu
partir pars pars part partons partent partir parti
sortir sors sors sort sortons sortent sortir sorti
mentir mens mens ment mentons mentent mentir menti
sentir sens sens sent sentons sentent sentir senti
dormir dors dors dort dormons dorment dormir dormi
servir sers sers sert servons servent servir servi
ouvrir ouvre ouvres ouvre ouvrons ouvrent ouvrir ouvert
offrir offre offres offre offrons offrent offrir offert
cueillir cueille cueilles cueille cueillons cueillent cueiller cueilli
boire bois bois boit buvons boivent boir bu
croire crois crois croit croyons croient croir cru
savoir sais sais sait savons savent saur su
connaître connais connais connaît connaissons connaissent connaîtr connu
paraître parais parais paraît paraissons paraissent paraîtr paru
pouvoir peux peux peut pouvons peuvent pourr pu
vouloir veux veux veut voulons veulent voudr voulu
devoir dois dois doit devons doivent devr dû
uire uis uis uit uisons uisent uir uit
suivre suis suis suit suivons suivent suivr suivi
vivre vis vis vit vivons vivent vivr vécu
rire ris ris rit rions rient rir ri
plaire plais plais plaît plaisons plaisent plair plu
pleuvoir pleus pleus pleut pleuvons pleuvent pleuvr plu
courir cours cours court courons courent courr couru
mourir meurs meurs meurt mourons meurent mourr mort
peindre peins peins peint peignons peignent peindr peint
teindre teins teins teint teignons teignent teindr teint
plaindre plains plains plaint plaignons plaignent plaindr plaint
résoudre résous résous résout résolvons résolvent résoudr résolu
envoyer envoie envoies envoie envoyons envoient enverr envoyé";

pub fn conjugate(infinitive: &str) -> Conjugation {
    let line = IRREGULAR
        .lines()
        .map(|line| line.split(' ').collect::<Vec<_>>())
        .filter(|cells| infinitive.ends_with(cells[0]))
        .max_by_key(|cells| cells[0].len());
    if let Some(cells) = line {
        let prefix = &infinitive[..infinitive.len() - cells[0].len()];
        let form = |index: usize| format!("{prefix}{}", cells[index]);
        let imperfect = if cells[0] == "être" { "ét".to_owned() } else { form(4).trim_end_matches("ons").to_owned() };
        let present = [1, 2, 3, 4, 5].map(form);
        return Conjugation { present, future: form(6), imperfect, participle: form(7) };
    }
    if let Some(stem) = infinitive.strip_suffix("er") {
        return first_group(stem);
    }
    let (stem, plural, participle) = match (infinitive.strip_suffix("ir"), infinitive.strip_suffix("re")) {
        (Some(stem), _) => (format!("{stem}i"), format!("{stem}iss"), format!("{stem}i")),
        (_, Some(stem)) => (stem.to_owned(), stem.to_owned(), format!("{stem}u")),
        _ => unreachable!("{infinitive} is no French infinitive"),
    };
    let third = if stem.ends_with('d') { stem.clone() } else { format!("{stem}t") };
    Conjugation {
        present: [format!("{stem}s"), format!("{stem}s"), third, format!("{plural}ons"), format!("{plural}ent")],
        future: infinitive.trim_end_matches('e').to_owned(),
        imperfect: plural,
        participle,
    }
}

/// The verbs in -er, with what their stems do before a silent e.
fn first_group(stem: &str) -> Conjugation {
    let soft = match stem.chars().last() {
        Some('g') => format!("{stem}e"),
        Some('c') => format!("{}ç", stem.trim_end_matches('c')),
        _ => stem.to_owned(),
    };
    let (mute, future) = mute_stems(stem);
    let present =
        [format!("{mute}e"), format!("{mute}es"), format!("{mute}e"), format!("{soft}ons"), format!("{mute}ent")];
    Conjugation { present, future: format!("{future}er"), imperfect: soft, participle: format!("{stem}é") }
}

/// The stem before a silent e in the present, and in the future.
fn mute_stems(stem: &str) -> (String, String) {
    let letters: Vec<char> = stem.chars().collect();
    let consonants = letters.iter().rev().take_while(|letter| !"aeiouéèêy".contains(**letter)).count();
    let vowel = letters.len().checked_sub(consonants + 1).map(|index| letters[index]);
    let with = |vowel: char| {
        let mut letters = letters.clone();
        let index = letters.len() - consonants - 1;
        letters[index] = vowel;
        letters.into_iter().collect::<String>()
    };
    let own = || stem.to_owned();
    let tail: String = letters[letters.len() - consonants..].iter().collect();
    match vowel {
        Some('y') if consonants == 0 => (with('i'), with('i')),
        // appeler, jeter double their consonant; acheter, lever take an accent.
        Some('e') if stem.ends_with("appel") || stem.ends_with("jet") => {
            let double = format!("{stem}{tail}");
            (double.clone(), double)
        }
        Some('e') if consonants == 1 => (with('è'), with('è')),
        Some('é') if consonants > 0 => (with('è'), own()),
        _ => (own(), own()),
    }
}

const IMPERFECT: [&str; 5] = ["ais", "ais", "ait", "ions", "aient"];
const FUTURE: [&str; 5] = ["ai", "as", "a", "ons", "ont"];

impl Conjugation {
    pub fn future(&self, person: usize) -> String {
        format!("{}{}", self.future, FUTURE[person])
    }

    pub fn conditional(&self, person: usize) -> String {
        format!("{}{}", self.future, IMPERFECT[person])
    }

    pub fn imperfect(&self, person: usize) -> String {
        let stem = &self.imperfect;
        // The e or cedilla that keeps a consonant soft is not needed before i.
        let stem = match (person, stem.strip_suffix("ge"), stem.strip_suffix('ç')) {
            (3, Some(hard), _) => format!("{hard}g"),
            (3, _, Some(hard)) => format!("{hard}c"),
            _ => stem.clone(),
        };
        format!("{stem}{}", IMPERFECT[person])
    }
}
