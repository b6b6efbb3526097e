//! Commands that do what they are asked for.

use super::{Folder, MICRO, assert_has, with};
use attentionless::{
    device::{self, Choice},
    session::Translator,
    store::Directory,
};
use serde_json::Value;
use std::{collections::BTreeSet, path::Path};
#[cfg(unix)]
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStderr},
};

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap_or_else(|| panic!("no object: {value}")).keys().map(String::as_str).collect()
}

fn assert_keys(value: &Value, names: &str) {
    let missing = names.split(' ').filter(|name| !keys(value).contains(name)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "{missing:?} missing in {value}");
}

/// The mixes of a report, once its form is what design.md says.
fn mixes(report: &Value) -> Vec<String> {
    assert_keys(report, "corpus direction split sentences recipe rows seconds");
    assert_keys(&report["seconds"], "teacher distil eval");
    let rows = report["rows"].as_array().unwrap();
    for row in rows {
        assert_keys(row, "mix bleu bleu_low bleu_high bleu_authors chrf parameters ms_per_sentence r2");
        let number = |key: &str| row[key].as_f64().unwrap();
        assert!(number("bleu_low") <= number("bleu") && number("bleu") <= number("bleu_high"), "{row}");
        // Of each, how many sentences were timed by themselves, and on what.
        assert!((1.0..=50.0).contains(&number("timed")) && number("ms_per_sentence") > 0.0, "{row}");
        assert!(row["device"].as_str().is_some_and(|device| !device.is_empty()), "{row}");
        assert!(number("bleu_high") <= 100.0 && number("parameters") > 0.0, "{row}");
    }
    rows.iter().map(|row| row["mix"].as_str().unwrap().to_string()).collect()
}

#[test]
fn a_run_runs_once() {
    let folder = Folder::with_run();
    let before = folder.files();
    let words = [&["run"], &MICRO[..], &["--out", "R"]].concat();
    let table = folder.run(&words).done();
    assert_has(&table, "everyday, en-fr, 100 sentences of test");
    assert_has(&table, "** the median of 50 sentences one by one, after warm-ups, on CPU");
    for mix in ["teacher ", "enc=alr-m ", "enc=none "] {
        assert!(table.lines().any(|line| line.starts_with(mix)), "{table}");
    }
    let report = folder.run(&with(&words, "--json")).json();
    assert_eq!(mixes(&report), ["teacher", "enc=alr-m", "enc=none"]);
    assert_keys(&report["rows"][1]["r2"], "enc.1");
    let train = folder.run(&with(&["train"], "--preset micro --device cpu --out R --json")).json();
    assert_eq!(mixes(&train), mixes(&report));
    let again = folder.run(&["eval", "R", "--device", "cpu", "--json"]).json();
    assert_eq!(again["rows"], report["rows"]);
    folder.assert_files(&before, "a run that is done");
    for name in ["recipe.json", "tokenizer.json", "teacher.safetensors", "nets/enc.1.alr-m.safetensors", "curve.tsv"] {
        assert!(before.contains_key(&Path::new("R").join(name)), "{name}");
    }
}

#[test]
fn another_row_costs_a_row() {
    let folder = Folder::with_run();
    let before = folder.files();
    let words = [&["run"], &MICRO[..], &["--out", "R", "--mix", "enc=uniform", "--json"]].concat();
    let report = folder.run(&words).json();
    assert_eq!(mixes(&report), ["teacher", "enc=alr-m", "enc=none", "enc=uniform"]);
    let after = folder.files();
    for name in before.keys().filter(|name| before[*name] != after[*name]) {
        let name = name.to_string_lossy();
        assert!(["R/rows.json", "R/seconds.json", "R/recipe.json"].contains(&&*name), "{name} changed");
    }
}

/// The program at work, once it has said this.
#[cfg(unix)]
pub fn begin(folder: &Folder, words: &[&str], after: &str) -> (Child, BufReader<ChildStderr>) {
    let mut child = folder.command(super::PROGRAM).args(words).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with(after) {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "ended before it said {after:?}");
    }
    (child, lines)
}

