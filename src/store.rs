//! Where a run keeps its files: a directory natively, memory in tests and in the browser.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Mutex,
};

/// Named files of a run. A write takes the place of the whole file or leaves it as it was.
pub trait Store: Send + Sync {
    /// The file's bytes, or none where there is no such file.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError>;

    fn remove(&self, name: &str) -> Result<(), StoreError>;
}

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("could not {action} {}: {source}; what was there is as it was", .file.display())]
pub struct StoreError {
    action: &'static str,
    file: PathBuf,
    source: io::Error,
}

/// A directory; it is made at the first write.
#[derive(Clone, Debug)]
pub struct Directory(pub PathBuf);

impl Directory {
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Store for Directory {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let file = self.file(name);
        match fs::read(&file) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StoreError { action: "read", file, source }),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        write_whole(&self.file(name), bytes)
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        let file = self.file(name);
        match fs::remove_file(&file) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(StoreError { action: "remove", file, source })
            }
            _ => Ok(()),
        }
    }
}

/// Writes beside the file, then renames, so that a full disk or a kill leaves the old file whole.
pub fn write_whole(file: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let named = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".{named}.{}.part", std::process::id()));
    let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| write_synced(&beside, bytes));
    written.and_then(|()| fs::rename(&beside, file)).map_err(|source| {
        // The half-written neighbour is of no use to anyone.
        let _ = fs::remove_file(&beside);
        StoreError { action: "write", file: file.into(), source }
    })
}

fn write_synced(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut open = fs::File::create(file)?;
    io::Write::write_all(&mut open, bytes)?;
    open.sync_all()
}

/// Files in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Memory {
    fn files(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        // A panic elsewhere cannot leave a map half-changed: every change is one call.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Store for Memory {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.files().get(name).cloned())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.files().insert(name.into(), bytes.to_vec());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        self.files().remove(name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = std::env::temp_dir().join(format!("attentionless-store-{}", std::process::id()));
        let store = Directory(folder.clone());
        store.write("a/b.txt", b"old").unwrap();
        // A folder where the neighbour's name should go cannot be made into a file by a rename.
        fs::create_dir_all(folder.join("c.txt/inside")).unwrap();
        let error = store.write("c.txt", b"new").unwrap_err().to_string();
        assert!(error.starts_with("could not write"), "{error}");
        assert_eq!(store.read("a/b.txt").unwrap().unwrap(), b"old");
        let left = fs::read_dir(&folder)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".part"));
        assert_eq!(left.count(), 0);
        store.remove("a/b.txt").unwrap();
        assert_eq!(store.read("a/b.txt").unwrap(), None);
        fs::remove_dir_all(folder).unwrap();
    }
}
