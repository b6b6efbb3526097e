//! Standard output and standard error. Either can be full, or closed by who reads it; `print!` would panic then.

use std::io::{self, Write, stderr, stdout};

/// Standard output that cannot be written to.
#[derive(Debug, thiserror::Error)]
#[error("could not write to standard output: {0}")]
pub struct OutputError(io::Error);

impl OutputError {
    /// Whether the reader has had enough, as `head` has after its lines.
    pub fn is_closed(&self) -> bool {
        self.0.kind() == io::ErrorKind::BrokenPipe
    }
}

/// Results, whole or not at all.
pub fn print(text: &str) -> Result<(), OutputError> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(OutputError)
}

/// A remark. That a log cannot be written is no reason to stop a training.
pub fn say(text: &str) {
    let _ = writeln!(stderr(), "{text}");
}
