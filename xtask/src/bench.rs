//! `cargo xtask bench`: the same step of fitting a net, on the same numbers, here and in whatever else a person could take.

mod peer;
mod process;
mod row;
mod table;
mod work;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::report::{Error, step, value};
use peer::{Kind, PEERS, Peer, Ready};
use row::{Outcome, Row};
use work::Work;

const USAGE: &str = "usage: cargo xtask bench [--json FILE] [--only WHO,...] [--work TEXT]";
/// A step that would take longer than so many milliseconds is left out.
const LONGEST: f64 = 60_000.0;
/// Narrower nets spend their time on other things than products of matrices, and do not tell of wider ones.
const TELLING: u64 = 800;

#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    json: Option<PathBuf>,
    only: Vec<String>,
    text: String,
}

impl Options {
    fn parse(words: &[String]) -> Result<Self, Error> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || value(word, words.next());
            match word.as_str() {
                "--json" => options.json = Some(value()?.into()),
                "--only" => options.only.extend(value()?.split(',').map(String::from)),
                "--work" => options.text = value()?.into(),
                other => return Err(Error::usage(format!("bench does not take {other}\n{USAGE}"))),
            }
        }
        if let Some(unknown) = options.only.iter().find(|who| PEERS.iter().all(|peer| peer.who != **who)) {
            let names = PEERS.map(|peer| peer.who).join(", ");
            return Err(Error::usage(format!("there is no {unknown}; there are {names}")));
        }
        Ok(options)
    }

    fn peers(&self) -> Vec<Peer> {
        let wanted = |peer: &Peer| self.only.is_empty() || self.only.iter().any(|who| who == peer.who);
        PEERS.into_iter().filter(wanted).collect()
    }
}

pub fn run(words: &[String]) -> Result<ExitCode, Error> {
    let options = Options::parse(words)?;
    let peers = options.peers();
    let ready = Ready::of(&peers);
    let begun = load();
    let in_browser = peers.iter().any(|peer| matches!(peer.kind, Kind::Page | Kind::Engine(_)));
    let ceilings = if in_browser { step("the browser's adapter", || Ok(ready.ceilings()))? } else { Value::Null };
    let mut rows = Vec::new();
    let mut natives = serde_json::Map::new();
    for peer in &peers {
        if let Kind::Program(device) = peer.kind {
            let found = step(peer.who, || Ok(ready.ours(device, &options.text)))?;
            rows.extend(ours(peer.who, &found, &options.text));
            natives.insert(peer.who.into(), json!({"adapter": found["adapter"], "ceilings": found["ceilings"]}));
        }
    }
    rows.extend(measured(&ready, &peers, &options.text)?);
    if rows.is_empty() {
        let works = Work::all().map(Work::name).collect::<Vec<_>>().join(", ");
        return Err(Error::usage(format!("no work is called like {}; there are {works}", options.text)));
    }
    sort(&mut rows);
    table::print(&rows);
    if let (Some(adapter), true) = (ceilings["adapter"].as_str(), ceilings["ceilings"].is_object()) {
        let most = |name: &str| ceilings["ceilings"][name].as_f64().unwrap_or_default();
        println!("the browser's adapter: {adapter}, at most {} GFLOP/s and {} GB/s", most("gflops"), most("gb_per_s"));
    }
    let load = json!({"begin": begun, "end": load()});
    if let (Some(begin), Some(end)) = (load["begin"].as_f64(), load["end"].as_f64()) {
        println!("load of the machine: {begin} at the beginning, {end} at the end");
    }
    if let Some(path) = &options.json {
        let report = json!({
            "adapter": ceilings["adapter"],
            "ceilings": ceilings["ceilings"],
            "browser": ceilings["browser"],
            "native": natives,
            "load": load,
            "rows": rows.iter().map(|row| row.to_json(&rows)).collect::<Vec<_>>(),
        });
        save(path, &format!("{report:#}\n"))?;
        println!("{}", path.display());
    }
    Ok(exit_code(&rows))
}

/// Work by work, everybody at one after the other, so that those who are compared had the same machine.
fn measured(ready: &Ready, peers: &[Peer], text: &str) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    let mut before: HashMap<&str, (Work, f64)> = HashMap::new();
    for work in Work::all().filter(|work| work.name().contains(text)) {
        for peer in peers.iter().filter(|peer| !matches!(peer.kind, Kind::Program(_))) {
            if let Some(reason) = before.get(peer.who).and_then(|(smaller, ms)| too_long(work, *smaller, *ms)) {
                rows.push(Row::new(&work.name(), peer.who, Outcome::Skipped(reason)));
                continue;
            }
            let found = step(&format!("{}: {}", work.name(), peer.who), || Ok(ready.measure(*peer, work)))?;
            if let (Some(ms), true) = (found["ms"].as_f64().or(found["slow"].as_f64()), work.hidden >= TELLING) {
                before.insert(peer.who, (work, ms));
            }
            rows.push(Row::read(&work.name(), peer.who, &found));
        }
    }
    Ok(rows)
}

/// Why a work need not be tried after what a smaller one took.
fn too_long(work: Work, smaller: Work, ms: f64) -> Option<String> {
    let expected = ms * work.size() as f64 / smaller.size() as f64;
    let seconds = |ms: f64| format!("{:.0} s", ms / 1000.0);
    (expected > LONGEST)
        .then(|| format!("about {} a step, by the {} of {}", seconds(expected), seconds(ms), smaller.name()))
}

