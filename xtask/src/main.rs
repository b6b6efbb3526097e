//! The project's own chores, behind `cargo xtask`: building and serving the page, what it shows at once, its whole check-up, the
//! comparison with others, the corpora that are fetched and not committed, and the proof that the tests can fail.

mod apt;
mod bench;
mod build;
mod corpus;
mod mutate;
mod pack;
mod program;
mod report;
mod scratch;
mod serve;
mod setup;
mod test;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use report::Error;

const USAGE: &str = "\
usage: cargo xtask COMMAND
  build [--threads] [--site DIR]
                            the engine for browsers and the page, into web/dist or DIR; with an engine on several
                            threads too, into web/dist-threads or DIR
  serve [--threads] [--port N] [--dir DIR] [--base /PATH/]
                            build, then serve the page on this machine; or serve the site in DIR
  test [PART...] [--screenshots DIR]
                            all checks, or some of: fmt web clippy rust wasm pack browser
  demo-pack [--check] [--from RUN]
                            train what the page shows at once, and write it to web/public/pack; or check what is there
  bench [--json FILE] [--only WHO,...] [--work TEXT]
                            one training step of a net, here and in jax-js, TensorFlow.js, PyTorch and burn
  corpus ding               fetch the Ding dictionary's sentences (German, English) and print where they lie
  mutate [--list] [--force] [NAME...]
                            apply each fault of tests/mutations.md in turn and see the tests catch it";

fn main() -> ExitCode {
    let words: Vec<OsString> = env::args_os().skip(1).collect();
    let outcome = build::threads::in_place_of_rustc(&words).unwrap_or_else(|| {
        let arguments: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        dispatch(&arguments)
    });
    outcome.unwrap_or_else(|error| {
        eprintln!("{error}");
        error.exit_code()
    })
}

fn dispatch(arguments: &[String]) -> Result<ExitCode, Error> {
    let (command, rest) = arguments.split_first().ok_or_else(|| Error::usage(USAGE))?;
    match command.as_str() {
        "build" => build::run(rest),
        "serve" => serve::run(rest),
        "test" => test::run(rest),
        "demo-pack" => pack::run(rest),
        "bench" => bench::run(rest),
        "corpus" => corpus::run(rest),
        "mutate" => mutate::run(rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        other => Err(Error::usage(format!("there is no command {other}\n{USAGE}"))),
    }
}

/// The checkout that we were called for: where every command runs, wherever it was called. Cargo says it at run time; at
/// build time it could be another checkout with the same target folder.
fn root() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    package.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The cargo that runs us, so that a toolchain chosen with `cargo +NAME` holds for what we start as well.
fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    quiet_mesa(&mut command);
    command
}

/// Where cargo keeps what it builds, as it reads that itself.
fn target() -> PathBuf {
    root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// Mesa's device-select layer complains on standard error, in every program that asks for adapters, where there is no desktop.
fn quiet_mesa(command: &mut Command) {
    if env::var_os("XDG_RUNTIME_DIR").is_none() {
        command.env("NODEVICE_SELECT", "1");
    }
}
