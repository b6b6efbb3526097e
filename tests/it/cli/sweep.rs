//! A sweep as a user, a scheduler and a second machine work at it.

#[cfg(unix)]
use super::work::{begin, end};
use super::{Folder, PROGRAM, Ran, assert_has, with};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// Smaller than the preset: a cell takes a second.
const SMALL: &str = "sweep --preset micro --device cpu --set corpus.pairs=300 --set tokenizer.vocab=200 \
    --set teacher.epochs=2 --set distil.epochs=2 --set score.sentences=6 --set score.resamples=20";
const GRID: &str = "--methods alr --sizes xs,s --seeds 1,2";
const CELLS: [&str; 12] = [
    "1.teacher",
    "2.teacher",
    "1.enc=alr-xs",
    "1.enc=alr-s",
    "1.enc=none",
    "1.enc=uniform",
    "1.enc=mean",
    "2.enc=alr-xs",
    "2.enc=alr-s",
    "2.enc=none",
    "2.enc=uniform",
    "2.enc=mean",
];

fn small(more: &str) -> Vec<&str> {
    with(&with(&[], SMALL), more)
}

/// The finished cells of a sweep by name, without what tells the time.
fn cells(folder: &Folder, sweep: &str) -> BTreeMap<String, Value> {
    let entries = fs::read_dir(folder.path(sweep).join("cells")).unwrap();
    let cell = |name: String| {
        let mut cell: Value = serde_json::from_slice(&folder.read(&format!("{sweep}/cells/{name}"))).unwrap();
        cell["row"]["ms_per_sentence"] = 0.into();
        assert!(cell["seconds"].as_object().unwrap().values().all(|seconds| seconds.as_f64() >= Some(0.0)), "{cell}");
        cell["seconds"] = 0.into();
        (name.strip_suffix(".json").unwrap().to_string(), cell)
    };
    entries.map(|entry| cell(entry.unwrap().file_name().into_string().unwrap())).collect()
}

/// A finished sweep, made once for all tests: the grid by two processes.
fn finished() -> Folder {
    use std::{path::PathBuf, sync::LazyLock};
    static MADE: LazyLock<(BTreeMap<PathBuf, Vec<u8>>, String)> = LazyLock::new(|| {
        let folder = Folder::new();
        let ran = folder.run(&small(&format!("{GRID} --jobs 2 --out S")));
        let said = ran.err.clone();
        ran.done();
        (folder.files(), said)
    });
    assert_has(&MADE.1, "0 of 12 cells are done");
    assert_has(&MADE.1, "\n12 of 12 cells; ");
    assert!(MADE.1.lines().any(|line| line.starts_with("3 of 12 cells, about ") && line.contains(" left; ")));
    let folder = Folder::new();
    MADE.0.iter().for_each(|(name, bytes)| folder.write(name, bytes));
    folder
}

#[test]
fn listed_cells_are_those_of_jobs() {
    let folder = finished();
    let ran = folder.run(&small(&format!("{GRID} --out L --list")));
    assert_has(&ran.err, "12 commands, in any order");
    let list = ran.done();
    let lines = list.lines().collect::<Vec<_>>();
    let named = lines.iter().map(|line| line.rsplit(' ').next().unwrap()).collect::<Vec<_>>();
    assert_eq!(named, CELLS);
    assert!(!folder.path("L").exists());
    // From the last to the first: the teachers are made on the way.
    let shell = |line: &str| Ran::new(folder.command("sh").args(["-c", line]).output().unwrap());
    for line in lines.iter().rev() {
        assert!(line.contains(PROGRAM), "{line}");
        shell(line).done();
    }
    let (listed, jobs) = (cells(&folder, "L"), cells(&folder, "S"));
    assert_eq!(listed.keys().collect::<Vec<_>>(), jobs.keys().collect::<Vec<_>>());
    for (name, cell) in &listed {
        assert_eq!(cell, &jobs[name], "{name}");
    }
    // What is done is not done twice, whoever asks.
    let before = folder.files();
    let again = shell(lines[4]);
    assert_has(&again.err, "1.enc=none is done already");
    again.done();
    let table = folder.run(&small(&format!("{GRID} --jobs 3 --out L"))).done();
    folder.assert_files(&before, "a sweep that is done");
    assert_eq!(table.lines().count(), 2 + 6, "{table}");
}

