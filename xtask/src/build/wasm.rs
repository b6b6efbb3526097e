//! The engine for browsers: `cargo build` for WebAssembly, with whatever compiler of this machine can do it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::threads;
use crate::report::{Error, words_of};
use crate::{apt, cargo, target};

/// The name of our crate, its library and its program.
pub const ENGINE: &str = "attentionless";
pub const TARGET: &str = "wasm32-unknown-unknown";
/// SIMD for the work on the CPU.
const FEATURES: &str = "-Ctarget-feature=+simd128";
/// A name for the source of randomness, without which getrandom does not build.
const RANDOM: &str = r#"--cfg getrandom_backend="wasm_js""#;
const DEBIAN: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Every visitor's, on one thread.
    Single,
    /// One that divides its work on the CPU over threads, for sites that may have shared memory.
    Threaded,
}

impl Engine {
    /// The folder of its package, in the checkout.
    pub fn package(self) -> &'static str {
        if self == Self::Threaded { "pkg-threads" } else { "pkg" }
    }

    /// A name for what is kept for each engine.
    pub fn named(self, what: &str) -> String {
        if self == Self::Threaded { format!("{what}-threads") } else { what.into() }
    }

    fn flags(self) -> String {
        match self {
            Self::Single => format!("{FEATURES} {RANDOM}"),
            Self::Threaded => format!("{FEATURES},+atomics {RANDOM} {}", threads::FLAGS),
        }
    }
}

/// A compiler that can build for WebAssembly, and why it is this one.
pub enum Toolchain {
    /// The one that runs us has the target's standard library, or for threads its sources.
    Own,
    /// Debian's, which builds the standard library from its sources; a linker from elsewhere.
    Debian { linker: PathBuf },
}

impl Toolchain {
    /// The first that works, in words for the person who waits for it.
    pub fn find(engine: Engine) -> Result<(Self, String), Error> {
        // The library that comes built has no threads.
        let (what, needs, own_has): (_, [&str; 2], fn() -> bool) = match engine {
            Engine::Single => (format!("the target {TARGET}"), ["target", TARGET], own_has_target),
            Engine::Threaded => ("the library's sources".into(), ["component", "rust-src"], own_has_sources),
        };
        if own_has() {
            return Ok((Self::Own, format!("with this Rust, which has {what}")));
        }
        match rustup_adds(needs, own_has) {
            Ok(()) => Ok((Self::Own, format!("with this Rust, to which rustup added {what}"))),
            Err(reason) => {
                println!("   {reason}: trying Debian's packages {}", DEBIAN.join(" "));
                let toolchain = debian().map_err(|error| {
                    let [kind, name] = needs;
                    Error::failed(format!(
                        "nothing here builds for WebAssembly, type: rustup {kind} add {name}\n{error}"
                    ))
                })?;
                Ok((toolchain, "with Debian's Rust and its library's sources".into()))
            }
        }
    }

