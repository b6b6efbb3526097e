//! The JavaScript side of the engine: wasm-bindgen's output in `pkg/`, or in `pkg-threads/`.
//!
//! binaryen's `wasm-opt -Os` is left out on purpose: it makes the file a quarter smaller and its gzipped size, which is what
//! visitors wait for, larger (2.7 -> 2.8 MB), in three minutes of work.

use std::fs;
use std::path::Path;

use super::stamp::Stamp;
use super::wasm::Engine;
use crate::report::{Error, check};
use crate::scratch::Scratch;
use crate::{cargo, root, target};

pub const WASM: &str = "attentionless_bg.wasm";
const WRITES: [&str; 4] = ["attentionless.js", "attentionless.d.ts", WASM, "attentionless_bg.wasm.d.ts"];
/// What the package with threads has of the other one, and its name there.
const TAKES: [[&str; 2]; 2] = [["index.js", "engine.js"], ["index.d.ts", "engine.d.ts"]];
const PROGRAM: &str = "xtask/bindgen";

/// Gives whether there was something to do.
pub fn bind(wasm: &Path, engine: Engine) -> Result<bool, Error> {
    let (pkg, program) = (root().join(engine.package()), root().join(PROGRAM));
    let takes: &[[&str; 2]] = if engine == Engine::Threaded { &TAKES } else { &[] };
    let taken = |name: &str| root().join(Engine::Single.package()).join(name);
    let mut inputs = vec![wasm.to_path_buf(), program.join("Cargo.lock"), program.join("src")];
    inputs.extend(takes.iter().map(|[name, _]| taken(name)));
    let outputs: Vec<_> = WRITES.iter().chain(takes.iter().map(|[_, name]| name)).map(|name| pkg.join(name)).collect();
    let stamp = Stamp::of(&engine.named("bindgen"), &inputs, &[], &outputs)?;
    if stamp.is_fresh() {
        return Ok(false);
    }
    refuse_other_version()?;
    let fresh = Scratch::new(pkg.join(".fresh"))?;
    let manifest = program.join("Cargo.toml");
    let mut command = cargo(&["run", "--locked", "--manifest-path"]);
    command.arg(&manifest).arg("--target-dir").arg(target().join("bindgen"));
    check(command.arg("--").arg(wasm).arg(&fresh.0))?;
    // Whole files take the places of whole files: a server that is running never sends the half of one.
    for name in WRITES {
        let path = pkg.join(name);
        fs::rename(fresh.0.join(name), &path).map_err(Error::at(&path))?;
    }
    for [name, copy] in takes {
        let path = pkg.join(copy);
        fs::copy(taken(name), &path).map_err(Error::at(&path))?;
    }
    stamp.write()?;
    Ok(true)
}

/// wasm-bindgen's two halves understand each other only at one version.
fn refuse_other_version() -> Result<(), Error> {
    let [engine, ours] = versions()?;
    if engine == ours {
        return Ok(());
    }
    Err(Error::failed(format!(
        "Cargo.lock has wasm-bindgen {engine}, {PROGRAM} has {ours}: write {engine} into {PROGRAM}/Cargo.toml and type: \
         cargo update --manifest-path {PROGRAM}/Cargo.toml"
    )))
}

/// The engine's version of wasm-bindgen, and that of our program's library.
fn versions() -> Result<[String; 2], Error> {
    let version = |lock: &str, name: &str| {
        let path = root().join(lock);
        let text = fs::read_to_string(&path).map_err(Error::at(&path))?;
        locked(&text, name).ok_or_else(|| Error::failed(format!("{lock} has no {name}")))
    };
    let ours = version(&format!("{PROGRAM}/Cargo.lock"), "wasm-bindgen-cli-support")?;
    Ok([version("Cargo.lock", "wasm-bindgen")?, ours])
}

fn locked(lock: &str, name: &str) -> Option<String> {
    let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
    rest.split_once('"').map(|(version, _)| version.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_of_wasm_bindgen_have_one_version() {
        let [engine, ours] = versions().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(engine, ours);
    }

    #[test]
    fn a_version_is_read_for_the_whole_name_only() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked(lock, "wasm"), None);
    }
}
