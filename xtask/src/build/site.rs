//! `--site DIR`: the static site as a folder of its own.

use std::fs;
use std::path::Path;

use crate::report::Error;

/// Copies the site; what an earlier copy left there goes. A folder that holds anything but a site is refused.
pub fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    if !is_free(to) {
        return Err(Error::usage(format!(
            "{} holds other files than a site (no index.html): name an empty or a new folder",
            to.display()
        )));
    }
    if to.exists() {
        fs::remove_dir_all(to).map_err(Error::at(to))?;
    }
    copy_all(from, to)
}

fn is_free(folder: &Path) -> bool {
    let is_empty = || fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    !folder.exists() || is_empty() || (folder.join("index.html").is_file() && folder.join("assets").is_dir())
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
        assert!(copy(&from, &precious).is_err_and(|error| error.to_string().contains("no index.html")));
        assert!(precious.join("thesis.txt").exists());
    }
}
