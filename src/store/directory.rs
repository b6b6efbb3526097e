//! A run's files on the disk.

use super::{Store, StoreError};
use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

/// A directory; it is made at the first write, and from then on no other process writes there, where the system can lock it.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
    /// The directory itself, held open: its lock goes with the process, however it ends.
    lock: Arc<OnceLock<fs::File>>,
}

/// Where a run has files: in the directory itself, and here.
const FOLDERS: [&str; 5] = ["", "corpus", "nets", "outputs", "state"];

impl Directory {
    pub fn new(path: &Path) -> Self {
        Self { path: path.into(), lock: Arc::default() }
    }

    /// Refuses where another process writes, before any work; where there is no directory yet, nothing is done.
    pub fn claim(&self) -> Result<(), StoreError> {
        if self.lock.get().is_some() || !self.path.is_dir() {
            return Ok(());
        }
        // Not every system opens a directory as a file, and not every network drive locks one.
        let Ok(held) = fs::File::open(&self.path) else { return Ok(()) };
        match held.try_lock() {
            Err(fs::TryLockError::WouldBlock) => {
                let source = io::Error::from(io::ErrorKind::ResourceBusy);
                Err(StoreError { action: "write to", file: self.path.clone(), source })
            }
            Err(fs::TryLockError::Error(_)) => Ok(()),
            Ok(()) => {
                self.lock.get_or_init(|| held);
                self.sweep();
                Ok(())
            }
        }
    }

    /// Takes away what writes that were killed left half-written among the files of a run.
    fn sweep(&self) {
        let inside = |folder: &str| fs::read_dir(self.file(folder)).into_iter().flatten().flatten();
        let found = FOLDERS.iter().flat_map(|folder| inside(folder)).map(|entry| entry.path());
        for path in found.filter(|path| path.is_file() && is_half_written(path)) {
            // Where it cannot be removed it is in nobody's way.
            let _ = fs::remove_file(path);
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
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
        let file = self.file(name);
        fs::create_dir_all(&self.path).map_err(|source| StoreError { action: "write", file: file.clone(), source })?;
        self.claim()?;
        write_whole(&file, bytes)
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        self.claim()?;
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
    fn source(&self, file: &Path) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(fs::File::open(file)?))
    }
}

/// The name under which a file is written, beside the one it gets.
fn beside(named: &str) -> String {
    format!(".{named}.{}.part", std::process::id())
}

/// Whether a file has a name that [`beside`] gives, in this process or another.
fn is_half_written(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_prefix('.').and_then(|name| name.strip_suffix(".part"));
    stem.and_then(|stem| stem.rsplit_once('.')).is_some_and(|(_, process)| process.parse::<u32>().is_ok())
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
    let beside = file.with_file_name(beside(&named));
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
        let store = Directory::new(&folder);
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

    /// The second store stands for another process, whose lock is as much its own.
    #[cfg(unix)]
    #[test]
    fn one_writer_at_a_time_and_it_sweeps() {
        let folder = std::env::temp_dir().join(format!("attentionless-lock-{}", std::process::id()));
        let file = |name: &str| folder.join(name);
        let (half, others) = (
            [".a.txt.7.part", "nets/.enc.1.alr-m.safetensors.12.part"],
            ["b.7.part", "nets/.mine.part", "mine/.a.txt.7.part"],
        );
        ["nets", "mine"].iter().for_each(|folder| fs::create_dir_all(file(folder)).unwrap());
        half.iter().chain(&others).for_each(|name| fs::write(file(name), "half").unwrap());
        let (first, second) = (Directory::new(&folder), Directory::new(&folder));
        first.write("a.txt", b"first").unwrap();
        assert!(half.iter().all(|name| !file(name).exists()) && others.iter().all(|name| file(name).exists()));
        for refused in [second.claim(), second.write("a.txt", b"second"), second.remove("a.txt")] {
            let error = refused.unwrap_err().to_string();
            assert!(error.contains("another process is at work there; wait for its end"), "{error}");
        }
        assert_eq!(second.read("a.txt").unwrap().unwrap(), b"first");
        // The first write makes a directory, and has it.
        let [new, late] = [(); 2].map(|()| Directory::new(&file("new")));
        new.claim().and_then(|()| late.claim()).unwrap();
        new.write("a.txt", b"first").unwrap();
        assert!(late.write("a.txt", b"second").is_err());
        drop(first);
        second.write("a.txt", b"second").unwrap();
        fs::remove_dir_all(folder).unwrap();
    }
}