/// Ends it with a signal: INT as Ctrl-C or TERM as a scheduler.
#[cfg(unix)]
pub fn end(folder: &Folder, (mut child, mut lines): (Child, BufReader<ChildStderr>), signal: &str) {
    // The shell's own kill: a machine may have no other.
    let status = folder.command("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status().unwrap();
    assert!(status.success());
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{rest}");
    assert_has(&rest, "stopped; what was done is saved, and the same command goes on from there");
}

#[cfg(unix)]
#[test]
fn one_process_at_a_time_writes_to_a_run() {
    let folder = Folder::new();
    let words =
        with(&with(&["run"], "--set teacher.epochs=1000"), "--out R").into_iter().chain(MICRO).collect::<Vec<_>>();
    let first = begin(&folder, &words, "teacher: epoch 1 of 1000");
    assert_has(
        &folder.run(&words).error(1),
        "another process is at work there; wait for its end, or choose another place",
    );
    end(&folder, first, "TERM");
}

#[cfg(unix)]
#[test]
fn interrupted_is_as_unbroken() {
    let folder = Folder::new();
    let more = "--set corpus.pairs=600 --set teacher.epochs=8 --set distil.epochs=30 --net enc=alr-l --net self=alr-s --net cross=awr-s";
    let words = |out| with(&with(&["run"], more), out).into_iter().chain(MICRO).collect::<Vec<_>>();
    let (whole, broken) = (words("--out whole"), words("--out broken"));
    folder.run(&whole).done();
    end(&folder, begin(&folder, &broken, "teacher: epoch 2 of 8"), "INT");
    assert!(folder.path("broken/state/teacher.safetensors").is_file());
    end(&folder, begin(&folder, &broken, "nets: "), "INT");
    assert!(folder.path("broken/state/nets.safetensors").is_file());
    let ran = folder.run(&broken);
    assert_has(&ran.err, "nets: goes on from step");
    ran.done();
    for name in [
        "teacher.safetensors",
        "nets/enc.1.alr-m.safetensors",
        "nets/enc.1.alr-l.safetensors",
        "nets/self.1.alr-s.safetensors",
        "nets/cross.1.awr-s.safetensors",
        "curve.tsv",
        "tokenizer.json",
        "recipe.json",
        "outputs/teacher.txt",
        "outputs/enc=alr-l.txt",
        "outputs/cross=awr-s.txt",
    ] {
        assert!(folder.read(&format!("whole/{name}")) == folder.read(&format!("broken/{name}")), "{name} differs");
    }
    let left = folder.files().into_keys().filter(|name| name.starts_with("broken/state")).collect::<Vec<_>>();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn another_seed_is_another_run() {
    let folder = Folder::new();
    let hash = |words| folder.run(&with(&["plan"], words)).json()["recipe"].as_str().unwrap().to_string();
    let one = hash("--preset micro --device cpu --json");
    assert_eq!(one, hash("--preset micro --set seed=1 --device cpu --json"));
    assert_ne!(one, hash("--preset micro --set seed=2 --device cpu --json"));
    assert_eq!(one.len(), 64);
}

#[test]
fn translates_lines() {
    let folder = Folder::with_run();
    let words = with(&[], "translate R --device cpu");
    let long = "The dog sleeps. ".repeat(20);
    let input = format!("The dog sleeps.\n\nThe \u{6f22}\u{5b57} \u{2603} sleeps.\r\n{long}\nno line end");
    let ran = folder.feed(&words, input.as_bytes());
    assert_has(&ran.err, "line 4: ");
    assert_has(&ran.err, "tokens; this model reads 24, the rest is not translated");
    let out = ran.done();
    let lines = out.lines().collect::<Vec<_>>();
    assert_eq!(lines.len(), 5, "{out}");
    assert!(lines[1].is_empty() && [0, 2, 3, 4].iter().all(|&line| !lines[line].is_empty()), "{out}");
    // The same sentence, the same translation, and a beam is another search.
    assert_eq!(folder.feed(&words, b"The dog sleeps.").done().lines().next(), Some(lines[0]));
    folder.feed(&with(&words, "--beam 4 --mix enc=alr-m"), input.as_bytes()).done();
    assert_eq!(folder.feed(&words, b"").done(), "");

    let ran = folder.feed(&words, b"The dog sleeps.\nsch\xF6n\nThe dog sleeps.\n");
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), format!("{}\n", lines[0]).as_str()));
    assert_has(&ran.sentence(), "line 2 of the input, byte 4, is not UTF-8: save the text as UTF-8");
}

/// `head` closes the pipe after its line; that is no error of ours.
#[cfg(unix)]
#[test]
fn a_reader_that_has_enough() {
    use std::io::{BufRead, BufReader};
    let folder = Folder::with_run();
    folder.write("in.txt", "The dog sleeps.\n".repeat(2000));
    let input = std::fs::File::open(folder.path("in.txt")).unwrap();
    let words = with(&[], "translate R --device cpu");
    let mut child = folder.command(super::PROGRAM).args(words).stdin(input).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    drop(out);
    let ran = super::Ran::new(child.wait_with_output().unwrap());
    assert!(ran.code == Some(0) && !ran.err.contains("error"), "{ran:?}");
}

