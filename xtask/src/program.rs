//! The native command line, which makes the pack and which the page is compared with.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::build::wasm::{ENGINE, artifact};
use crate::cargo;
use crate::quiet_mesa;
use crate::report::{Error, check, step, words_of};

pub struct Program(PathBuf);

impl Program {
    pub fn build() -> Result<Self, Error> {
        let words = ["build", "--bin", "attentionless", "--message-format=json-render-diagnostics"];
        step("the command line: cargo build", || artifact(&mut cargo(&words), ENGINE, "bin").map(Self))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// `attentionless WORDS... PATHS...`; what it says is passed on.
    pub fn run(&self, words: &[&str], paths: &[&Path]) -> Result<(), Error> {
        // Its results are for nobody here; its progress is on stderr.
        check(self.command(words).args(paths).stdin(Stdio::null()).stdout(Stdio::null()))
    }

    /// `attentionless COMMAND RUN WORDS...` with this input; gives what it prints on standard output.
    pub fn ask(&self, words: &[&str], run: &Path, input: &str) -> Result<String, Error> {
        let mut command = self.command(&words[..1]);
        command.arg(run).args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let said = words_of(&command);
        let failure = |error: std::io::Error| Error::failed(format!("{said}: {error}"));
        let mut child = command.spawn().map_err(failure)?;
        // A few sentences fit into the pipe. Dropped at once: its end is the end of the input.
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input.as_bytes()).map_err(failure)?;
        }
        let output = child.wait_with_output().map_err(failure)?;
        if !output.status.success() {
            return Err(Error::failed(format!("{said}: {}", output.status)));
        }
        String::from_utf8(output.stdout).map_err(|_| Error::failed(format!("{said}: what it printed is no UTF-8")))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        command.args(words);
        quiet_mesa(&mut command);
        command
    }
}