/// A net is the same whether it is fitted alone or beside others.
#[test]
fn together_is_as_one_by_one() {
    let folder = finished();
    let words = format!("{GRID} --jobs 2 --together --out T");
    folder.run(&small(&words)).done();
    let (together, apart) = (cells(&folder, "T"), cells(&folder, "S"));
    assert_eq!(together.keys().collect::<Vec<_>>(), apart.keys().collect::<Vec<_>>());
    for (name, cell) in &together {
        assert_eq!(cell, &apart[name], "{name}");
    }
    let log = String::from_utf8(folder.read("T/logs/2.nets.txt")).unwrap();
    assert_has(&log, "\nenc.1.alr-s: 11538 parameters, ");
    // The cells took them from there.
    let log = String::from_utf8(folder.read("T/logs/2.enc=alr-xs.txt")).unwrap();
    assert!(!log.contains("parameters, MSE"), "{log}");
    // What is added later is fitted beside what is there.
    folder.run(&small("--methods alr --sizes xs,m --seeds 1 --together --out T")).done();
    assert!(folder.path("T/runs/1.teacher/nets/enc.1.alr-m.safetensors").is_file());
    assert_eq!(cells(&folder, "T").len(), CELLS.len() + 1);
    // Also where the runs were deleted and the cells kept.
    fs::remove_dir_all(folder.path("T/runs")).unwrap();
    let words =
        "--methods alr --sizes xs --seeds 1 --mix enc.1=alr-s --mix enc=alr-s,trained=scratch --together --out T";
    folder.run(&small(words)).done();
    let found = cells(&folder, "T");
    assert_eq!(found["1.enc.1=alr-s"]["fit"].as_object().unwrap().len(), 1);
    assert_eq!(found["1.enc=alr-s,trained=scratch"]["fit"], serde_json::json!({}));
    assert_eq!(found["1.teacher"], apart["1.teacher"]);
    // A teacher that was left before it was scored, when it was made again.
    fs::remove_dir_all(folder.path("T/runs/1.teacher/outputs")).unwrap();
    fs::remove_file(folder.path("T/runs/1.teacher/rows.json")).unwrap();
    folder.run(&small("--methods alr --sizes xs --seeds 1 --mix enc.1=alr-xs --together --out T")).done();
    assert!(cells(&folder, "T")["1.enc.1=alr-xs"]["row"]["difference"].is_object(), "compared with the teacher");
}

#[test]
fn a_cell_is_a_run() {
    let folder = finished();
    let run = SMALL.replace("sweep", "run");
    let nets = "--set seed=2 --net enc=alr-xs --mix enc=mean --out R --json";
    let report = folder.run(&with(&with(&[], &run), nets)).json();
    let done = cells(&folder, "S");
    for row in report["rows"].as_array().unwrap() {
        let mut row = row.clone();
        row["ms_per_sentence"] = 0.into();
        // The preset's own mixes beside them.
        if let Some(cell) = done.get(&format!("2.{}", row["mix"].as_str().unwrap())) {
            assert_eq!(cell["row"], row);
        }
    }
    let cell = &done["2.enc=alr-xs"];
    assert_eq!(cell["fit"]["enc.1"]["r2"], cell["row"]["r2"]["enc.1"]);
    assert_eq!((cell["recipe"]["seed"].as_u64(), cell["hash"].as_str().unwrap().len()), (Some(2), 64));
    assert!(folder.read("R/nets/enc.1.alr-xs.safetensors").len() > 1000);
    // And goes on as one.
    folder.run(&["eval", "S/runs/2.enc=alr-xs", "--mix", "self=none", "--device", "cpu"]).done();
}

