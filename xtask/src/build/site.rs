//! `--site DIR`: the static site as a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};

use crate::report::Error;

/// Copies the site; what an earlier copy left there goes. A folder that holds anything else is refused.
pub fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    if to.exists() && from.canonicalize().map_err(Error::at(from))? == to.canonicalize().map_err(Error::at(to))? {
        return Ok(());
    }
    if let Some(stranger) = stranger(from, to) {
        return Err(Error::usage(format!(
            "{} is not of this site: name an empty or a new folder, or move it away",
            stranger.display()
        )));
    }
    if to.exists() {
        fs::remove_dir_all(to).map_err(Error::at(to))?;
    }
    copy_all(from, to)
}

/// What lies at the top of the folder and not of the site; the folder itself where it cannot be read.
fn stranger(from: &Path, to: &Path) -> Option<PathBuf> {
    match fs::read_dir(to) {
        Ok(mut entries) => entries.find_map(|entry| match entry {
            Ok(entry) => (!from.join(entry.file_name()).exists()).then(|| entry.path()),
            Err(_) => Some(to.into()),
        }),
        Err(error) => (error.kind() != std::io::ErrorKind::NotFound).then(|| to.into()),
    }
}

fn copy_all(from: &Path, to: &Path) -> Result<(), Error> {
    fs::create_dir_all(to).map_err(Error::at(to))?;
    for entry in fs::read_dir(from).map_err(Error::at(from))? {
        let path = entry.map_err(Error::at(from))?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_all(&path, &target)?;
        } else {
            fs::copy(&path, &target).map_err(Error::at(&target))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_site_replaces_a_site_and_nothing_else() {
        let scratch = Scratch::in_temp("site").expect("a folder");
        let [from, to] = ["from", "to"].map(|name| scratch.0.join(name));
        fs::create_dir_all(from.join("assets")).expect("a folder");
        fs::write(from.join("index.html"), "new").expect("a file");
        fs::write(from.join("assets/a.js"), "a").expect("a file");
        assert!(copy(&from, &to).is_ok());
        fs::write(to.join("assets/old.js"), "old").expect("a file");
        assert!(copy(&from, &to).is_ok());
        assert_eq!(fs::read_to_string(to.join("index.html")).expect("a file"), "new");
        assert!(to.join("assets/a.js").exists() && !to.join("assets/old.js").exists());
        let precious = scratch.0.join("precious");
        fs::create_dir_all(&precious).expect("a folder");
        fs::write(precious.join("thesis.txt"), "words").expect("a file");
        assert!(
            copy(&from, &precious).is_err_and(|error| error.to_string().contains("thesis.txt is not of this site"))
        );
        assert!(precious.join("thesis.txt").exists());
        // Another site, under version control.
        fs::create_dir_all(to.join(".git")).expect("a folder");
        assert!(copy(&from, &to).is_err() && to.join(".git").exists());
        assert!(copy(&from, &from).is_ok() && from.join("index.html").exists());
    }
}