#[test]
fn distil_adds_a_net() {
    let folder = Folder::with_run();
    let before = folder.files();
    let report = folder.run(&with(&[], "distil R --net enc=alr-xs --device cpu --json")).json();
    mixes(&report);
    let after = folder.files();
    let mut changed = after.keys().filter(|name| before.get(*name) != after.get(*name)).collect::<Vec<_>>();
    changed.retain(|name| !["R/curve.tsv", "R/recipe.json", "R/seconds.json"].contains(&&*name.to_string_lossy()));
    assert_eq!(changed, [Path::new("R/nets/enc.1.alr-xs.safetensors")]);
    let row = folder.run(&with(&[], "eval R --mix enc.1=alr-xs --device cpu --json")).json();
    assert_eq!(mixes(&row), ["enc.1=alr-xs"]);
    assert_has(&folder.run(&with(&[], "eval R --device cpu")).done(), "enc=alr-xs ");
}

#[test]
fn controls_stand_everywhere() {
    let folder = Folder::with_run();
    let recipe = folder.read("R/recipe.json");
    let mut wanted = vec!["teacher".to_string()];
    for site in ["enc", "self", "cross"] {
        wanted.extend(["none", "uniform", "mean", "attention"].map(|filling| format!("{site}={filling}")));
    }
    wanted.extend(["self.1=none", "enc=alr-m,self.1=uniform,cross=mean"].map(String::from));
    let list = wanted.iter().map(|mix| format!(" --mix {mix}")).collect::<String>();
    let report = folder.run(&with(&with(&["eval", "R"], &list), "--device cpu --json")).json();
    assert_eq!(mixes(&report), wanted);
    let bleu = |mix: &str| {
        let row = report["rows"].as_array().unwrap().iter().find(|row| row["mix"] == mix).unwrap();
        (row["bleu"].as_f64().unwrap(), row["parameters"].as_u64().unwrap())
    };
    // The teacher by another name, and the parameters that no control needs.
    assert_eq!(bleu("cross=attention"), bleu("teacher"));
    assert_eq!(bleu("teacher").1 - bleu("enc=none").1, 3 * (32 * 32 + 32));
    assert_eq!(bleu("enc=mean").1 - bleu("enc=none").1, 32);
    assert!(folder.read("R/recipe.json") == recipe, "eval changed the recipe");

    // The means are there now, for a translation too; and other sentences than the run's own leave it as it is.
    folder.feed(&with(&[], "translate R --mix cross=mean --device cpu"), b"The dog sleeps.\n").done();
    folder.write("own.tsv", "en\tfr\nThe dog sleeps.\tLe chien dort.\nThe cat sleeps.\tLe chat dort.\n");
    let before = folder.files();
    let on = folder.run(&with(&[], "eval R --on own.tsv --mix teacher --mix enc=mean --device cpu --json")).json();
    assert_eq!((mixes(&on).len(), on["sentences"].as_u64(), on["corpus"].as_str()), (2, Some(2), Some("tsv:own.tsv")));
    folder.assert_files(&before, "eval --on");
}

/// What is built, by what `plan --table` calls it.
const CELLS: [[&str; 2]; 9] = [
    ["encoder", "alr"],
    ["encoder", "alrr"],
    ["encoder", "aslr"],
    ["encoder", "elr"],
    ["encoder", "awr"],
    ["decoder-self", "alr"],
    ["decoder-self", "awr"],
    ["cross", "alr"],
    ["cross", "awr"],
];