#[test]
fn collected() {
    let folder = finished();
    let table = folder.run(&["sweep", "--collect", "S", "--out", "figures"]).done();
    assert_eq!(String::from_utf8(folder.read("figures/cells.md")).unwrap(), table);
    assert_has(&table, "| enc=alr-xs | 2 | ");
    let json = folder.run(&["sweep", "--collect", "S", "--json"]).json();
    assert_eq!(json, serde_json::from_slice::<Value>(&folder.read("S/cells.json")).unwrap());
    let done = cells(&folder, "S");
    let bleu = |name: &str| done[name]["row"]["bleu"].as_f64().unwrap();
    let point = json["points"].as_array().unwrap().iter().find(|point| point["mix"] == "enc=alr-s").unwrap();
    let mean = (bleu("1.enc=alr-s") + bleu("2.enc=alr-s")) / 2.0;
    assert!((point["bleu"].as_f64().unwrap() - mean).abs() < 1e-9, "{point}");
    assert_eq!((point["site"].as_str(), point["size"].as_str()), (Some("enc"), Some("s")));
    let csv = String::from_utf8(folder.read("figures/cells.csv")).unwrap();
    let lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>()).collect::<Vec<_>>();
    assert_eq!((lines.len(), lines[0][5]), (13, "bleu"));
    for line in &lines[1..] {
        assert_eq!(line.len(), lines[0].len(), "{line:?}");
        assert_eq!(line[5].parse(), Ok(bleu(&format!("{}.{}", line[0], line[1]))));
    }
    let svg = String::from_utf8(folder.read("figures/figure.svg")).unwrap();
    assert_eq!(svg.matches("class=\"interval\"").count(), 2);
    assert_has(&svg, &format!(">teacher {:.1}<", (bleu("1.teacher") + bleu("2.teacher")) / 2.0));

    let file = "S/cells/2.enc=none.json";
    let whole = folder.read(file);
    folder.write(file, &whole[..whole.len() / 2]);
    for words in [with(&[], "sweep --collect S"), small(&format!("{GRID} --out S"))] {
        let sentence = folder.refuses(&words, 1);
        assert_has(&sentence, "S/cells/2.enc=none.json cannot be used: EOF");
        assert_has(&sentence, "; delete it and the sweep makes it again");
    }
    fs::remove_file(folder.path(file)).unwrap();
    folder.run(&small(&format!("{GRID} --out S"))).done();
    assert_eq!(cells(&folder, "S"), done);
}

/// The tables and figures of `docs/results.md` are those that its cells give.
#[test]
fn committed_results_are_of_their_cells() {
    let folder = Folder::new();
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/results");
    let mut count = 0;
    for sweep in fs::read_dir(&results).unwrap().map(|entry| entry.unwrap().path()) {
        folder.run(&["sweep", "--collect", sweep.to_str().unwrap(), "--out", "made"]).done();
        for name in ["cells.md", "figure.svg"] {
            let committed = fs::read_to_string(sweep.join(name)).unwrap();
            assert_eq!(String::from_utf8(folder.read(&format!("made/{name}"))).unwrap(), committed, "{name}");
        }
        count += 1;
    }
    assert!(count > 0);
}

/// One makes the teacher, the other one waits for it.
#[test]
fn two_cells_without_their_teacher() {
    let folder = Folder::new();
    let words = ["1.enc=none", "1.enc=mean"].map(|cell| format!("--set teacher.epochs=8 --out S --cell {cell}"));
    let [one, other] = words.each_ref().map(|words| folder.command(PROGRAM).args(small(words)).spawn().unwrap());
    let said = [one, other].map(|child| Ran::new(child.wait_with_output().unwrap())).map(|ran| {
        let said = ran.err.clone();
        ran.done();
        said
    });
    let count = |part: &str| said.iter().filter(|said| said.contains(part)).count();
    assert_eq!([count("teacher: epoch 8 of 8"), count("waiting for 1.teacher")], [1, 1], "{said:?}");
    assert_eq!(cells(&folder, "S").into_keys().collect::<Vec<_>>(), ["1.enc=mean", "1.enc=none", "1.teacher"]);
}

