//! `cargo xtask test`: everything that has to hold, in one go, ending in one line of counts.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use crate::cargo;
use crate::report::{Error, Tally};
use crate::setup;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Fmt,
    Clippy,
    Rust,
}

impl Part {
    const ALL: [Self; 3] = [Self::Fmt, Self::Clippy, Self::Rust];

    fn parse(word: &str) -> Result<Self, Error> {
        match word {
            "fmt" => Ok(Self::Fmt),
            "clippy" => Ok(Self::Clippy),
            "rust" | "unit" => Ok(Self::Rust),
            _ => Err(Error::usage(format!(
                "there is no part {word}; the parts are fmt, clippy and rust (also called unit)"
            ))),
        }
    }

    fn run(self) -> Tally {
        match self {
            Self::Fmt => lint("rustfmt", &["fmt", "--all", "--check"]),
            Self::Clippy => lint("clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
            Self::Rust => rust(),
        }
    }
}

pub fn run(words: &[String]) -> Result<ExitCode, Error> {
    let asked = words.iter().map(|word| Part::parse(word)).collect::<Result<Vec<_>, _>>()?;
    // Cheap parts first, whatever the order they were asked in.
    let parts = Part::ALL.into_iter().filter(|part| asked.is_empty() || asked.contains(part));
    let mut tally = Tally::default();
    for part in parts {
        tally += part.run();
    }
    println!("{tally}");
    Ok(tally.exit_code())
}

fn lint(component: &str, arguments: &[&str]) -> Tally {
    step(&format!("cargo {}", arguments.join(" ")), || {
        let there = cargo(&[arguments[0], "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !there.is_ok_and(|status| status.success()) {
            return Err(Error::failed(format!("{component} is missing, type: rustup component add clippy rustfmt")));
        }
        let status = cargo(arguments).status().map_err(|error| Error::failed(format!("cargo: {error}")))?;
        Ok(Tally::of(status.success()))
    })
}

fn rust() -> Tally {
    // Without the driver or the dictionaries the other tests still have something to say.
    let mut tally =
        step("set-up: a software Vulkan driver and the dictionaries", || setup::ensure().map(|()| Tally::default()));
    let arguments = ["test", "--workspace", "--no-fail-fast"];
    tally += step(&format!("cargo {}", arguments.join(" ")), || Ok(Cases::of(&mut cargo(&arguments), true)?.tally()));
    tally
}

/// Says what is being done and how long it took. What could not be done is one failure among the others, not the end.
fn step(what: &str, work: impl FnOnce() -> Result<Tally, Error>) -> Tally {
    println!("== {what}");
    let start = Instant::now();
    let tally = work().unwrap_or_else(|error| {
        println!("{error}");
        Tally::ONE_FAILED
    });
    println!("   took {:.1} s", start.elapsed().as_secs_f64());
    tally
}

/// The outcome of one `cargo test`, read from what its test programs print.
#[derive(Default)]
pub struct Cases {
    pub passed: Vec<String>,
    pub failed: Vec<String>,
    counts: Tally,
    /// Test programs that began and have not given their result; what is left at the end of them crashed.
    open: usize,
    pub ended_well: bool,
}

impl Cases {
    /// Runs the command to its end; `echo` passes on what the test programs print.
    pub fn of(command: &mut Command, echo: bool) -> Result<Self, Error> {
        let failure = |error| Error::failed(format!("cargo test: {error}"));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(failure)?;
        let mut cases = Self::default();
        let stdout = child.stdout.take().ok_or_else(|| Error::failed("cargo test has no output"))?;
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.map_err(failure)?;
            let line = String::from_utf8_lossy(&line);
            if echo {
                println!("{line}");
            }
            cases.read(&line);
        }
        cases.ended_well = child.wait().map_err(failure)?.success();
        Ok(cases)
    }

    fn read(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.open = self.open.saturating_sub(1);
            self.counts += read_result(result);
        } else if let Some((name, outcome)) = line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... ")) {
            match outcome {
                "FAILED" => self.failed.push(name.into()),
                "ok" => self.passed.push(name.into()),
                _ => {}
            }
        } else if line.starts_with("running ") && (line.ends_with(" tests") || line.ends_with(" test")) {
            self.open += 1;
        }
    }

    pub fn tally(&self) -> Tally {
        let mut tally = self.counts;
        tally.failed += self.open;
        // Not built, most often: there is no case to count, and yet it failed.
        if !self.ended_well && tally.failed == 0 {
            tally.failed = 1;
        }
        tally
    }
}

/// The counts in what follows `test result: `, such as `ok. 3 passed; 0 failed; 1 ignored; 0 measured; ...`.
fn read_result(result: &str) -> Tally {
    let count = |word: &str| {
        let part = result.split([';', '.']).find_map(|part| part.trim().strip_suffix(word));
        part.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
    };
    Tally { passed: count(" passed"), failed: count(" failed"), skipped: count(" ignored") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases(lines: &str, ended_well: bool) -> Cases {
        let mut cases = Cases { ended_well, ..Cases::default() };
        lines.lines().for_each(|line| cases.read(line));
        cases
    }

    #[test]
    fn counts_of_all_programs_add_up() {
        let lines = "running 4 tests\ntest a::one ... ok\ntest a::two ... ignored\ntest b - should panic ... ok\ntest c ... FAILED\n\
            test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            running 1 test\ntest src/lib.rs - (line 3) ... ok\n\
            test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s";
        let cases = cases(lines, false);
        assert_eq!(cases.tally(), Tally { passed: 3, failed: 1, skipped: 1 });
        assert_eq!(cases.failed, ["c"]);
        assert_eq!(cases.passed, ["a::one", "b - should panic", "src/lib.rs - (line 3)"]);
    }

    #[test]
    fn a_program_that_crashes_counts_as_failed() {
        let lines = "running 2 tests\ntest one ... ok\nrunning 0 tests\n\
            test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(cases(lines, false).tally(), Tally::ONE_FAILED);
    }

    #[test]
    fn a_build_that_fails_counts_as_failed() {
        assert_eq!(cases("", false).tally(), Tally::ONE_FAILED);
        assert_eq!(cases("", true).tally(), Tally::default());
    }

    #[test]
    fn unknown_parts_are_refused_with_the_list() {
        let error = Part::parse("vitest").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("fmt, clippy and rust"), "{error}");
    }
}
