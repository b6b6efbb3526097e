use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

use super::*;
use crate::corpus::language::Language;

const DIRECTION: Direction = Direction { source: Language::German, target: Language::English };

fn spec(source: &str) -> Spec {
    Spec {
        source: source.parse().unwrap(),
        direction: DIRECTION,
        pairs: 100_000,
        valid: None,
        test: None,
        max_chars: 200,
        seed: 1,
    }
}

/// Builds from files that exist only here.
fn from(spec: &Spec, files: &[(&str, &[u8])]) -> Result<Corpus, CorpusError> {
    let files: HashMap<PathBuf, Vec<u8>> =
        files.iter().map(|(name, bytes)| (PathBuf::from(name), bytes.to_vec())).collect();
    let open = |file: &Path| {
        let bytes = files.get(file).cloned().ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(io::Cursor::new(bytes)) as Box<dyn io::Read + Send>)
    };
    let mut building = Building::new(spec)?;
    loop {
        if let Some(corpus) = building.step(&open)? {
            return Ok(corpus);
        }
    }
}

/// `count` pairs, every fifth with a second translation.
fn table(count: usize) -> String {
    let line = |i: usize| {
        let second = if i.is_multiple_of(5) { format!("Satz {i}\tvariant {i}\n") } else { String::new() };
        format!("Satz {i}\tsentence {i}\n{second}")
    };
    (0..count).map(line).collect()
}

fn sources(pairs: &[Pair]) -> HashSet<String> {
    pairs.iter().map(|pair| pair.source.clone()).collect()
}

fn adds_up(corpus: &Corpus) {
    let report = &corpus.report;
    let dropped: usize = report.dropped.iter().map(|dropped| dropped.count).sum();
    assert_eq!(report.read, report.kept + dropped, "{report}");
    assert_eq!(report.kept, corpus.train.len() + corpus.valid.len() + corpus.test.len());
    let sets = [&corpus.train, &corpus.valid, &corpus.test].map(|set| sources(set));
    assert!(sets[0].is_disjoint(&sets[1]) && sets[0].is_disjoint(&sets[2]) && sets[1].is_disjoint(&sets[2]));
}

fn count(corpus: &Corpus, reason: Reason) -> usize {
    corpus.report.dropped.iter().filter(|dropped| dropped.reason == reason).map(|dropped| dropped.count).sum()
}

#[test]
fn splits_by_source_sentence() {
    let text = table(2000);
    let corpus = from(&spec("tsv:t"), &[("t", text.as_bytes())]).unwrap();
    adds_up(&corpus);
    assert_eq!([sources(&corpus.valid).len(), sources(&corpus.test).len()], [200, 200]);
    // Training pairs keep their order, and those held out are not the first or last ones.
    let order: Vec<_> = text.lines().collect();
    let mut position = order.iter();
    for pair in &corpus.train {
        assert!(position.any(|line| *line == format!("{}\t{}", pair.source, pair.target)));
    }
    let numbers = sources(&corpus.test).iter().map(|s| s[5..].parse::<f64>().unwrap()).sum::<f64>() / 200.0;
    assert!((850.0..1150.0).contains(&numbers), "{numbers}");
    // A large corpus holds out a thousand sentences, not a tenth.
    let corpus = from(&spec("tsv:t"), &[("t", table(20_000).as_bytes())]).unwrap();
    assert_eq!([sources(&corpus.valid).len(), sources(&corpus.test).len()], [1000, 1000]);
}

#[test]
fn depends_on_seed_and_text_only() {
    let text = table(300);
    let build = |seed, text: &str| from(&Spec { seed, ..spec("tsv:t") }, &[("t", text.as_bytes())]).unwrap();
    let base = build(1, &text);
    assert_eq!(base, build(1, &text));
    assert_ne!(base.hash, build(2, &text).hash);
    let mut lines: Vec<_> = text.lines().rev().collect();
    lines.push("");
    let backwards = build(1, &lines.join("\n"));
    assert_eq!(sources(&base.test), sources(&backwards.test));
    assert_ne!(base.hash, backwards.hash);
    // The same sets, hashed apart from this code: `{ echo train; cat train.tsv; echo valid; ... } | sha256sum`.
    let tiny = from(&spec("tsv:t"), &[("t", b"a\tx\nb\ty\nc\tz\n")]).unwrap();
    let named = Spec { valid: Some(Source::Tsv("v".into())), test: Some(Source::Tsv("u".into())), ..spec("tsv:t") };
    let fixed = from(&named, &[("t", b"a\tx\n"), ("v", b"b\ty\n"), ("u", "ü\tz\n".as_bytes())]).unwrap();
    assert_eq!(fixed.hash, "9491a49528238a25335e38c3f89834454a99e341a3d6ff5e9e77297f71f9a121");
    adds_up(&tiny);
}

