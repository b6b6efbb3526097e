//! What a command reports: an error that ends it, or counts of what held and what did not.

use std::fmt;
use std::ops::AddAssign;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

#[derive(Debug)]
pub enum Error {
    /// The command was called wrongly.
    Usage(String),
    /// The command could not do its work.
    Failed(String),
}

impl Error {
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }

    /// For `map_err` on anything done to a file, or to a program by its name.
    pub fn at(place: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::Failed(format!("{}: {error}", place.display()))
    }

    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Failed(_) => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Usage(message) | Self::Failed(message)) = self;
        out.write_str(message)
    }
}

/// Says what is being done and how long it took.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    println!("== {what}");
    let start = Instant::now();
    let outcome = work();
    println!("   took {:.1} s", start.elapsed().as_secs_f64());
    outcome
}

/// Runs a program to its end, which has to be a good one. What it says is passed on.
pub fn check(command: &mut Command) -> Result<(), Error> {
    let said = words_of(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::failed(format!("{said}: {status}"))),
        Err(error) => Err(Error::failed(format!("{said}: {error}"))),
    }
}

/// A command as a person would type it, its program without the folder.
pub fn words_of(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// What follows an option on the command line.
pub fn value<'a>(option: &str, next: Option<&'a String>) -> Result<&'a str, Error> {
    next.map(String::as_str).ok_or_else(|| Error::usage(format!("{option} needs a value")))
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl Tally {
    pub const ONE_FAILED: Self = Self { passed: 0, failed: 1, skipped: 0 };

    pub fn of(held: bool) -> Self {
        if held { Self { passed: 1, ..Self::default() } } else { Self::ONE_FAILED }
    }

    /// Success only if nothing failed and something passed: a check that checked nothing has not held.
    pub fn exit_code(&self) -> ExitCode {
        if self.failed == 0 && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}
/// The words of a command line, for tests.
#[cfg(test)]
pub fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| word.to_string()).collect()
}
