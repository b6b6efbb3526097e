//! `cargo xtask demo-pack`: what the page shows before anybody trained anything. A run of the preset `tiny`, its weights as
//! 16-bit floats, and examples and figures made from just these weights.

mod manifest;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;

use crate::build::stamp::sha256;
use crate::program::Program;
use crate::report::{Error, step, value};
use crate::root;
use crate::scratch::Scratch;
use manifest::{Bundle, Example, Manifest};

const USAGE: &str = "usage: cargo xtask demo-pack [--check] [--from RUN]";
const FOLDER: &str = "web/public/pack";
const BUNDLE: &str = "tiny.safetensors";
const MANIFEST: &str = "manifest.json";
/// What visitors wait for before the page is live.
const LARGEST: u64 = 3_000_000;
/// The run that is shown; its directory comes last. On the CPU it has the same bits wherever it is made.
const TRAIN: [&str; 6] = ["run", "--preset", "tiny", "--device", "cpu", "--out"];
const MIXES: [&str; 4] = ["teacher", "enc=alr-m", "enc=alr-m,self=awr-s,cross=awr-s", "enc=none"];
const EXAMPLES: usize = 5;
const SEED: &str = "demo-pack 1";

pub fn run(words: &[String]) -> Result<ExitCode, Error> {
    let mut from = None;
    let mut checks = false;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--check" => checks = true,
            "--from" => from = Some(PathBuf::from(value(word, words.next())?)),
            other => return Err(Error::usage(format!("demo-pack does not take {other}\n{USAGE}"))),
        }
    }
    match (checks, from) {
        (true, Some(_)) => return Err(Error::usage(format!("--check needs no run: it has the weights\n{USAGE}"))),
        (true, None) => check()?,
        (false, from) => make(from.as_deref())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes the committed pack's examples and figures again, from its weights alone; the first difference is the error.
pub fn check() -> Result<(), Error> {
    let folder = root().join(FOLDER);
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(Error::at(&path))?;
    let committed: Value = serde_json::from_str(&text).map_err(|error| unreadable(&path, &error))?;
    let bundle = folder.join(BUNDLE);
    let described = describe(&bundle)?;
    // Before minutes of building: what a glance at the bytes can tell.
    manifest::same_bundle(&committed, &described)?;
    let program = Program::build()?;
    let scratch = scratch()?;
    let run = unpack(&program, &bundle, &scratch.0)?;
    let made = step("examples and figures of these weights", || recorded(&program, &run, described))?;
    manifest::compare(&committed, &made.to_json())?;
    println!("   {} examples and {} rows are those of the weights", EXAMPLES, made.rows.len());
    Ok(())
}

/// What anybody types to make the run again.
fn command() -> String {
    format!("cargo run -- {} RUN", TRAIN.join(" "))
}

fn make(from: Option<&Path>) -> Result<(), Error> {
    let program = Program::build()?;
    let trained = match from {
        Some(run) => run.to_path_buf(),
        None => {
            let run = root().join("target/xtask/demo-run");
            // From nothing: what an older engine trained is not what the command gives.
            if run.exists() {
                fs::remove_dir_all(&run).map_err(Error::at(&run))?;
            }
            step(&command(), || program.run(&TRAIN, &[&run]))?;
            run
        }
    };
    refuse_other_recipe(&trained)?;
    let scratch = scratch()?;
    // Without scores: those of the run are those of the weights before the rounding. The manifest has the right ones.
    let bundle = scratch.0.join(BUNDLE);
    step("export of the weights as 16-bit floats", || {
        program.run(&["export", "--half", "--out"], &[&bundle, &trained])
    })?;
    let described = describe(&bundle)?;
    let run = unpack(&program, &bundle, &scratch.0)?;
    let made = step("examples and figures of the rounded weights", || recorded(&program, &run, described))?;
    let text = format!("{:#}\n", made.to_json());
    put(&fs::read(&bundle).map_err(Error::at(&bundle))?, BUNDLE)?;
    put(text.as_bytes(), MANIFEST)?;
    println!("   {FOLDER}: {} bytes of weights, {EXAMPLES} examples", made.bundle.bytes);
    Ok(())
}

/// Examples and figures of a run, whose nets and scores come from nowhere else than its weights.
fn recorded(program: &Program, run: &Path, bundle: Bundle) -> Result<Manifest, Error> {
    let report = program.ask(&["eval", "--json", "--device", "cpu"], run, "")?;
    let report: Value = serde_json::from_str(&report).map_err(|error| unreadable(Path::new("eval --json"), &error))?;
    let (rows, recipe) = (report["rows"].as_array(), report["recipe"].as_str());
    let (Some(rows), Some(recipe)) = (rows, recipe) else {
        return Err(Error::failed("eval --json gave no rows or no recipe"));
    };
    Ok(Manifest {
        bundle,
        recipe: recipe.into(),
        command: command(),
        rows: rows.clone(),
        examples: examples(program, run)?,
    })
}

fn examples(program: &Program, run: &Path) -> Result<Vec<Example>, Error> {
    let path = run.join("corpus/test.tsv");
    let text = fs::read_to_string(&path).map_err(Error::at(&path))?;
    let pairs: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once('\t')).collect();
    if pairs.len() < EXAMPLES {
        return Err(Error::failed(format!("{} has fewer than {EXAMPLES} sentences", path.display())));
    }
    let drawn: Vec<_> = draw(pairs.len(), EXAMPLES).into_iter().map(|index| pairs[index]).collect();
    let sources: String = drawn.iter().map(|(source, _)| format!("{source}\n")).collect();
    let mut examples: Vec<_> = drawn.iter().map(|(source, reference)| Example::new(source, reference)).collect();
    for mix in MIXES {
        let said = program.ask(&["translate", "--mix", mix, "--device", "cpu"], run, &sources)?;
        let lines: Vec<_> = said.lines().collect();
        if lines.len() != EXAMPLES {
            return Err(Error::failed(format!("translate --mix {mix} gave {} lines for {EXAMPLES}", lines.len())));
        }
        for (example, line) in examples.iter_mut().zip(lines) {
            example.translations.push((mix.into(), line.into()));
        }
    }
    Ok(examples)
}

