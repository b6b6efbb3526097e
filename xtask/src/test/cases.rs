//! What one `cargo test` gave, read from what its test programs print.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::report::{Error, Tally};

/// The outcome of one `cargo test`.
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
}
