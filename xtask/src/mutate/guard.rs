//! The promise that a mutated file gets its text back. A process of our own, out of reach of Ctrl-C, holds the original and
//! waits for the end of its input. That end comes when we are done, and just the same when we are killed, by whatever signal:
//! there is one way to restore, and it always runs.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};

use crate::report::Error;
use crate::root;

pub const FLAG: &str = "--restore-at-end";

/// A file that carries a mutation until it is restored or dropped.
pub struct Mutated {
    file: String,
    guard: Option<Child>,
}

impl Mutated {
    pub fn write(file: &str, original: &str, changed: &str) -> Result<Self, Error> {
        let guard = start(file, original).map_err(|error| Error::failed(format!("no guard for {file}: {error}")))?;
        let mutated = Self { file: file.into(), guard: Some(guard) };
        let path = root().join(file);
        fs::write(&path, changed).map_err(Error::at(&path))?;
        Ok(mutated)
    }

    pub fn restore(mut self) -> Result<(), Error> {
        self.release()
    }

    fn release(&mut self) -> Result<(), Error> {
        let Some(mut guard) = self.guard.take() else { return Ok(()) };
        // `wait` closes the guard's input first, and that is its signal.
        match guard.wait() {
            Ok(status) if status.success() => Ok(()),
            _ => Err(Error::failed(format!("{0} could not be restored, type: git checkout -- {0}", self.file))),
        }
    }
}

impl Drop for Mutated {
    fn drop(&mut self) {
        if let Err(error) = self.release() {
            eprintln!("{error}");
        }
    }
}

/// Returns once the guard holds the original.
fn start(file: &str, original: &str) -> io::Result<Child> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["mutate", FLAG, file]).stdin(Stdio::piped()).stdout(Stdio::piped());
    own_group(&mut command);
    let mut guard = command.spawn()?;
    let (Some(input), Some(output)) = (guard.stdin.as_mut(), guard.stdout.take()) else {
        return Err(io::Error::other("it has no pipes"));
    };
    writeln!(input, "{}", original.len())?;
    input.write_all(original.as_bytes())?;
    input.flush()?;
    let mut answer = String::new();
    BufReader::new(output).read_line(&mut answer)?;
    if answer.trim() == "held" { Ok(guard) } else { Err(io::Error::other("it did not answer")) }
}

/// A terminal's Ctrl-C goes to the whole group in front; the guard is to outlive it.
fn own_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(windows)]
    std::os::windows::process::CommandExt::creation_flags(command, 0x200);
}

/// The guard itself: takes the original, waits for the end, writes it back.
pub fn watch(file: &str) -> Result<ExitCode, Error> {
    let failure = |error: io::Error| Error::failed(format!("guard of {file}: {error}"));
    let path = root().join(file);
    let mut input = io::stdin().lock();
    let original = held(&mut input).map_err(failure)?;
    println!("held");
    input.read_to_end(&mut Vec::new()).map_err(failure)?;
    restore(&path, &original)
}

fn held(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    let length = line.trim().parse().map_err(|_| io::Error::other("no length given"))?;
    let mut original = vec![0; length];
    input.read_exact(&mut original)?;
    Ok(original)
}

fn restore(path: &Path, original: &[u8]) -> Result<ExitCode, Error> {
    fs::write(path, original).map_err(Error::at(path))?;
    Ok(ExitCode::SUCCESS)
}
