//! The closed classes: words that the grammars themselves bring in, listed so that they can be counted.

use crate::corpus::language::Language;

const ENGLISH: &str = "\
I you he she it we they my your his her its our their the a this some any no every all many few lot which who what where \
when why that whether because if while and but not never already yet than as to by at in on under behind beside \
everybody somebody nobody something nothing two three four five six seven eight nine ten can must should will have \
would like to want to prefer to do there";

const FRENCH: &str = "\
je tu il elle nous ils elles me te se le la les lui leur y en moi toi eux mon ton son notre un ce du de à chaque tout \
beaucoup quelques aucun quel qui que dont quoi où quand pourquoi si parce_que pendant_que et mais ne pas jamais plus rien \
personne déjà encore aussi quelqu'un quelque_chose tout_le_monde sur sous derrière dans devant à_côté_de chez pour deux \
trois quatre cinq six sept huit neuf dix pouvoir devoir vouloir aimer préférer avoir est-ce_que auquel";

const GERMAN: &str = "\
ich du er sie es wir mein dein sein ihr unser der ein kein dieser jeder alle viele einige ein_paar welcher wer was wo wohin \
wann warum dass ob weil wenn als während und aber nicht nie schon noch mehr so wie zu um nach mit in an auf unter hinter \
neben vor bei von über jemand niemand etwas nichts zwei drei vier fünf sechs sieben acht neun zehn können müssen wollen \
sollen möchten werden haben gern lieber sich dort dorthin";

/// Their citation forms.
pub fn words(language: Language) -> impl Iterator<Item = &'static str> {
    match language {
        Language::English => ENGLISH,
        Language::French => FRENCH,
        Language::German => GERMAN,
    }
    .split(' ')
}
