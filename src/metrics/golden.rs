//! Comparison with sacreBLEU and nltk on the corpora of `tests/golden/metrics.json`; `metrics.py` beside it wrote them.

use serde::Deserialize;

use super::{AuthorsBleu, Bleu, Chrf, Interval, Statistic, bleu::ORDERS, compare, interval, statistics, tokenize};

const TOLERANCE: f64 = 1e-6;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
    bootstrap: Bootstrap,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    hypotheses: Vec<String>,
    references: Vec<String>,
    tokenized_hypotheses: Vec<String>,
    tokenized_references: Vec<String>,
    bleu: f64,
    matches: [u64; ORDERS],
    totals: [u64; ORDERS],
    precisions: [f64; ORDERS],
    brevity_penalty: f64,
    length: u64,
    reference_length: u64,
    chrf: f64,
    authors: f64,
}

#[derive(Deserialize)]
struct Bootstrap {
    seed: u64,
    resamples: usize,
    system: Vec<String>,
    baseline: Vec<String>,
    references: Vec<String>,
    bleu: [f64; 2],
    chrf: [f64; 2],
    bleu_difference: [f64; 2],
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../tests/golden/metrics.json")).unwrap()
}

#[track_caller]
fn close(name: &str, ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() < TOLERANCE, "{name}: {ours} here, {theirs} there");
}

#[test]
fn same_tokens_as_sacrebleu() {
    for case in golden().cases {
        for (texts, tokens) in
            [(&case.hypotheses, &case.tokenized_hypotheses), (&case.references, &case.tokenized_references)]
        {
            for (text, tokens) in texts.iter().zip(tokens) {
                assert_eq!(&tokenize(text), tokens, "{}: {text:?}", case.name);
            }
        }
    }
}

#[test]
fn same_bleu_as_sacrebleu() {
    let cases = golden().cases;
    assert!(cases.len() >= 200);
    for case in cases {
        let bleu = Bleu::sum(&statistics(&case.hypotheses, &case.references).unwrap());
        let expected = Bleu {
            matches: case.matches,
            totals: case.totals,
            length: case.length,
            reference_length: case.reference_length,
        };
        assert_eq!(bleu, expected, "{}", case.name);
        close(&case.name, bleu.brevity_penalty(), case.brevity_penalty);
        // sacreBLEU reports no precisions where there is no match at all.
        if case.matches != [0; ORDERS] {
            for (ours, theirs) in bleu.precisions().into_iter().zip(case.precisions) {
                close(&case.name, ours, theirs);
            }
        }
        close(&case.name, bleu.score(), case.bleu);
    }
}

#[test]
fn same_chrf_as_sacrebleu() {
    for case in golden().cases {
        let chrf = Chrf::sum(&statistics(&case.hypotheses, &case.references).unwrap());
        close(&case.name, chrf.score(), case.chrf);
    }
}

#[test]
fn same_bleu_as_nltk() {
    for case in golden().cases {
        let bleu = AuthorsBleu::sum(&statistics(&case.hypotheses, &case.references).unwrap());
        close(&case.name, bleu.score(), case.authors);
    }
}

#[test]
fn same_intervals_as_written_in_python() {
    let Bootstrap { seed, resamples, system, baseline, references, .. } = &golden().bootstrap;
    let (seed, resamples) = (*seed, *resamples);
    let expected = golden().bootstrap;
    let same = |name, ours: Interval, theirs: [f64; 2]| {
        close(name, ours.low, theirs[0]);
        close(name, ours.high, theirs[1]);
    };
    let bleu: [Vec<Bleu>; 2] = [system, baseline].map(|texts| statistics(texts, references).unwrap());
    same("bleu", interval(&bleu[0], resamples, seed), expected.bleu);
    same("difference", compare(&bleu[0], &bleu[1], resamples, seed).unwrap().interval, expected.bleu_difference);
    let chrf: Vec<Chrf> = statistics(system, references).unwrap();
    same("chrf", interval(&chrf, resamples, seed), expected.chrf);
}
