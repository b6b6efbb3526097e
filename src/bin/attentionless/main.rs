//! The command line of attentionless.

mod args;
mod commands;
mod output;
mod progress;
mod table;

use args::{Cli, Command};
use clap::Parser;
use output::{OutputError, say};
use std::{error::Error, process::ExitCode};

fn main() -> ExitCode {
    quiet_without_a_desktop();
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    stay_alive_at_the_file_size_limit();
    // clap itself exits with 2 on wrong usage and with 0 on help.
    match execute(Cli::parse().command) {
        Ok(code) => code,
        Err(error) if error.downcast_ref().is_some_and(OutputError::is_closed) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::from(code_of(error.as_ref()))
        }
    }
}

/// A write beyond `ulimit -f` is then an error that can be told, as a full disk is, and not the end of the program with
/// a half-written file.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn stay_alive_at_the_file_size_limit() {
    const SIGXFSZ: std::ffi::c_int = if cfg!(any(target_arch = "mips", target_arch = "mips64")) { 31 } else { 25 };
    const SIG_IGN: usize = 1;
    unsafe extern "C" {
        fn signal(signal: std::ffi::c_int, handler: usize) -> usize;
    }
    // SAFETY: the C library's own function; ignoring a signal runs no code of ours.
    unsafe { signal(SIGXFSZ, SIG_IGN) };
}

/// Mesa's device-select layer complains on standard error where there is no desktop to ask.
fn quiet_without_a_desktop() {
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: the first thing that the program does; no other thread reads the environment yet.
        unsafe { std::env::set_var("NODEVICE_SELECT", "1") };
    }
}

fn execute(command: Command) -> Result<ExitCode, Box<dyn Error>> {
    match command {
        Command::Run { recipe, work } => commands::work::run(&recipe, &work),
        Command::Train { recipe, work } => commands::work::train(&recipe, &work),
        Command::Distil { run, nets, how } => commands::work::distil(&run, &nets, &how),
        Command::Finetune { run, tuning, how } => commands::work::finetune(&run, &tuning, &how),
        Command::Eval { run, mixes, on, how } => commands::eval::eval(&run, &mixes, &on, &how),
        Command::Translate { run, mix, beam, device } => commands::translate::translate(&run, &mix, beam, &device),
        Command::Corpus { source, pair, pairs, max_chars, seed, valid, test, out, json } => {
            let spec = attentionless::corpus::Spec { source, direction: pair, pairs, valid, test, max_chars, seed };
            commands::corpus::corpus(&spec, out.as_deref(), json)
        }
        Command::Sweep(sweep) => commands::sweep::sweep(&sweep),
        Command::Export { run, out, half } => commands::bundle::export(&run, &out, half),
        Command::Import { file, out } => commands::bundle::import(&file, &out),
        Command::Plan { recipe, table, variants, how } => commands::plan::plan(&recipe, [table, variants], &how),
        Command::Bench { work, self_test: true, device, json, .. } => commands::bench::self_test(&work, &device, json),
        Command::Bench { work, tiling, device, json, .. } => commands::bench::bench(&work, tiling, &device, json),
        Command::Devices { json } => commands::devices::devices(json),
    }
}

/// 2 where the words of the command were wrong, 1 where the work failed.
fn code_of(error: &(dyn Error + 'static)) -> u8 {
    use attentionless::{model::mix::MixError, recipe::RecipeError, session::SessionError, sweep::SweepError};
    let error: &(dyn Error + 'static) = match error.downcast_ref() {
        Some(SweepError::Session(error)) => error,
        _ => error,
    };
    let usage = error.is::<RecipeError>()
        || error.is::<MixError>()
        || matches!(error.downcast_ref(), Some(SweepError::OtherRecipe { .. } | SweepError::Mix(_)))
        || matches!(error.downcast_ref(), Some(SessionError::OtherRecipe { .. } | SessionError::Recipe(_)));
    if usage { 2 } else { 1 }
}
