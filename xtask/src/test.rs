//! `cargo xtask test`: everything that has to hold, in one go, ending in one line of counts.

mod browser;
mod cases;
mod engine;
mod reports;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::build;
use crate::cargo;
use crate::pack;
use crate::report::{self, Error, Tally, value};
use crate::setup;
pub use cases::Cases;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Fmt,
    Web,
    Clippy,
    Rust,
    Wasm,
    Pack,
    Browser,
}

impl Part {
    /// In the order in which they run: what fails in seconds comes before what takes minutes.
    const ALL: [(Self, &str); 7] = [
        (Self::Fmt, "fmt"),
        (Self::Web, "web"),
        (Self::Clippy, "clippy"),
        (Self::Rust, "rust"),
        (Self::Wasm, "wasm"),
        (Self::Pack, "pack"),
        (Self::Browser, "browser"),
    ];

    fn parse(word: &str) -> Result<Self, Error> {
        // An older name.
        let name = if word == "unit" { "rust" } else { word };
        let found = Self::ALL.into_iter().find(|(_, known)| *known == name);
        found.map(|(part, _)| part).ok_or_else(|| {
            let names = Self::ALL.map(|(_, name)| name).join(", ");
            Error::usage(format!("there is no part {word}; the parts are {names} (rust is also called unit)"))
        })
    }

    fn run(self, screenshots: Option<&Path>) -> Tally {
        match self {
            Self::Fmt => fmt(),
            Self::Web => browser::page(),
            Self::Clippy => lint("clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
            Self::Rust => rust(),
            Self::Wasm => engine::wasm(),
            Self::Pack => pack(),
            Self::Browser => browser::browser(screenshots),
        }
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    parts: Vec<Part>,
    screenshots: Option<PathBuf>,
}

impl Options {
    fn parse(words: &[String]) -> Result<Self, Error> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--screenshots" => options.screenshots = Some(value(word, words.next())?.into()),
                part => options.parts.push(Part::parse(part)?),
            }
        }
        if options.screenshots.is_some() && options.parts.is_empty() {
            options.parts.push(Part::Browser);
        }
        Ok(options)
    }
}

pub fn run(words: &[String]) -> Result<ExitCode, Error> {
    let Options { parts, screenshots } = Options::parse(words)?;
    // The browsers' tests run elsewhere than we do.
    let screenshots = screenshots.map(std::path::absolute).transpose();
    let screenshots = screenshots.map_err(|error| Error::failed(format!("--screenshots: {error}")))?;
    let mut tally = Tally::default();
    for (part, _) in Part::ALL.into_iter().filter(|(part, _)| parts.is_empty() || parts.contains(part)) {
        tally += part.run(screenshots.as_deref());
    }
    println!("{tally}");
    Ok(tally.exit_code())
}

/// The small program of wasm-bindgen is no member of the workspace, yet it is ours.
fn fmt() -> Tally {
    let mut tally = lint("rustfmt", &["fmt", "--all", "--check"]);
    tally += lint("rustfmt", &["fmt", "--manifest-path", "xtask/bindgen/Cargo.toml", "--check"]);
    tally
}

fn lint(component: &str, arguments: &[&str]) -> Tally {
    step(&format!("cargo {}", arguments.join(" ")), || {
        need_component(component, arguments[0])?;
        held(&mut cargo(arguments))
    })
}

fn need_component(component: &str, command: &str) -> Result<(), Error> {
    let there = cargo(&[command, "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if there.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err(Error::failed(format!("{component} is missing, type: rustup component add clippy rustfmt")))
}

/// Counts a command as one check, which holds if it ends well.
fn held(command: &mut Command) -> Result<Tally, Error> {
    let said = report::words_of(command);
    let status = command.status().map_err(|error| Error::failed(format!("{said}: {error}")))?;
    Ok(Tally::of(status.success()))
}

fn rust() -> Tally {
    // Without the driver or the dictionaries the other tests still have something to say.
    let mut tally = step("set-up: a software Vulkan driver and the dictionaries", || {
        setup::ensure(&setup::RUST).map(|()| Tally::default())
    });
    let arguments = ["test", "--workspace", "--no-fail-fast"];
    tally += step(&format!("cargo {}", arguments.join(" ")), || Ok(Cases::of(&mut cargo(&arguments), true)?.tally()));
    tally
}

fn pack() -> Tally {
    step("the demo pack: its examples and figures, made again from its weights", || {
        pack::check().map(|()| Tally::of(true))
    })
}

/// What could not be done is one failure among the others, not the end.
fn step(what: &str, work: impl FnOnce() -> Result<Tally, Error>) -> Tally {
    counted(report::step(what, work))
}

fn counted(outcome: Result<Tally, Error>) -> Tally {
    outcome.unwrap_or_else(|error| {
        println!("{error}");
        Tally::ONE_FAILED
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Options, Error> {
        Options::parse(&crate::report::words(words))
    }

    #[test]
    fn unknown_parts_are_refused_with_the_list() {
        let error = Part::parse("vitest").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("fmt, web, clippy, rust, wasm, pack, browser"), "{error}");
    }

    #[test]
    fn every_part_is_known_by_its_name() {
        for (part, name) in Part::ALL {
            assert_eq!(Part::parse(name).ok(), Some(part));
        }
        assert_eq!(Part::parse("unit").ok(), Some(Part::Rust));
    }

    #[test]
    fn screenshots_alone_ask_for_the_browser() {
        let options = parse(&["--screenshots", "shots"]).expect("options");
        assert_eq!(options, Options { parts: vec![Part::Browser], screenshots: Some("shots".into()) });
        assert_eq!(parse(&["fmt", "--screenshots", "shots"]).expect("options").parts, [Part::Fmt]);
        assert!(matches!(parse(&["--screenshots"]), Err(Error::Usage(_))));
    }
}
