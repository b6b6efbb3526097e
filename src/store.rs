//! Where a run keeps its files: a directory natively, memory in tests and in the browser.

#[cfg(not(target_arch = "wasm32"))]
mod directory;
mod memory;

#[cfg(not(target_arch = "wasm32"))]
pub use directory::{Directory, write_whole};
pub use memory::{Change, Memory, UPLOADS};

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

/// Named files of a run. A write takes the place of the whole file or leaves it as it was.
pub trait Store: Send + Sync {
    /// The file's bytes, or none where there is no such file.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Whether there is such a file.
    fn has(&self, name: &str) -> Result<bool, StoreError>;

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError>;

    fn remove(&self, name: &str) -> Result<(), StoreError>;

    /// The names of the files of one folder, sorted, with the folder before them: `nets/enc.1.alr-m.safetensors`.
    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError>;

    /// Opens a text that a recipe names as its corpus, which is no file of the run itself.
    fn source(&self, file: &Path) -> io::Result<Box<dyn Read + Send>>;
}

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("could not {action} {}: {source}; what was there is as it was{}", .file.display(), advice(.source))]
pub struct StoreError {
    action: &'static str,
    file: PathBuf,
    source: io::Error,
}

/// What the user can do about it, where that is known.
fn advice(error: &io::Error) -> &'static str {
    use io::ErrorKind::{
        AlreadyExists, FileTooLarge, IsADirectory, NotADirectory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem,
        ResourceBusy, StorageFull,
    };
    match error.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => "; make room and run it again",
        ResourceBusy => "; another process is at work there; wait for its end, or choose another place",
        // A file stands where a folder should, or the other way round.
        AlreadyExists | NotADirectory | IsADirectory => "; choose another place",
        PermissionDenied | ReadOnlyFilesystem => "; choose another place, or get the right to write there",
        _ => "",
    }
}
