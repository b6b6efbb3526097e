//! `cargo xtask mutate`: puts one fault at a time into the code and expects a named test to fail. A test that still passes
//! checks less than it says.

mod guard;
mod table;

use std::fs;
use std::process::{Command, ExitCode};

use crate::report::{Error, Tally};
use crate::scratch::Scratch;
use crate::test::Cases;
use crate::{cargo, root};
use guard::Mutated;
use table::Mutation;

const TABLE: &str = "tests/mutations.md";

#[derive(Default)]
struct Options {
    list: bool,
    force: bool,
    names: Vec<String>,
}

impl Options {
    fn parse(words: &[String]) -> Result<Self, Error> {
        let mut options = Self::default();
        for word in words {
            match word.as_str() {
                "--list" => options.list = true,
                "--force" => options.force = true,
                flag if flag.starts_with('-') => {
                    return Err(Error::usage(format!(
                        "there is no {flag}; mutate takes --list, --force and names from {TABLE}"
                    )));
                }
                name => options.names.push(name.into()),
            }
        }
        Ok(options)
    }
}

pub fn run(words: &[String]) -> Result<ExitCode, Error> {
    if let [flag, file] = words
        && flag == guard::FLAG
    {
        return guard::watch(file);
    }
    let options = Options::parse(words)?;
    let mutations = chosen(&options.names)?;
    if options.list {
        mutations.iter().for_each(|mutation| println!("{:32} {} ({})", mutation.name, mutation.file, mutation.test));
        return Ok(ExitCode::SUCCESS);
    }
    if !options.force {
        refuse_uncommitted(&mutations)?;
    }
    // A wrong row is found before minutes of building, not after.
    let prepared =
        mutations.iter().map(|mutation| Ok((mutation, Sources::of(mutation)?))).collect::<Result<Vec<_>, Error>>()?;
    refuse_already_failing(&mutations)?;
    let mut tally = Tally::default();
    for (mutation, sources) in prepared {
        let outcome = attempt(mutation, &sources)?;
        println!(
            "{:8} {:32} {}",
            if outcome.is_ok() { "caught" } else { "MISSED" },
            mutation.name,
            match &outcome {
                Ok(detail) | Err(detail) => detail,
            }
        );
        tally += Tally::of(outcome.is_ok());
    }
    println!("{tally}");
    Ok(tally.exit_code())
}

fn chosen(names: &[String]) -> Result<Vec<Mutation>, Error> {
    let path = root().join(TABLE);
    let text = fs::read_to_string(&path).map_err(Error::at(&path))?;
    let mut mutations =
        table::parse(&text).map_err(|(line, problem)| Error::failed(format!("{TABLE}:{line}: {problem}")))?;
    if let Some(unknown) = names.iter().find(|name| !mutations.iter().any(|mutation| mutation.name == **name)) {
        return Err(Error::usage(format!(
            "{TABLE} has no mutation {unknown}; `cargo xtask mutate --list` prints them"
        )));
    }
    mutations.retain(|mutation| names.is_empty() || names.contains(&mutation.name));
    if mutations.is_empty() { Err(Error::failed(format!("{TABLE} has no mutation yet"))) } else { Ok(mutations) }
}

/// Only a committed file can be had back whatever happens, a power cut included.
fn refuse_uncommitted(mutations: &[Mutation]) -> Result<(), Error> {
    for Mutation { file, .. } in mutations {
        let output = Command::new("git").args(["status", "--porcelain", "--", file]).current_dir(root()).output();
        let clean = output.is_ok_and(|output| output.status.success() && output.stdout.is_empty());
        if !clean {
            return Err(Error::failed(format!(
                "{file} has changes that are not committed: commit them, or use --force"
            )));
        }
    }
    Ok(())
}