/// The paper's table, ALR on the encoder at L = 50 and d = 128.
#[test]
fn plans() {
    let folder = Folder::new();
    let table = folder.run(&with(&[], "plan --preset paper --table --json")).json();
    assert_eq!((table["length"].as_u64(), table["d_model"].as_u64()), (Some(50), Some(128)));
    let rows = table["rows"].as_array().unwrap();
    let cells = rows.iter().map(|row| [&row["site"], &row["method"]].map(|word| word.as_str().unwrap()));
    let cells = cells.collect::<BTreeSet<_>>();
    assert_eq!(cells, BTreeSet::from(CELLS));
    let encoder = rows.iter().filter(|row| row["site"] == "encoder" && row["method"] == "alr");
    let row = |row: &Value| {
        assert_keys(row, "site method size hidden parameters training_bytes activation_bytes largest_buffer_bytes");
        (
            row["size"].as_str().unwrap().to_string(),
            row["hidden"].as_u64().unwrap(),
            row["parameters"].as_u64().unwrap(),
        )
    };
    let paper = [
        ("xs", 25, 339_275),
        ("s", 50, 659_350),
        ("m", 800, 10_261_600),
        ("l", 3200, 40_988_800),
        ("xl", 12_800, 163_897_600),
    ];
    let paper = paper.map(|(size, hidden, parameters)| (size.to_string(), hidden, parameters));
    assert_eq!(encoder.map(row).collect::<Vec<_>>(), paper);
    assert_has(&folder.run(&with(&[], "plan --preset paper --table")).done(), "163897600");
    let plan = folder.run(&with(&[], "plan --preset micro --device cpu --json")).json();
    assert_keys(&plan, "recipe teacher nets largest_buffer_bytes seconds");
    assert_has(&folder.run(&with(&[], "plan --preset micro --device cpu")).done(), "enc.1.alr-m");
}

#[test]
fn devices_are_listed() {
    let folder = Folder::new();
    let found = folder.run(&["devices", "--json"]).json();
    assert_keys(&found, "adapters threads chosen");
    for adapter in found["adapters"].as_array().unwrap() {
        assert_keys(adapter, "name backend software max_buffer_bytes max_binding_bytes chosen");
    }
    assert_has(&folder.run(&["devices"]).done(), "auto uses ");
}

#[test]
fn corpora_are_written() {
    let folder = Folder::new();
    let words = with(&[], "corpus everyday --pair en-de --pairs 50 --out c.tsv");
    let out = folder.run(&words).done();
    assert_has(&out, "train        50");
    let text = String::from_utf8(folder.read("c.tsv")).unwrap();
    assert_eq!(text.lines().filter(|line| line.split('\t').count() == 2).count(), 50);
    let report = folder.run(&with(&words, "--json")).json();
    assert_keys(&report, "hash report");
    assert_has(&out, &format!("hash {}\n", report["hash"].as_str().unwrap()));
    // What is written can be read.
    let again = folder.run(&with(&[], "corpus tsv:c.tsv --pair en-de --json")).json();
    assert_eq!(again["report"]["kept"].as_u64(), Some(50));
}

#[test]
fn a_run_goes_through_one_file() {
    let folder = Folder::with_run();
    folder.run(&with(&["export"], "R --out one.safetensors")).done();
    folder.run(&with(&["import"], "one.safetensors --out copy/R2")).done();
    for (name, bytes) in folder.files() {
        if let Ok(name) = name.strip_prefix("copy/R2") {
            assert!(folder.read(&format!("R/{}", name.display())) == bytes, "{} differs", name.display());
        }
    }
    let said =
        |run: &str| folder.feed(&["translate", run, "--device", "cpu", "--mix", "enc=alr-m"], b"The dog sleeps.");
    assert_eq!(said("copy/R2").done(), said("R").done());
    let rows = |run: &str| folder.run(&["eval", run, "--device", "cpu", "--json"]).json()["rows"].clone();
    assert_eq!(rows("copy/R2"), rows("R"));
    // Again it is there; another run is not overwritten.
    folder.run(&with(&["import"], "one.safetensors --out copy/R2")).done();
    folder.run(&with(&["export"], "R --out half.safetensors --half")).done();
    assert!(folder.read("half.safetensors").len() < folder.read("one.safetensors").len() * 2 / 3);
    let refused = folder.refuses(&with(&["import"], "half.safetensors --out copy/R2"), 1);
    assert_has(&refused, "copy/R2 holds something else than half.safetensors");
    folder.run(&with(&["import"], "half.safetensors --out R3")).done();
    folder.run(&["eval", "R3", "--device", "cpu"]).done();
    folder.write("broken.safetensors", &folder.read("one.safetensors")[..1000]);
    let refused = folder.refuses(&with(&["import"], "broken.safetensors --out R4"), 1);
    assert_has(&refused, "broken.safetensors was not imported: not a safetensors file");
    assert_has(&folder.refuses(&with(&["import"], "gone.safetensors --out R4"), 1), "gone.safetensors: no such file");
}

