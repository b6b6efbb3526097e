//! What a command reports: an error that ends it, or counts of what held and what did not.

use std::fmt;
use std::ops::AddAssign;
use std::path::Path;
use std::process::ExitCode;

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