/// The rows of our own program, under the name that tells its device; one that says why where there are none.
fn ours(who: &str, found: &Value, text: &str) -> Vec<Row> {
    let adapter = found["adapter"].as_str();
    if let Some(rows) = found["rows"].as_array() {
        let named = rows.iter().filter_map(|row| Some((row["work"].as_str()?, row)));
        let wanted = named.filter(|(work, _)| work.contains(text));
        let read = wanted.map(|(work, row)| Row::read(work, who, row));
        return read.map(|row| Row { adapter: row.adapter.clone().or(adapter.map(String::from)), ..row }).collect();
    }
    let works = Work::all().map(Work::name).filter(|work| work.contains(text));
    works.map(|work| Row::read(&work, who, found)).collect()
}

/// By work, then by name, in the order in which both are listed; works of ours alone come last.
fn sort(rows: &mut [Row]) {
    let works: Vec<String> = Work::all().map(Work::name).collect();
    rows.sort_by_cached_key(|row| {
        let work = works.iter().position(|work| *work == row.work).unwrap_or(works.len());
        let name = if work == works.len() { row.work.clone() } else { String::new() };
        (work, name, PEERS.iter().position(|peer| peer.who == row.who))
    });
}

/// The others may fail or differ, and their rows say so; ours may not.
fn exit_code(rows: &[Row]) -> ExitCode {
    let wrong = |row: &Row| row.is_ours() && matches!(row.reason(), Some(("failed" | "differs", _)));
    if rows.iter().any(wrong) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// How many programs wanted a processor in the last minute, where the system tells.
fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

/// A rename within one folder is all or nothing.
fn save(path: &Path, text: &str) -> Result<(), Error> {
    let mut name = path.file_name().ok_or_else(|| Error::usage(format!("{} is no file", path.display())))?.to_owned();
    name.push(".fresh");
    let fresh = path.with_file_name(name);
    fs::write(&fresh, text).map_err(Error::at(&fresh))?;
    fs::rename(&fresh, path).map_err(Error::at(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report;

    const WORK: Work = Work { hidden: 800, batch: 64 };

    #[test]
    fn options_are_read_and_unknown_names_refused() {
        let parse = |words: &[&str]| Options::parse(&report::words(words));
        let options =
            parse(&["--only", "jax-wasm,torch-cpu", "--work", "batch 64", "--json", "b.json"]).expect("options");
        assert_eq!(options.peers().iter().map(|peer| peer.who).collect::<Vec<_>>(), ["jax-wasm", "torch-cpu"]);
        assert_eq!((options.text.as_str(), options.json), ("batch 64", Some("b.json".into())));
        for words in [&["--only"][..], &["--only", "jax"], &["all"]] {
            assert!(matches!(parse(words), Err(Error::Usage(_))), "{words:?}");
        }
    }

    #[test]
    fn what_would_take_too_long_is_not_tried() {
        let large = Work { hidden: 3200, batch: 256 };
        assert_eq!(too_long(large, WORK, 3000.0), None);
        assert_eq!(
            too_long(large, WORK, 12_000.0).as_deref(),
            Some("about 192 s a step, by the 12 s of distil 6400-800-6400 batch 64")
        );
    }

    #[test]
    fn rows_of_ours_bear_the_name_of_their_device() {
        let found = json!({"adapter": "CPU (flex)", "rows": [
            {"work": WORK.name(), "who": "attentionless-native", "ms": 100.0, "gflops": 30.0, "loss": 0.10597},
            {"work": "gemm nn 64x800x6400", "who": "attentionless-native", "ms": 10.0, "gflops": 65.0, "loss": null}]});
        let rows = ours("attentionless-native-wgpu", &found, "");
        assert!(rows.iter().all(|row| row.who == "attentionless-native-wgpu" && row.ms().is_some()));
        assert_eq!(rows[1].to_json(&rows)["gflops"], json!(65.0));
        assert_eq!(rows[1].reason(), None);
        assert_eq!(ours("attentionless-native", &found, "gemm").len(), 1);
        let missing = ours("attentionless-native", &json!({"missing": "no bench"}), "batch 64");
        assert_eq!(
            missing.iter().map(|row| row.reason().map(|(state, _)| state)).collect::<Vec<_>>(),
            [Some("missing"); 3]
        );
    }

    #[test]
    fn only_ours_may_not_fail() {
        let row = |who, found: Value| Row::read(&WORK.name(), who, &found);
        let code = |rows: &[Row]| format!("{:?}", exit_code(rows));
        let (good, bad) = (format!("{:?}", ExitCode::SUCCESS), format!("{:?}", ExitCode::FAILURE));
        assert_eq!(code(&[row("jax-wasm", json!({"error": "lost"})), row("tfjs-wasm", json!({"ms": 1.0}))]), good);
        assert_eq!(code(&[row("attentionless-wasm", json!({"missing": "no bench"}))]), good);
        assert_eq!(code(&[row("attentionless-wasm", json!({"error": "lost"}))]), bad);
        assert_eq!(code(&[row("attentionless-wasm", json!({"ms": 1.0, "loss": 0.2}))]), bad);
    }

    #[test]
    fn rows_stand_in_the_order_of_the_lists() {
        let mut rows = [("gemm", "attentionless-native"), (&WORK.name(), "torch-cpu"), (&WORK.name(), "jax-wasm")]
            .map(|(work, who)| Row::new(work, who, Outcome::Skipped(String::new())));
        sort(&mut rows);
        assert_eq!(rows.map(|row| row.who), ["jax-wasm", "torch-cpu", "attentionless-native"]);
    }
}