/// What the page draws a sentence from is what `eval` scores.
#[test]
fn held_out_sentences_are_those_that_fit() {
    let folder = Folder::with_run();
    let long = "the dog ".repeat(40);
    let pairs =
        [("The dog sleeps.", "Le chien dort."), (&long, "Le chien."), ("The dog.", &long), ("A cat.", "Un chat.")];
    let lines = pairs.map(|(source, target)| format!("{source}\t{target}\n"));
    folder.write("R/corpus/test.tsv", lines.concat());
    let store = Box::new(Directory::new(&folder.path("R")));
    let opened = pollster::block_on(device::open(&Choice::Cpu)).unwrap();
    let held_out = Translator::open(store, &opened).unwrap().held_out().unwrap();
    assert_eq!(held_out.iter().map(|pair| pair.source.as_str()).collect::<Vec<_>>(), ["The dog sleeps.", "A cat."]);
}

/// No query meets a key any more: nets at all three sites, added to a run that has its teacher, exported and imported.
#[test]
fn every_attention_is_replaced() {
    let folder = Folder::with_run();
    let all = "enc=alr-m,self=alr-m,cross=awr-m";
    let words = ["run", "--net", "self=alr-m", "--net", "cross=awr-m", "--mix", all, "--out", "R", "--json"];
    let report = folder.run(&[&words[..], &MICRO].concat()).json();
    assert_eq!(mixes(&report), ["teacher", "enc=alr-m", "enc=none", "self=alr-m", "cross=awr-m", all]);
    let row = |mix: &str| report["rows"].as_array().unwrap().iter().find(|row| row["mix"] == mix).unwrap().clone();
    assert_keys(&row(all)["r2"], "enc.1 self.1 cross.1");
    // d = 32, 4 heads, L = 24: what is gone, and what is there in its place. AWR keeps the values.
    let (attention, width) = (3 * (32 * 32 + 32), 24 * 32);
    let (own, other) = (width / 8, 2 * width / 8);
    let own = 2 * width + width * own + own + 2 * own + own * 32 + 32;
    let other = 2 * width + 2 * 32 + (width + 1) * other + 2 * 33 * other + (other + 1) * 4 * 24;
    let parameters = |mix: &str| row(mix)["parameters"].as_u64().unwrap() as usize;
    assert_eq!(parameters("self=alr-m"), parameters("teacher") - attention + own);
    assert_eq!(parameters("cross=awr-m"), parameters("teacher") - attention / 3 * 2 + other);
    let translated =
        |run| folder.feed(&["translate", run, "--mix", all, "--device", "cpu"], b"The dog sleeps.\n").done();
    folder.run(&["export", "R", "--out", "whole.safetensors"]).done();
    folder.run(&["import", "whole.safetensors", "--out", "back"]).done();
    assert!(!translated("R").trim().is_empty());
    assert_eq!(translated("back"), translated("R"));
}

/// A mix trained as a whole is kept, scored and translated with, and is not trained again.
#[test]
fn a_mix_is_trained_as_a_whole() {
    let folder = Folder::with_run();
    let before = folder.files();
    let ran = folder.run(&with(&[], "eval R --mix enc=alr-m,trained=nets --device cpu"));
    assert_has(
        &ran.error(1),
        "`attentionless finetune R1 --mix enc=alr-m,trained=nets` trains them".replace("R1", "RUN").as_str(),
    );
    folder.assert_files(&before, "eval of a mix that is not trained");
    let words = with(&[], "finetune R --mix enc=alr-m --what all --epochs 2 --device cpu");
    folder.run(&words).done();
    let kept = "R/tuned/enc=alr-m,trained=all.safetensors";
    assert!(folder.path(kept).is_file());
    let trained = folder.read(kept);
    let report = folder.run(&with(&[], "eval R --device cpu --json")).json();
    assert_eq!(mixes(&report).last().map(String::as_str), Some("enc=alr-m,trained=all"));
    let row = |mix: &str| report["rows"].as_array().unwrap().iter().find(|row| row["mix"] == mix).unwrap().clone();
    assert_eq!(row("enc=alr-m")["parameters"], row("enc=alr-m,trained=all")["parameters"]);
    assert_eq!(row("enc=alr-m,trained=all")["r2"].as_object().map(serde_json::Map::len), Some(0));
    folder.run(&words).done();
    assert!(folder.read(kept) == trained, "trained again");
    let other = folder.run(&with(&[], "finetune R --mix enc=alr-m --what all --epochs 3 --device cpu")).error(1);
    assert_has(&other, "its `finetune` is epochs 2");
    let translated =
        |mix: &str| folder.feed(&["translate", "R", "--mix", mix, "--device", "cpu"], b"The dog sleeps.\n").done();
    assert!(!translated("enc=alr-m,trained=all").trim().is_empty());
}
