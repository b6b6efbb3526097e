//! The engine for browsers: that it builds, that clippy is content with it, and that visitors do not wait too long for it.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{build, counted, held, step};
use crate::build::wasm::{Engine, Toolchain};
use crate::report::{Error, Tally};

/// Bytes that come over the wire, as servers compress them.
const LARGEST: u64 = 3_500_000;

pub fn wasm() -> Tally {
    let mut tally = step("clippy of the engine for browsers", clippy);
    match build::engine(Engine::Single) {
        Ok(file) => {
            tally += Tally::of(true);
            tally += step("the size of the engine", || size(&file));
        }
        Err(error) => tally += counted(Err(error)),
    }
    tally
}

/// Debian's compiler comes without clippy, and rustup's without the library for WebAssembly.
fn clippy() -> Result<Tally, Error> {
    let (toolchain, why) = Toolchain::find(Engine::Single)?;
    println!("   {why}");
    if matches!(toolchain, Toolchain::Debian { .. }) {
        println!("   skipped: it has no clippy");
        return Ok(Tally { skipped: 1, ..Tally::default() });
    }
    super::need_component("clippy", "clippy")?;
    held(toolchain.cargo(Engine::Single, &["clippy"]).args(["--", "-D", "warnings"]))
}

fn size(file: &Path) -> Result<Tally, Error> {
    let bytes = gzipped(file).map_err(Error::at(file))?;
    let raw = file.metadata().map_err(Error::at(file))?.len();
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    println!("   {:.2} MB, gzipped {:.2} of {:.2} MB", megabytes(raw), megabytes(bytes), megabytes(LARGEST));
    Ok(Tally::of(bytes <= LARGEST))
}

/// By the program, and not by a crate: a compressor among our dependencies changes the features of one that burn has, so
/// that all of burn is built a second time.
fn gzipped(file: &Path) -> io::Result<u64> {
    let output = Command::new("gzip").args(["-6", "--stdout"]).arg(file).stderr(Stdio::inherit()).output()?;
    match output.status.success() {
        true => Ok(output.stdout.len() as u64),
        false => Err(io::Error::other(format!("gzip: {}", output.status))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn the_gzipped_size_is_counted() {
        let scratch = Scratch::in_temp("gzipped").expect("a folder");
        let file = scratch.0.join("zeros");
        std::fs::write(&file, vec![0; 1_000_000]).expect("a file");
        let bytes = gzipped(&file).expect("a size");
        assert!((500..5_000).contains(&bytes), "{bytes}");
    }
}