#[test]
fn named_sets_win_over_training() {
    let files: &[(&str, &[u8])] = &[
        ("t", b"a\tx\nb\ty\nc\tz\nd\tw\n"),
        ("v.de", b"b\nc\n\n"),
        ("v.en", b"other\nz\n\n"),
        ("u", b"c\tz\ne\tq\ne\tq\n"),
    ];
    let named = Spec {
        valid: Some("aligned:v.de,v.en".parse().unwrap()),
        test: Some("tsv:u".parse().unwrap()),
        ..spec("tsv:t")
    };
    let corpus = from(&named, files).unwrap();
    adds_up(&corpus);
    assert_eq!(corpus.test, [Pair::new("c", "z"), Pair::new("e", "q")]);
    assert_eq!(corpus.valid, [Pair::new("b", "other")]);
    assert_eq!(corpus.train, [Pair::new("a", "x"), Pair::new("d", "w")]);
    assert_eq!([Reason::HeldOut, Reason::Empty, Reason::Duplicate].map(|reason| count(&corpus, reason)), [3, 1, 1]);
    // With only a test set named, the validation set is split off what is left.
    let corpus = from(&Spec { valid: None, ..named }, files).unwrap();
    adds_up(&corpus);
    assert_eq!([corpus.train.len(), corpus.valid.len(), corpus.test.len()], [2, 1, 2]);
}

#[test]
fn takes_as_many_training_pairs_as_asked() {
    let text = table(500);
    let build = |pairs| from(&Spec { pairs, ..spec("tsv:t") }, &[("t", text.as_bytes())]).unwrap();
    let (few, all) = (build(100), build(10_000));
    adds_up(&few);
    assert_eq!(few.train.len(), 100);
    assert_eq!(count(&few, Reason::Surplus), all.train.len() - 100);
    assert_eq!((&few.valid, &few.test), (&all.valid, &all.test));
    let mut rest = all.train.iter();
    assert!(few.train.iter().all(|pair| rest.any(|other| other == pair)));
}

#[test]
fn everyday_makes_its_own_sets() {
    let made = Spec { pairs: 300, direction: DIRECTION, ..spec("everyday") };
    let corpus = build(&made).unwrap();
    adds_up(&corpus);
    assert!((250..=300).contains(&corpus.train.len()), "{}", corpus.report);
    assert!(corpus.valid.len() > 900 && corpus.test.len() > 900, "{}", corpus.report);
    assert_eq!(corpus.hash, build(&made).unwrap().hash);
    let mixed = Spec { test: Some(Source::EverydayLong), ..made };
    assert_ne!(corpus.test, build(&mixed).unwrap().test);
}

#[test]
fn other_languages_are_refused() {
    let french = Direction { source: Language::French, target: Language::English };
    let message = from(&Spec { direction: french, ..spec("ding:d") }, &[]).unwrap_err().to_string();
    assert!(
        message.starts_with("ding:d has no fr: it holds German and English, but the direction is fr-en"),
        "{message}"
    );
    let english = Direction { source: Language::English, target: Language::German };
    let ding =
        "x :: y\n".to_owned() + &(0..9).map(|i| format!("Da ist Nummer {i}. :: There is {i}.\n")).collect::<String>();
    let corpus = from(&Spec { direction: english, ..spec("ding:d") }, &[("d", ding.as_bytes())]).unwrap();
    assert!(corpus.train.iter().all(|pair| pair.source.starts_with("There")));
}