#[cfg(unix)]
#[test]
fn interrupted_is_as_unbroken() {
    use std::{thread::sleep, time::Duration};
    let folder = Folder::new();
    let words = |out: &'static str| {
        small("--set corpus.pairs=600 --set teacher.epochs=12 --mix enc=alr-xs --jobs 2 --out")
            .into_iter()
            .chain([out])
            .collect::<Vec<_>>()
    };
    folder.run(&words("whole")).done();
    let broken = words("broken");
    let jobs = begin(&folder, &broken, "0 of 4 cells are done");
    let log = folder.path("broken/logs/1.teacher.txt");
    while !fs::read_to_string(&log).is_ok_and(|said| said.contains("epoch 1 of 12")) {
        sleep(Duration::from_millis(5));
    }
    end(&folder, jobs, "TERM");
    assert!(folder.path("broken/runs/1.teacher/state/teacher.safetensors").is_file());
    assert!(!folder.path("broken/cells").exists());
    // The children are gone: nobody holds the run.
    end(&folder, begin(&folder, &broken, "1 of 4 cells"), "INT");
    assert_has(&fs::read_to_string(&log).unwrap(), "teacher: goes on from step");
    folder.run(&broken).done();
    assert_eq!(cells(&folder, "broken"), cells(&folder, "whole"));
}

#[test]
fn failed_cells_are_told_at_the_end() {
    let folder = Folder::new();
    let ran = folder.run(&small("--set corpus=tsv:gone.tsv --mix enc=none --jobs 2 --out S"));
    assert_eq!(ran.error(1), "3 of 3 cells failed; the same command tries them again");
    assert_has(&ran.err, "failed: 1.teacher: gone.tsv: no such file");
    assert_has(&ran.err, "all it said is in S/logs/1.teacher.txt");
    assert_has(&ran.err, "failed: 1.enc=none: the teacher of its seed failed");
}

#[test]
fn wrong_words() {
    let folder = finished();
    for (words, code, says) in [
        ("--methods alr,huge --out N", 2, "there is no method `huge`; there are alr, alrr, aslr, elr, awr"),
        ("--methods alr --sizes xxl --out N", 2, "there is no size `xxl`"),
        ("--methods alr --sites encoder --out N", 2, "there is no site `encoder`; there are enc, self, cross"),
        ("--methods alr,elr --sites cross --out N", 2, "puts `elr-xs` at `cross`; it can stand at enc"),
        ("--seeds 5-2 --out N", 2, "`5-2` is not a seed or a range"),
        ("--sizes xs --out N", 2, "--methods"),
        ("--methods alr", 2, "--out"),
        ("--jobs 0 --out N", 2, "--jobs"),
        ("--out N --cell enc=none", 2, "`enc=none` is not SEED.MIX, such as 1.enc=alr-m or 1.teacher"),
        ("--out N --cell 1.enc.2=none", 2, "names layer 2 of `enc`, but the model's last layer is 1"),
        ("--out N --cell 1.teacher --list", 2, "cannot be used with"),
        ("--out N --list --together", 2, "cannot be used with"),
        ("--mix enc.2=none --out N", 2, "names layer 2 of `enc`"),
        ("--set score.beam=2 --out S", 2, "S is a sweep of another recipe: its `score` is "),
    ] {
        let before = folder.files();
        let ran = folder.run(&small(words));
        assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{words}: {ran:?}");
        assert_has(&ran.err, says);
        folder.assert_files(&before, words);
    }
    assert_has(&folder.refuses(&["sweep", "--collect", "gone"], 1), "gone holds no finished cells");
    // What is left of a method that has one place among the sites.
    let ran = folder.run(&small("--methods elr --sizes s --sites enc,self --out N --list"));
    assert_has(&ran.err, "left out: the mix `self=elr-s` puts `elr-s` at `self`; it can stand at enc");
    assert_eq!(ran.done().lines().count(), 1 + 1 + 2 * 3);
}