    /// `cargo WORDS... --target wasm32-unknown-unknown`, in release: one build serves the page and all of its tests.
    pub fn cargo(&self, engine: Engine, words: &[&str]) -> Command {
        let mut command = cargo(&[]);
        if let Self::Debian { linker } = self {
            command = Command::new("/usr/bin/cargo");
            command.current_dir(crate::root());
            command.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTUP_TOOLCHAIN");
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        command.args(words).args(["--release", "--lib", "--target", TARGET]);
        if engine == Engine::Threaded || matches!(self, Self::Debian { .. }) {
            command.arg("-Zbuild-std=std,panic_abort").env("RUSTC_BOOTSTRAP", "1");
        }
        // The encoded form would go before ours.
        command.env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", engine.flags());
        command
    }

    /// Builds the engine, where cargo finds that it has to; gives the path of the linker's output.
    pub fn build(&self, engine: Engine) -> Result<PathBuf, Error> {
        let mut command = self.cargo(engine, &["build", "--message-format=json-render-diagnostics"]);
        if engine == Engine::Threaded {
            // Of its own: other flags would have everything built again.
            let target = target().join("threads");
            command.arg("--target-dir").arg(&target);
            threads::prepare(&mut command, &target)?;
        }
        artifact(&mut command, ENGINE, "cdylib")
    }
}

/// Runs a `cargo build` that prints JSON, and finds the file it made of our crate's target of that name and kind.
pub fn artifact(command: &mut Command, name: &str, kind: &str) -> Result<PathBuf, Error> {
    let said = words_of(command);
    let failure = |error| Error::failed(format!("{said}: {error}"));
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().map_err(failure)?;
    if !output.status.success() {
        return Err(Error::failed(format!("{said}: {}", output.status)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .find_map(|line| made(line, name, kind))
        .ok_or_else(|| Error::failed(format!("{said}: it made no {kind} {name}")))
}

/// The file that one line of cargo's JSON tells of, if it is the one asked for.
fn made(line: &str, name: &str, kind: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let target = &message["target"];
    let is_it = message["reason"] == "compiler-artifact"
        && target["name"] == name
        && target["kind"].as_array()?.iter().any(|one| one == kind);
    let files = || message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let path = match kind {
        "bin" | "bench" => message["executable"].as_str(),
        _ => files().find(|file| file.ends_with(".wasm")),
    };
    path.filter(|_| is_it).map(PathBuf::from)
}

fn own_has_target() -> bool {
    let libraries = said_by("rustc", &["--print", "target-libdir", "--target", TARGET]);
    let files = libraries.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    files.into_iter().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

fn own_has_sources() -> bool {
    has_sources("rustc")
}

fn has_sources(rustc: &str) -> bool {
    let sources = said_by(rustc, &["--print", "sysroot"]).map(|sysroot| sysroot.join("lib/rustlib/src/rust/library"));
    sources.is_some_and(|folder| folder.join("Cargo.lock").exists())
}

fn rustup_adds([kind, name]: [&str; 2], own_has: fn() -> bool) -> Result<(), String> {
    if !apt::succeeds("rustup", &["--version"]) {
        return Err("there is no rustup".into());
    }
    println!("   rustup {kind} add {name}");
    let output = Command::new("rustup").args([kind, "add", name]).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("rustup does not run ({error})"))?;
    if output.status.success() && own_has() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let reason = said.lines().map(str::trim).find(|line| line.starts_with("error")).unwrap_or("error: no reason given");
    Err(format!("rustup could not add the {kind} ({reason})"))
}

fn debian() -> Result<Toolchain, Error> {
    if !debian_is_here() {
        if !apt::is_here() {
            return Err(Error::failed("there is no apt-get either"));
        }
        apt::install(&DEBIAN)?;
        if !debian_is_here() {
            return Err(Error::failed(format!("{}: installed, yet not found", DEBIAN.join(", "))));
        }
    }
    let linker =
        linker().ok_or_else(|| Error::failed("no rust-lld or wasm-ld to link with, type: sudo apt-get install lld"))?;
    Ok(Toolchain::Debian { linker })
}

fn debian_is_here() -> bool {
    has_sources("/usr/bin/rustc") && apt::succeeds("/usr/bin/cargo", &["--version"])
}

/// Debian's packages bring none; any Rust of rustup's does.
fn linker() -> Option<PathBuf> {
    let of_a_rust = ["/usr/bin/rustc", "rustc"].iter().filter_map(|rustc| {
        let libraries = said_by(rustc, &["--print", "target-libdir"])?;
        Some(libraries.parent()?.join("bin/rust-lld")).filter(|path| path.exists())
    });
    let of_the_system = || Some(PathBuf::from("wasm-ld")).filter(|_| apt::succeeds("wasm-ld", &["--version"]));
    of_a_rust.into_iter().next().or_else(of_the_system)
}

/// The path that a program prints; none where it does not run or ends badly.
fn said_by(program: &str, words: &[&str]) -> Option<PathBuf> {
    let output = Command::new(program).args(words).stdin(Stdio::null()).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| Path::new(said.trim()).to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_cargo_made_is_found_among_its_messages() {
        let other =
            r#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"burn"},"filenames":["/t/libburn.rlib"]}"#;
        let wasm = r#"{"reason":"compiler-artifact","target":{"kind":["cdylib","rlib"],"name":"attentionless"},"filenames":["/t/libattentionless.rlib","/t/attentionless.wasm"],"executable":null}"#;
        let program = r#"{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"attentionless"},"filenames":["/t/attentionless"],"executable":"/t/attentionless"}"#;
        let bench = r#"{"reason":"compiler-artifact","target":{"kind":["bench"],"name":"burn_step"},"filenames":["/t/burn_step-1"],"executable":"/t/burn_step-1"}"#;
        assert_eq!(made(other, ENGINE, "cdylib"), None);
        assert_eq!(made("warning: not JSON", ENGINE, "cdylib"), None);
        assert_eq!(made(wasm, ENGINE, "cdylib"), Some("/t/attentionless.wasm".into()));
        assert_eq!(made(wasm, ENGINE, "bin"), None);
        assert_eq!(made(program, ENGINE, "bin"), Some("/t/attentionless".into()));
        assert_eq!(made(program, "burn_step", "bench"), None);
        assert_eq!(made(bench, "burn_step", "bench"), Some("/t/burn_step-1".into()));
    }

    #[test]
    fn both_compilers_get_the_same_target_and_flags() {
        for toolchain in [Toolchain::Own, Toolchain::Debian { linker: "/l/rust-lld".into() }] {
            for engine in [Engine::Single, Engine::Threaded] {
                let command = toolchain.cargo(engine, &["build"]);
                assert!(words_of(&command).starts_with("cargo build --release --lib --target wasm32-unknown-unknown"));
                let flags = engine.flags();
                assert!(command.get_envs().any(|(name, value)| name == "RUSTFLAGS" && value == Some(flags.as_ref())));
            }
        }
        assert_eq!(Engine::Single.flags(), r#"-Ctarget-feature=+simd128 --cfg getrandom_backend="wasm_js""#);
        assert!(Engine::Threaded.flags().starts_with("-Ctarget-feature=+simd128,+atomics --cfg"));
    }

    #[test]
    fn a_library_with_threads_is_always_built() {
        let is_built = |toolchain: Toolchain, engine| {
            let command = toolchain.cargo(engine, &["build"]);
            let said = words_of(&command).contains("-Zbuild-std");
            assert_eq!(command.get_envs().any(|(name, value)| name == "RUSTC_BOOTSTRAP" && value.is_some()), said);
            said
        };
        assert!(is_built(Toolchain::Own, Engine::Threaded) && !is_built(Toolchain::Own, Engine::Single));
        assert!(is_built(Toolchain::Debian { linker: "/l/rust-lld".into() }, Engine::Single));
    }
}