/// Whatever the bytes, there is a corpus or one sentence that says what is wrong; nothing panics.
#[test]
fn broken_files() {
    let long = "x".repeat(1_000_000);
    let messages: &[(&[u8], &str)] = &[
        (b"", "t: nothing is left of 0 pairs for the train set;"),
        (b"\n \n\t\n\r\n", "nothing is left of 4 pairs for the train set (an empty side: 4)"),
        (b"\xEF\xBB\xBF", "nothing is left of 0 pairs"),
        (b"a\tx\nb\xFF\ty\n", "t, line 2: expected UTF-8, found byte 0xFF at offset 5"),
        (b"a\tx\nb\n", "t, line 2: expected 2 columns separated by a tab, found 1"),
        (b"a\tx\n\n\nb\ty\tz\n", "t, line 4: expected 2 columns separated by a tab, found 3"),
        (b"a\0\tx\nb\ty\x07\n", "(a control character: 2)"),
        (b"a\tx\nb\ty\n", "tsv:t: 2 different source sentences are too few to split"),
        (b"a\rb\tx\n", "tsv:t: 1 different source sentences"),
    ];
    for (bytes, expected) in messages {
        let message = from(&spec("tsv:t"), &[("t", bytes)]).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains('\n'));
    }
    let text = format!("a\tx\nb\ty\n{long}\tx\nc\t{long}\n{long}\n");
    assert!(from(&spec("tsv:t"), &[("t", text.as_bytes())]).unwrap_err().to_string().contains("line 5"));
    let text = format!("\u{feff}a\tx\r\nb\ty\r\n{long}\tx\r\nc\tz\r\nu\u{308}\tw");
    let corpus = from(&spec("tsv:t"), &[("t", text.as_bytes())]).unwrap();
    adds_up(&corpus);
    assert_eq!([corpus.report.kept, count(&corpus, Reason::TooLong)], [4, 1]);
    let all = [corpus.train, corpus.valid, corpus.test].concat();
    assert_eq!(sources(&all), ["a", "b", "c", "ü"].map(str::to_owned).into());
}

/// Random bytes of the kinds that matter to the parsers, in every source.
#[test]
fn random_bytes_never_panic() {
    let pieces: &[&[u8]] = &[
        b"a",
        b"Ein Satz ist hier.",
        b"\t",
        b"\n",
        b"\r",
        b"\"",
        b",",
        b" :: ",
        b"|",
        b";",
        b"{",
        b")",
        b"\0",
        b"\xFF",
        b"\xC3",
        "é".as_bytes(),
        "\u{301}".as_bytes(),
        "▁".as_bytes(),
        "\u{feff}".as_bytes(),
        b"de\ten\n",
        b" ",
        b"#",
    ];
    for trial in 0..3000 {
        let mut stream = Stream::new(trial, Purpose::Corpus, 0);
        let mut bytes = || (0..stream.below(40)).flat_map(|_| stream.choose(pieces).to_vec()).collect::<Vec<_>>();
        let (first, second) = (bytes(), bytes());
        for source in ["tsv:t", "tsv:t.csv", "ding:t", "aligned:t,u"] {
            let files: &[(&str, &[u8])] = &[("t", &first), ("t.csv", &first), ("u", &second)];
            match from(&spec(source), files) {
                Ok(corpus) => adds_up(&corpus),
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
}

#[test]
fn impossible_limits() {
    for (wrong, field) in [
        (Spec { pairs: 0, ..spec("tsv:t") }, "corpus.pairs"),
        (Spec { max_chars: 0, ..spec("tsv:t") }, "corpus.max_chars"),
    ] {
        assert!(
            from(&wrong, &[]).unwrap_err().to_string().starts_with(&format!("{field} is 0, but must be at least 1"))
        );
    }
    assert!(from(&spec("tsv:nowhere"), &[]).unwrap_err().to_string().starts_with("nowhere: no such file"));
}

#[test]
fn report_reads_well() {
    let corpus = from(&spec("tsv:t"), &[("t", table(30).as_bytes())]).unwrap();
    let text = corpus.report.to_string();
    assert!(text.starts_with("tsv:t, de-en\n  read            36\n"), "{text}");
    let json = serde_json::to_value(&corpus.report).unwrap();
    assert_eq!(json["train"], corpus.train.len());
    assert_eq!(serde_json::from_value::<Report>(json).unwrap(), corpus.report);
}
