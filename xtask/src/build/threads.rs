//! What the engine with threads is compiled with: a memory that workers have in common, and graphics objects that may be `Send`.
//!
//! A browser's graphics objects belong to the thread that made them. So wgpu's are `Send`, as burn wants them, only where there is one
//! thread. Ours never leave the engine's own: rayon's threads see plain slices (`src/kernels/cpu.rs`). wgpu has no switch for that, so
//! its two crates are compiled as if there was one thread: cargo calls us in the place of rustc, and we change what it compiles.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::report::{Error, check};

/// The last four name what every worker needs for variables of its own.
pub const FLAGS: &str = "-Clink-arg=--shared-memory -Clink-arg=--import-memory -Clink-arg=--max-memory=4294967296 \
    -Clink-arg=--export=__wasm_init_tls -Clink-arg=--export=__tls_size -Clink-arg=--export=__tls_align -Clink-arg=--export=__tls_base";
/// Names the folder for changed sources, and so tells us that cargo calls us in the place of rustc.
const CHANGED: &str = "ATTENTIONLESS_CHANGED_SOURCES";
/// What makes wgpu's types and traits other ones.
const GUARD: &str = r#"not(target_feature = "atomics")"#;

/// Has all that a `cargo` compiles go through [`in_place_of_rustc`].
pub fn prepare(command: &mut Command, target: &Path) -> Result<(), Error> {
    let this = env::current_exe().map_err(|error| Error::failed(format!("the path of this program: {error}")))?;
    command.env("RUSTC_WRAPPER", this).env(CHANGED, target.join("changed"));
    Ok(())
}

/// Compiles where cargo called us for that, as `PROGRAM RUSTC WORDS...`; none where a person called us.
pub fn in_place_of_rustc(words: &[OsString]) -> Option<Result<ExitCode, Error>> {
    let changed = PathBuf::from(env::var_os(CHANGED)?);
    let (rustc, words) = words.split_first()?;
    Some(compile(rustc, words, &changed))
}

fn compile(rustc: &OsStr, words: &[OsString], changed: &Path) -> Result<ExitCode, Error> {
    let mut words = words.to_vec();
    match crate_of(&words) {
        // What its build script says of itself elsewhere.
        Some("wgpu") => words.extend(["--cfg", "send_sync"].map(OsString::from)),
        Some("wgpu_types") => {
            for word in words.iter_mut().filter(|word| Path::new(word).extension() == Some(OsStr::new("rs"))) {
                *word = change(Path::new(word), changed)?.into();
            }
        }
        _ => {}
    }
    check(Command::new(rustc).args(words))?;
    Ok(ExitCode::SUCCESS)
}

fn crate_of(words: &[OsString]) -> Option<&str> {
    words.windows(2).find(|pair| pair[0] == "--crate-name").and_then(|pair| pair[1].to_str())
}

/// Copies the package of this `src/lib.rs` without its guards; gives the path of the copy's.
fn change(library: &Path, changed: &Path) -> Result<PathBuf, Error> {
    let library = library.canonicalize().map_err(Error::at(library))?;
    let package = library.ancestors().nth(2).ok_or_else(|| Error::failed("a library without a folder"))?;
    let copy = changed.join(package.file_name().unwrap_or_default());
    if copy_without_guards(package, &copy)? == 0 {
        let package = package.display();
        return Err(Error::failed(format!("{package} has no {GUARD} any more: see xtask/src/build/threads.rs")));
    }
    Ok(copy.join("src").join(library.file_name().unwrap_or_default()))
}

/// Gives how many files had one.
fn copy_without_guards(from: &Path, to: &Path) -> Result<usize, Error> {
    fs::create_dir_all(to).map_err(Error::at(to))?;
    let mut count = 0;
    for entry in fs::read_dir(from).map_err(Error::at(from))? {
        let path = entry.map_err(Error::at(from))?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            count += copy_without_guards(&path, &target)?;
            continue;
        }
        let mut bytes = fs::read(&path).map_err(Error::at(&path))?;
        if let Some(text) = std::str::from_utf8(&bytes).ok().filter(|text| text.contains(GUARD)) {
            count += 1;
            // Always true, and as good in every place where a condition may stand.
            bytes = text.replace(GUARD, "all()").into_bytes();
        }
        fs::write(&target, bytes).map_err(Error::at(&target))?;
        keep_age(&path, &target).map_err(Error::at(&target))?;
    }
    Ok(count)
}

/// Cargo compiles anew what is younger than the last compilation's beginning.
fn keep_age(from: &Path, to: &Path) -> io::Result<()> {
    let modified = fs::metadata(from)?.modified()?;
    File::options().write(true).open(to)?.set_modified(modified)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_package_is_copied_without_its_guards() {
        let scratch = Scratch::in_temp("guards").expect("a folder");
        let package = scratch.0.join("wgpu-types-1.0.0");
        fs::create_dir_all(package.join("src/deep")).expect("a folder");
        let put = |name: &str, text: &str| fs::write(package.join(name), text).expect("a file");
        put("src/lib.rs", "mod deep;");
        put("src/deep/mod.rs", "#[cfg(all(feature = \"x\", not(target_feature = \"atomics\")))]");
        let library = change(&package.join("src/lib.rs"), &scratch.0.join("changed")).expect("a copy");
        assert_eq!(library, scratch.0.join("changed/wgpu-types-1.0.0/src/lib.rs").canonicalize().expect("a file"));
        let text = fs::read_to_string(library.with_file_name("deep").join("mod.rs")).expect("a file");
        assert_eq!(text, "#[cfg(all(feature = \"x\", all()))]");
        let age = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).expect("a time");
        assert_eq!(age(&library), age(&package.join("src/lib.rs")));
        put("src/deep/mod.rs", "// another way");
        let error =
            change(&package.join("src/lib.rs"), &scratch.0.join("changed")).err().map(|error| error.to_string());
        assert!(error.unwrap_or_default().contains("any more"));
    }

    #[test]
    fn a_crate_is_known_by_its_name() {
        let words = ["--edition=2024", "--crate-name", "wgpu_types", "src/lib.rs"].map(OsString::from);
        assert_eq!(crate_of(&words), Some("wgpu_types"));
        assert_eq!(crate_of(&["-vV".into()]), None);
    }
}
