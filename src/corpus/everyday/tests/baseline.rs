//! Translating word for word must fail, or the corpus would not need attention.

use std::collections::HashMap;

use super::sentences;
use crate::corpus::everyday::{Part, Sentence};
use crate::corpus::language::Language;

/// Words as numbers, in the order in which they are first met.
#[derive(Default)]
struct Vocabulary {
    ids: HashMap<String, usize>,
    words: Vec<String>,
}

impl Vocabulary {
    fn read(&mut self, text: &str) -> Vec<usize> {
        text.split_whitespace()
            .map(|word| {
                *self.ids.entry(word.to_owned()).or_insert_with(|| {
                    self.words.push(word.to_owned());
                    self.words.len() - 1
                })
            })
            .collect()
    }
}

/// The best translation of each source word after some rounds of IBM model 1 (Brown et al. 1993).
fn dictionary(pairs: &[(Vec<usize>, Vec<usize>)], sources: usize) -> Vec<usize> {
    let mut table: Vec<HashMap<usize, f64>> = vec![HashMap::new(); sources];
    for (source, target) in pairs {
        for s in source {
            table[*s].extend(target.iter().map(|t| (*t, 1.0)));
        }
    }
    for _ in 0..5 {
        let mut counts: Vec<HashMap<usize, f64>> = vec![HashMap::new(); sources];
        for (source, target) in pairs {
            for t in target {
                let sum: f64 = source.iter().map(|s| table[*s][t]).sum();
                for s in source {
                    *counts[*s].entry(*t).or_default() += table[*s][t] / sum;
                }
            }
        }
        for row in &mut counts {
            let total: f64 = row.values().sum();
            row.values_mut().for_each(|count| *count /= total);
        }
        table = counts;
    }
    table
        .iter()
        .map(|row| {
            // The number of the word breaks ties, so that the order of a hash table does not.
            let best = row.iter().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0)));
            best.map_or(0, |(t, _)| *t)
        })
        .collect()
}

/// Corpus BLEU of up to four words (Papineni et al. 2002).
fn bleu(pairs: &[(Vec<String>, Vec<String>)]) -> f64 {
    let grams = |words: &[String], n: usize| {
        let mut counts: HashMap<Vec<String>, usize> = HashMap::new();
        for gram in words.windows(n) {
            *counts.entry(gram.to_vec()).or_default() += 1;
        }
        counts
    };
    let mut logs = 0.0;
    for n in 1..=4 {
        let (mut hits, mut all) = (0, 0);
        for (hypothesis, reference) in pairs {
            let reference = grams(reference, n);
            for (gram, count) in grams(hypothesis, n) {
                hits += count.min(reference.get(&gram).copied().unwrap_or(0));
                all += count;
            }
        }
        logs += (hits as f64 / all as f64).ln() / 4.0;
    }
    let length = |side: fn(&(Vec<String>, Vec<String>)) -> usize| pairs.iter().map(side).sum::<usize>() as f64;
    let (ours, theirs) = (length(|pair| pair.0.len()), length(|pair| pair.1.len()));
    100.0 * logs.exp() * (1.0 - theirs / ours).min(0.0).exp()
}

/// Lower case, with marks and elided words on their own, so that nothing but the words counts.
fn tokens(sentence: &Sentence, language: Language) -> String {
    let text = sentence.text(language).to_lowercase();
    text.replace('\'', "' ").replace(',', " ,").replace('.', " .").replace('?', " ?")
}

fn word_for_word(train: &[Sentence], test: &[Sentence], source: Language, target: Language) -> f64 {
    let (mut from, mut into) = (Vocabulary::default(), Vocabulary::default());
    let pairs: Vec<_> = train.iter().map(|s| (from.read(&tokens(s, source)), into.read(&tokens(s, target)))).collect();
    let dictionary = dictionary(&pairs, from.words.len());
    let translate = |word: &str| match from.ids.get(word) {
        Some(id) => into.words[dictionary[*id]].clone(),
        None => word.to_owned(),
    };
    let scored: Vec<_> = test
        .iter()
        .map(|sentence| {
            let hypothesis = tokens(sentence, source).split_whitespace().map(translate).collect();
            (hypothesis, tokens(sentence, target).split_whitespace().map(str::to_owned).collect())
        })
        .collect();
    bleu(&scored)
}

#[test]
fn bleu_of_the_reference_is_100() {
    let words: Vec<String> = "a b c d e".split(' ').map(str::to_owned).collect();
    assert!((bleu(&[(words.clone(), words)]) - 100.0).abs() < 1e-9);
}

#[test]
fn word_for_word_translation_fails() {
    use Language::{English, French, German};
    let (train, test) = (sentences(1, Part::Train, 20_000), sentences(1, Part::Test, 1000));
    for (source, target) in [(English, French), (German, English), (English, German), (French, English)] {
        let score = word_for_word(&train, &test, source, target);
        println!("{source}-{target}: {score:.1}");
        assert!(score <= 40.0, "{source}-{target}: {score}");
    }
}