/// Which of `count` sentences: drawn by a seed, so that nobody picks the flattering ones.
fn draw(count: usize, wanted: usize) -> Vec<usize> {
    let mut drawn = Vec::new();
    for turn in 0.. {
        if drawn.len() == wanted.min(count) {
            break;
        }
        let word = sha256(format!("{SEED} {turn}").as_bytes());
        let index = u64::from_str_radix(&word[..15], 16).unwrap_or(0) as usize % count;
        if !drawn.contains(&index) {
            drawn.push(index);
        }
    }
    drawn
}

/// The bundle as a run. Scores that it might bring along go, so that they are made from its weights.
fn unpack(program: &Program, bundle: &Path, scratch: &Path) -> Result<PathBuf, Error> {
    let run = scratch.join("run");
    step("import of the weights", || program.run(&["import", "--out"], &[&run, bundle]))?;
    for name in ["rows.json", "outputs"] {
        let path = run.join(name);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        match removed {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::at(&path)(error)),
            _ => {}
        }
    }
    Ok(run)
}

/// The manifest names the command that anybody can repeat: the run has to be its own.
fn refuse_other_recipe(run: &Path) -> Result<(), Error> {
    let read = |path: PathBuf| -> Result<Value, Error> {
        let text = fs::read_to_string(&path).map_err(Error::at(&path))?;
        serde_json::from_str(&text).map_err(|error| unreadable(&path, &error))
    };
    let preset = root().join("recipes/tiny.json");
    if read(run.join("recipe.json"))? == read(preset)? {
        return Ok(());
    }
    Err(Error::failed(format!("{} is a run of another recipe than recipes/tiny.json", run.display())))
}

/// Refuses a bundle that is too large.
fn describe(bundle: &Path) -> Result<Bundle, Error> {
    let bytes = fs::read(bundle).map_err(Error::at(bundle))?;
    let length = bytes.len() as u64;
    if length > LARGEST {
        return Err(Error::failed(format!("the pack's weights are {length} bytes, more than the {LARGEST} allowed")));
    }
    Ok(Bundle { file: BUNDLE.into(), bytes: length, sha256: sha256(&bytes) })
}

/// A rename within one folder is all or nothing: the page never gets the half of a file.
fn put(bytes: &[u8], name: &str) -> Result<(), Error> {
    let folder = root().join(FOLDER);
    fs::create_dir_all(&folder).map_err(Error::at(&folder))?;
    let (fresh, path) = (folder.join(format!(".{name}.fresh")), folder.join(name));
    fs::write(&fresh, bytes).map_err(Error::at(&fresh))?;
    fs::rename(&fresh, &path).map_err(Error::at(&path))
}

fn scratch() -> Result<Scratch, Error> {
    Scratch::new(root().join(format!("target/xtask/pack-{}", std::process::id())))
}

fn unreadable(path: &Path, error: &serde_json::Error) -> Error {
    Error::failed(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_draw_is_the_same_each_time_and_repeats_no_sentence() {
        let drawn = draw(2000, EXAMPLES);
        assert_eq!(drawn, draw(2000, EXAMPLES));
        let different: std::collections::HashSet<_> = drawn.iter().collect();
        assert_eq!(different.len(), EXAMPLES);
        assert!(drawn.iter().all(|index| *index < 2000));
        assert_eq!(draw(2, EXAMPLES).len(), 2);
    }

    #[test]
    fn wrong_words_are_refused() {
        for words in [&["--from"][..], &["--check", "--from", "R"], &["tiny"]] {
            let words = crate::report::words(words);
            assert!(matches!(run(&words), Err(Error::Usage(_))), "{words:?}");
        }
    }
}
