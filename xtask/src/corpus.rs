//! `cargo xtask corpus`: text that the project uses and may not carry, fetched from its public home into the user's cache.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::apt;
use crate::report::Error;
use crate::scratch::Scratch;

const PACKAGE: &str = "trans-de-en";
const LICENCE: &str = "Ding's German-English word list, (c) Frank Richter and others, GPL-2 or later: not part of this project, do not commit it";

pub fn run(words: &[String]) -> Result<ExitCode, Error> {
    match words {
        [name] if name == "ding" => {
            let path = ding()?;
            eprintln!("{LICENCE}");
            println!("{}", path.display());
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(Error::usage("usage: cargo xtask corpus ding")),
    }
}

/// The word list of Debian's package, fetched once.
fn ding() -> Result<PathBuf, Error> {
    let folder = cache()?;
    let target = folder.join("ding-de-en");
    if target.exists() {
        return Ok(target);
    }
    if !apt::is_here() {
        return Err(Error::failed(format!(
            "this needs Debian's apt-get: unpack https://packages.debian.org/{PACKAGE} by hand and name its file \
             usr/share/trans/de-en as ding:FILE"
        )));
    }
    let scratch = Scratch::new(folder.join(format!("fetching-{}", std::process::id())))?;
    download(&scratch.0)?;
    let file = unpack(&scratch.0)?;
    // A rename within one folder is all or nothing: an interrupted fetch leaves no half of a corpus behind.
    fs::rename(&file, &target).map_err(Error::at(&target))?;
    Ok(target)
}

fn download(folder: &Path) -> Result<(), Error> {
    let fetch = || run_in(folder, "apt-get", &["download", PACKAGE]);
    fetch().or_else(|_| {
        eprintln!("{PACKAGE} is not in the package lists; bringing them up to date");
        apt::privileged(&["update"])?;
        fetch()
    })
}

fn unpack(folder: &Path) -> Result<PathBuf, Error> {
    let mut files = fs::read_dir(folder).map_err(Error::at(folder))?.flatten().map(|entry| entry.path());
    let package = files.find(|path| path.extension().is_some_and(|extension| extension == "deb"));
    let package = package.ok_or_else(|| Error::failed(format!("apt-get fetched no {PACKAGE}")))?;
    run_in(folder, "dpkg-deb", &["-x", &package.to_string_lossy(), "unpacked"])?;
    let file = folder.join("unpacked/usr/share/trans/de-en");
    match fs::metadata(&file).map_err(Error::at(&file))?.len() {
        0 => Err(Error::failed(format!("{} is empty", file.display()))),
        _ => Ok(file),
    }
}

fn run_in(folder: &Path, program: &str, arguments: &[&str]) -> Result<(), Error> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(std::io::stderr());
    let status = command.status().map_err(Error::at(Path::new(program)))?;
    if status.success() { Ok(()) } else { Err(Error::failed(format!("{program} {}: {status}", arguments.join(" ")))) }
}

fn cache() -> Result<PathBuf, Error> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    let caches =
        caches.ok_or_else(|| Error::failed("neither HOME nor XDG_CACHE_HOME is set: no place for the corpus"))?;
    let folder = caches.join("attentionless");
    fs::create_dir_all(&folder).map_err(Error::at(&folder))?;
    Ok(folder)
}