/// A test that fails by itself, or that is not there, would prove nothing.
fn refuse_already_failing(mutations: &[Mutation]) -> Result<(), Error> {
    let names: Vec<&str> = mutations.iter().map(|mutation| mutation.test.as_str()).collect();
    let cases = tests(&names)?;
    if !cases.ended_well {
        let which = if cases.failed.is_empty() { "they do not build".into() } else { cases.failed.join(", ") };
        return Err(Error::failed(format!("the tests fail without any mutation: {which}")));
    }
    match names.iter().find(|name| !cases.passed.iter().any(|passed| passed.contains(**name))) {
        Some(name) => Err(Error::failed(format!("there is no test {name}"))),
        None => Ok(()),
    }
}

/// Doc tests are left out: they are slow to build, and no mutation names one.
const TARGETS: [&str; 5] = ["test", "--workspace", "--lib", "--bins", "--tests"];

fn tests(names: &[&str]) -> Result<Cases, Error> {
    Cases::of(cargo(&TARGETS).args(["--no-fail-fast", "--"]).args(names), false)
}

/// Where unit tests look for shaders when it is set: a fault in one then needs no build.
const SHADERS: &str = "ATTENTIONLESS_SHADERS";
const SHADER_FOLDER: &str = "shaders/";

fn builds() -> Result<bool, Error> {
    let status = cargo(&TARGETS).args(["--no-run", "--quiet"]).status();
    Ok(status.map_err(|error| Error::failed(format!("cargo: {error}")))?.success())
}

/// The inner result says in words why the mutation counts as caught or as missed.
fn attempt(mutation: &Mutation, sources: &Sources) -> Result<Result<String, String>, Error> {
    if mutation.file.starts_with(SHADER_FOLDER) {
        return attempt_in_a_copy(mutation, sources);
    }
    let mutated = Mutated::write(&mutation.file, &sources.original, &sources.changed)?;
    let outcome = judge(mutation);
    mutated.restore()?;
    outcome
}

/// A fault in a shader stands in a copy of the folder.
fn attempt_in_a_copy(mutation: &Mutation, sources: &Sources) -> Result<Result<String, String>, Error> {
    let copy = Scratch::in_temp("shaders")?;
    for folder in ["", "shared"] {
        let (from, to) = (root().join(SHADER_FOLDER).join(folder), copy.0.join(folder));
        fs::create_dir_all(&to).map_err(Error::at(&to))?;
        for entry in fs::read_dir(&from).map_err(Error::at(&from))?.flatten().filter(|entry| entry.path().is_file()) {
            fs::copy(entry.path(), to.join(entry.file_name())).map_err(Error::at(&entry.path()))?;
        }
    }
    let file = copy.0.join(mutation.file.trim_start_matches(SHADER_FOLDER));
    fs::write(&file, &sources.changed).map_err(Error::at(&file))?;
    let mut command = cargo(&["test", "--lib", "--no-fail-fast", "--", &mutation.test]);
    Ok(verdict(mutation, &Cases::of(command.env(SHADERS, &copy.0), false)?))
}

fn judge(mutation: &Mutation) -> Result<Result<String, String>, Error> {
    if !builds()? {
        return Ok(Err("does not build, so no test was asked".into()));
    }
    Ok(verdict(mutation, &tests(&[&mutation.test])?))
}

fn verdict(mutation: &Mutation, cases: &Cases) -> Result<String, String> {
    let caught = cases.failed.iter().find(|name| name.contains(&mutation.test));
    match caught {
        Some(name) => Ok(format!("by {name}")),
        None if cases.ended_well => Err(format!("{} passes all the same", mutation.test)),
        None => Err(format!("{} neither passed nor failed: its program crashed", mutation.test)),
    }
}

/// A file as it is and as the mutation makes it.
struct Sources {
    original: String,
    changed: String,
}

impl Sources {
    fn of(mutation: &Mutation) -> Result<Self, Error> {
        if mutation.file.starts_with("xtask/") {
            return Err(Error::failed(format!(
                "{}: a mutated xtask cannot be trusted to restore itself",
                mutation.name
            )));
        }
        let path = root().join(&mutation.file);
        let original = fs::read_to_string(&path).map_err(Error::at(&path))?;
        let changed =
            mutation.apply(&original).map_err(|problem| Error::failed(format!("{}: {problem}", mutation.name)))?;
        Ok(Self { original, changed })
    }
}
