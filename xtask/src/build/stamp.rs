//! Whether a step has to be done again: not while what it reads and what it wrote have the same bytes as when it was done.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::report::Error;
use crate::root;

/// Folders that hold what is built or fetched, never what a person wrote.
const NOT_SOURCES: [&str; 5] = ["node_modules", "dist", "test-results", "playwright-report", "coverage"];

/// What a step reads, and where it writes.
pub struct Stamp {
    file: PathBuf,
    inputs: String,
    outputs: Vec<PathBuf>,
}

impl Stamp {
    /// `words` are inputs that are no files: versions, options. An output may be a folder.
    pub fn of(name: &str, inputs: &[PathBuf], words: &[&str], outputs: &[PathBuf]) -> Result<Self, Error> {
        let mut hasher = Sha256::new();
        words.iter().for_each(|word| add(&mut hasher, word.as_bytes()));
        let inputs = digest(hasher, inputs, &|name| !is_source(name))?;
        // Not in CARGO_TARGET_DIR, which other checkouts may share.
        let file = root().join("target/xtask").join(name);
        Ok(Self { file, inputs, outputs: outputs.to_vec() })
    }

    pub fn is_fresh(&self) -> bool {
        let written = fs::read_to_string(&self.file).unwrap_or_default();
        self.outputs.iter().all(|path| path.exists()) && self.text().is_ok_and(|text| text == written)
    }

    /// To be called when the step has done its work.
    pub fn write(&self) -> Result<(), Error> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(Error::at(folder))?;
        fs::write(&self.file, self.text()?).map_err(Error::at(&self.file))
    }

    fn text(&self) -> Result<String, Error> {
        Ok(format!("{}\n{}\n", self.inputs, digest(Sha256::new(), &self.outputs, &|_| false)?))
    }
}

/// The hash of a file's bytes, as `sha256sum` prints it.
pub fn sha256(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes))
}

/// Hidden files are tools' own, but for the few that npm and git read; none of them changes what is built.
fn is_source(name: &str) -> bool {
    !name.starts_with('.') && !NOT_SOURCES.iter().any(|folder| name == *folder || name.starts_with("dist-"))
}

/// Names count as well as bytes: a file that moved is a change. An input that is not there is one too, not an error.
fn digest(mut hasher: Sha256, paths: &[PathBuf], skips: &dyn Fn(&str) -> bool) -> Result<String, Error> {
    for path in paths {
        for file in files(path, skips)? {
            add(&mut hasher, file.strip_prefix(root()).unwrap_or(&file).to_string_lossy().as_bytes());
            add(&mut hasher, &fs::read(&file).map_err(Error::at(&file))?);
        }
    }
    Ok(hex(hasher.finalize()))
}

/// With its length before it, no end of one piece can pass for the beginning of the next.
fn add(hasher: &mut Sha256, piece: &[u8]) {
    hasher.update((piece.len() as u64).to_le_bytes());
    hasher.update(piece);
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The path itself, or all files below it, in one order on every machine.
fn files(path: &Path, skips: &dyn Fn(&str) -> bool) -> Result<Vec<PathBuf>, Error> {
    if path.is_file() {
        return Ok(vec![path.into()]);
    }
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(Error::at(path))?;
    let mut names: Vec<_> = entries.iter().map(fs::DirEntry::file_name).collect();
    names.sort();
    let mut found = Vec::new();
    for name in names.iter().filter(|name| !skips(&name.to_string_lossy())) {
        found.extend(files(&path.join(name), skips)?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn put(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder)).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    }

    /// A step with one folder as input and one file as output.
    struct Step(Scratch);

    impl Step {
        fn new(name: &str) -> Self {
            let step = Self(Scratch::in_temp(name).expect("a folder"));
            put(&step.0.0, "in/deep/a.ts", "a");
            put(&step.0.0, "out.js", "a");
            step
        }

        fn stamp(&self, version: &str) -> Stamp {
            let [input, output, file] = ["in", "out.js", "stamp"].map(|name| self.0.0.join(name));
            Stamp { file, ..Stamp::of("test", &[input], &[version], &[output]).expect("a stamp") }
        }
    }

    #[test]
    fn a_step_is_fresh_until_an_input_an_output_or_a_version_changes() {
        let step = Step::new("fresh");
        assert!(!step.stamp("1").is_fresh(), "never done");
        step.stamp("1").write().expect("a stamp");
        assert!(step.stamp("1").is_fresh());
        assert!(!step.stamp("2").is_fresh(), "another version");
        put(&step.0.0, "out.js", "by hand");
        assert!(!step.stamp("1").is_fresh(), "another output");
        put(&step.0.0, "out.js", "a");
        assert!(step.stamp("1").is_fresh());
        fs::rename(step.0.0.join("in/deep/a.ts"), step.0.0.join("in/deep/b.ts")).expect("moved");
        assert!(!step.stamp("1").is_fresh(), "another name");
    }

    #[test]
    fn a_missing_output_is_never_fresh() {
        let step = Step::new("missing");
        fs::remove_file(step.0.0.join("out.js")).expect("removed");
        step.stamp("1").write().expect("a stamp");
        assert!(!step.stamp("1").is_fresh());
    }

    #[test]
    fn what_tools_write_among_the_sources_is_no_input() {
        let step = Step::new("tools");
        step.stamp("1").write().expect("a stamp");
        for name in
            ["in/node_modules/x.js", "in/dist/index.html", "in/dist-fake/a.js", "in/.vite/x", "in/test-results/y"]
        {
            put(&step.0.0, name, "built");
        }
        assert!(step.stamp("1").is_fresh());
        put(&step.0.0, "in/distance.ts", "written");
        assert!(!step.stamp("1").is_fresh());
    }

    #[test]
    fn hashes_are_those_of_sha256sum() {
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
