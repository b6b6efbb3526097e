//! `export` and `import`: a run as one file, and back.

use super::need_run;
use crate::output::say;
use attentionless::{
    bundle::{pack, unpack},
    checkpoint::Precision,
    store::{Directory, Store, write_whole},
};
use std::{
    error::Error,
    fs,
    io::{self, ErrorKind},
    path::Path,
    process::ExitCode,
};

pub fn export(run: &Path, out: &Path, half: bool) -> Result<ExitCode, Box<dyn Error>> {
    need_run(run)?;
    let folder = out.parent().map(|parent| if parent.as_os_str().is_empty() { Path::new(".") } else { parent });
    let inside = folder.and_then(|folder| folder.canonicalize().ok()).zip(run.canonicalize().ok());
    if inside.is_some_and(|(folder, run)| folder.starts_with(run)) {
        return Err(format!("{} lies in the run itself; choose another place", out.display()).into());
    }
    let precision = if half { Precision::Half } else { Precision::Full };
    let bytes = pack(Box::new(Directory::new(run)), precision)?;
    write_whole(out, &bytes)?;
    say(&format!("wrote {} ({:.2} MB)", out.display(), bytes.len() as f64 / 1e6));
    Ok(ExitCode::SUCCESS)
}

pub fn import(file: &Path, out: &Path) -> Result<ExitCode, Box<dyn Error>> {
    let bytes = fs::read(file).map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("{}: no such file", file.display()),
        _ => format!("{}: cannot be read ({error})", file.display()),
    })?;
    let files = unpack(&bytes).map_err(|error| format!("{} was not imported: {error}", file.display()))?;
    if !is_empty(out)? {
        let there = Directory::new(out);
        for (name, bytes) in &files {
            if there.read(name)?.as_ref() != Some(bytes) {
                let (out, file) = (out.display(), file.display());
                let message =
                    format!("{out} holds something else than {file}: {name} differs; choose another directory");
                return Err(message.into());
            }
        }
        say(&format!("{} is already there", out.display()));
        return Ok(ExitCode::SUCCESS);
    }
    write_all(&files, out).map_err(|error| format!("could not write {}: {error}", out.display()))?;
    say(&format!("wrote {} files to {}", files.len(), out.display()));
    Ok(ExitCode::SUCCESS)
}

/// Whether nothing is there, so that a run can take the place.
fn is_empty(out: &Path) -> Result<bool, String> {
    match fs::read_dir(out) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(format!("{} cannot be read as a directory ({error}); choose another place", out.display())),
    }
}

/// Beside the directory first, then renamed, so that there is all of a run or nothing.
fn write_all(files: &[(String, Vec<u8>)], out: &Path) -> Result<(), Box<dyn Error>> {
    let named = out.file_name().ok_or_else(|| io::Error::from(ErrorKind::InvalidFilename))?.to_string_lossy();
    let beside = out.with_file_name(format!(".{named}.{}.part", std::process::id()));
    let store = Directory::new(&beside);
    let written = files.iter().try_for_each(|(name, bytes)| store.write(name, bytes)).map_err(Box::<dyn Error>::from);
    written.and_then(|()| Ok(fs::rename(&beside, out)?)).inspect_err(|_| {
        // The half-written neighbour is of no use to anyone.
        let _ = fs::remove_dir_all(&beside);
    })
}
