//! One file a command, or a family of them.

pub mod bench;
pub mod bundle;
pub mod corpus;
pub mod devices;
pub mod eval;
pub mod hub;
pub mod plan;
pub mod sweep;
pub mod translate;
pub mod work;

use crate::output::{print, say};
use attentionless::device::{self, Choice, Opened};
use serde::Serialize;
use std::{error::Error, path::Path, process::ExitCode};

/// Opens the device and says which it is.
fn open(choice: &Choice) -> Result<Opened, Box<dyn Error>> {
    let opened = pollster::block_on(device::open(choice))?.trusted()?;
    say(&format!("device: {}", opened.name));
    Ok(opened)
}

/// One JSON document on standard output.
fn print_json<T: Serialize>(value: &T) -> Result<ExitCode, Box<dyn Error>> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// An error unless the directory holds a run.
fn need_run(run: &Path) -> Result<(), Box<dyn Error>> {
    match run.join("recipe.json").is_file() {
        true => Ok(()),
        false => Err(format!("{} holds no run: `attentionless run --out {0}` makes one", run.display()).into()),
    }
}
