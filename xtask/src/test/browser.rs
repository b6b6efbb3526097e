//! The page's own checks: types, lint and unit tests without a browser, and the rest in one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::reports;
use super::{build, counted, held, step};
use crate::build::page::npm;
use crate::build::wasm::Engine;
use crate::program::Program;
use crate::report::{Error, Tally, check};
use crate::root;
use crate::setup;

/// What needs no browser: each lint is one check, each case of vitest one.
pub fn page() -> Tally {
    if let Err(error) = build::packages() {
        return counted(Err(error));
    }
    let mut tally = step("types of the page: npm run check", || held(&mut npm(&["run", "check"])));
    tally += step("lint of the page: npm run lint", || held(&mut npm(&["run", "lint"])));
    tally += step("unit tests of the page: vitest", || {
        let report = Report::new("vitest.json")?;
        let file = format!("--outputFile.json={}", report.0.display());
        report.of(&mut npm(&["test", "--", "--reporter=default", "--reporter=json", &file]), reports::vitest)
    });
    tally
}

/// The page as it is built, in a browser.
pub fn browser(screenshots: Option<&Path>) -> Tally {
    // The rest would only say the same at more length.
    let program = match set_up() {
        Ok(program) => program,
        Err(error) => return counted(Err(error)),
    };
    step("the page in a browser: Playwright", || {
        let report = Report::new("playwright.json")?;
        let mut command = npm(&["run", "e2e", "--", "--reporter=list,json"]);
        command.env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report.0);
        // What the page does is compared with what the command line does.
        command.env("ATTENTIONLESS", program.path());
        command.envs(screenshots.map(|folder| ("SCREENSHOTS", folder)));
        report.of(&mut command, reports::playwright)
    })
}

fn set_up() -> Result<Program, Error> {
    crate::report::step("set-up: a browser", || setup::ensure(&setup::BROWSER))?;
    let program = Program::build()?;
    build::all(Engine::Single)?;
    crate::report::step("the page on a scripted engine: npm run build:fake", || {
        check(&mut npm(&["run", "build:fake"]))
    })?;
    Ok(program)
}

/// The file that a test program writes its counts into.
struct Report(PathBuf);

impl Report {
    /// None of an earlier run can pass for this one's.
    fn new(name: &str) -> Result<Self, Error> {
        let folder = root().join("target/xtask");
        fs::create_dir_all(&folder).map_err(Error::at(&folder))?;
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::at(&path)(error)),
            _ => Ok(Self(path)),
        }
    }

    /// Runs the program and reads its counts. One that ends badly has failed, whatever it counted.
    fn of(&self, command: &mut Command, read: fn(&str) -> Option<Tally>) -> Result<Tally, Error> {
        let ended = held(command)?;
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        let mut tally = read(&text).ok_or_else(|| Error::failed("it wrote no report: it did not come to its end"))?;
        if ended == Tally::ONE_FAILED && tally.failed == 0 {
            tally.failed = 1;
        }
        Ok(tally)
    }
}
