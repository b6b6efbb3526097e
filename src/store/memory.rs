//! A run's files in memory, with an account of what changed.

use super::{Store, StoreError};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read},
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
};

/// The folder of the texts that a corpus is made from, where there is no disk to read them from.
pub const UPLOADS: &str = "uploads";

/// Files in memory. Clones share them, so that who gave a store to a session still sees what it writes.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    files: BTreeMap<String, Vec<u8>>,
    /// Written or removed since the changes were last taken.
    changed: BTreeSet<String>,
}

/// A file as it is now, or none where it was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub name: String,
    pub bytes: Option<Vec<u8>>,
}

impl Memory {
    /// With these files, which do not count as changes.
    pub fn new(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        let inner = Inner { files: files.into_iter().collect(), changed: BTreeSet::new() };
        Self(Arc::new(Mutex::new(inner)))
    }

    /// What was written or removed since the last call, each file once and by name.
    pub fn take_changes(&self) -> Vec<Change> {
        let mut inner = self.inner();
        let changed = std::mem::take(&mut inner.changed);
        let change = |name: String| Change { bytes: inner.files.get(&name).cloned(), name };
        changed.into_iter().map(change).collect()
    }

    /// All files by name.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.inner().files.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // A panic elsewhere cannot leave it half-changed: each change is made by calls that do not fail.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Store for Memory {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.inner().files.get(name).cloned())
    }

    fn has(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.inner().files.contains_key(name))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let mut inner = self.inner();
        inner.files.insert(name.into(), bytes.to_vec());
        inner.changed.insert(name.into());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        let mut inner = self.inner();
        if inner.files.remove(name).is_some() {
            inner.changed.insert(name.into());
        }
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let inner = self.inner();
        let inside = |name: &&String| {
            let rest = name.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
            rest.is_some_and(|rest| !rest.contains('/'))
        };
        Ok(inner.files.keys().filter(inside).cloned().collect())
    }

    /// The file of this name in [`UPLOADS`].
    fn source(&self, file: &Path) -> io::Result<Box<dyn Read + Send>> {
        if let Some(bytes) = self.inner().files.get(&format!("{UPLOADS}/{}", file.display())) {
            return Ok(Box::new(io::Cursor::new(bytes.clone())));
        }
        let there = self.list(UPLOADS).unwrap_or_default();
        let there = there.iter().filter_map(|name| name.split_once('/')).map(|(_, name)| name).collect::<Vec<_>>();
        let there = if there.is_empty() { "none".into() } else { there.join(", ") };
        Err(io::Error::new(io::ErrorKind::NotFound, format!("it is not among the texts given: {there}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_taken_once() {
        let memory = Memory::new([("old".to_string(), vec![1]), ("kept".to_string(), vec![2])]);
        let other = memory.clone();
        other.write("a/b", b"1").unwrap();
        other.write("a/b", b"2").unwrap();
        other.remove("old").unwrap();
        other.remove("never there").unwrap();
        let change = |name: &str, bytes: Option<&[u8]>| Change { name: name.into(), bytes: bytes.map(<[u8]>::to_vec) };
        assert_eq!(memory.take_changes(), [change("a/b", Some(b"2")), change("old", None)]);
        assert_eq!(other.take_changes(), []);
        other.remove("a/b").unwrap();
        assert_eq!(memory.take_changes(), [change("a/b", None)]);
        assert_eq!(memory.files().into_keys().collect::<Vec<_>>(), ["kept"]);
    }

    #[test]
    fn folders_are_listed() {
        let files = ["nets/b", "nets/a", "nets/deep/c", "netsx/d", "e"].map(|name| (name.to_string(), vec![]));
        let memory = Memory::new(files);
        assert_eq!(memory.list("nets").unwrap(), ["nets/a", "nets/b"]);
        assert_eq!(memory.list("gone").unwrap(), [] as [&str; 0]);
    }

    #[test]
    fn sources_are_uploads() {
        let memory = Memory::new([("uploads/mine.tsv".to_string(), vec![7]), ("other.tsv".to_string(), vec![8])]);
        let read = |file| memory.source(Path::new(file)).and_then(io::read_to_string);
        assert_eq!(read("mine.tsv").unwrap(), "\u{7}");
        let error = read("other.tsv").unwrap_err().to_string();
        assert_eq!(error, "it is not among the texts given: mine.tsv");
    }
}
