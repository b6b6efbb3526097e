//! A run's files on the disk.

use super::{Store, StoreError};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

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

    fn has(&self, name: &str) -> Result<bool, StoreError> {
        let file = self.file(name);
        file.try_exists().map_err(|source| StoreError { action: "read", file, source })
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

    /// Without hidden files, such as a write that was killed leaves.
    fn list(&self, folder: &str) -> Result<Vec<String>, StoreError> {
        let inside = self.file(folder);
        let failed = |source| StoreError { action: "read", file: inside.clone(), source };
        let entries = match fs::read_dir(&inside) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(failed(source)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_file() && !name.starts_with('.') {
                names.push(format!("{folder}/{name}"));
            }
        }
        names.sort();
        Ok(names)
    }

    /// A file of the disk, found from the directory that the program runs in.
    fn source(&self, file: &Path) -> io::Result<Vec<u8>> {
        fs::read(file)
    }
}

/// Writes beside the file, then renames, so that a full disk or a kill leaves the old file whole. A link is followed; a
/// device or a pipe is written to, never replaced.
pub fn write_whole(file: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let written = match fs::metadata(file) {
        Ok(there) if !there.is_file() && !there.is_dir() => fs::write(file, bytes),
        Ok(_) if file.is_symlink() => fs::canonicalize(file).and_then(|target| replace(&target, bytes)),
        _ => replace(file, bytes),
    };
    written.map_err(|source| StoreError { action: "write", file: file.into(), source })
}

fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let named = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".{named}.{}.part", std::process::id()));
    let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| write_synced(&beside, bytes));
    written.and_then(|()| fs::rename(&beside, file)).inspect_err(|_| {
        // The half-written neighbour is of no use to anyone.
        let _ = fs::remove_file(&beside);
    })
}

fn write_synced(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut open = fs::File::create(file)?;
    io::Write::write_all(&mut open, bytes)?;
    open.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Once a run as root had put a file in the place of a device.
    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_devices_stay() {
        let folder = std::env::temp_dir().join(format!("attentionless-links-{}", std::process::id()));
        let (file, link) = (folder.join("file"), folder.join("link"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_whole(&link, b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        // A link to a device, so that the device is safe even where this fails.
        let null = folder.join("null");
        std::os::unix::fs::symlink("/dev/null", &null).unwrap();
        write_whole(&null, b"new").unwrap();
        assert!(null.is_symlink() && !fs::metadata(&null).unwrap().is_file());
        fs::remove_dir_all(folder).unwrap();
    }

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
        assert_eq!(store.list("a").unwrap(), ["a/b.txt"]);
        assert_eq!(store.list("c.txt").unwrap(), [] as [&str; 0]);
        let left = fs::read_dir(&folder)
            .unwrap()
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with(".part"));
        assert_eq!(left.count(), 0);
        store.remove("a/b.txt").unwrap();
        assert_eq!(store.read("a/b.txt").unwrap(), None);
        fs::remove_dir_all(folder).unwrap();
    }
}
