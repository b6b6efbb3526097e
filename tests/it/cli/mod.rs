//! The built program, run as a user runs it: what it says, how it ends, and which files it touches.

mod bad_input;
mod bad_run;
mod corpora;
mod lens;
mod sweep;
mod work;

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_attentionless");

/// The preset that trains in seconds, on the device that is everywhere.
const MICRO: [&str; 4] = ["--preset", "micro", "--device", "cpu"];

/// A temporary folder in which commands run; it goes with its value.
pub struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("attentionless-cli-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// With a finished run of the preset `micro` in `R`; it is trained once for all tests.
    fn with_run() -> Self {
        static TRAINED: LazyLock<BTreeMap<PathBuf, Vec<u8>>> = LazyLock::new(|| {
            let folder = Folder::new();
            folder.run(&[&["run"], &MICRO[..], &["--out", "R"]].concat()).done();
            folder.files()
        });
        let folder = Self::new();
        TRAINED.iter().for_each(|(name, bytes)| folder.write(name, bytes));
        folder
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let file = self.path(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// All files and their bytes, by name.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn walk(folder: &Path, root: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => walk(&path, root, found),
                    false => drop(found.insert(path.strip_prefix(root).unwrap().into(), fs::read(&path).unwrap())),
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(&self.0, &self.0, &mut found);
        found
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program with these words.
    fn run(&self, words: &[&str]) -> Ran {
        Ran::new(self.command(PROGRAM).args(words).output().unwrap())
    }

    /// The same with this on standard input.
    fn feed(&self, words: &[&str], input: &[u8]) -> Ran {
        let mut child = self.command(PROGRAM).args(words).stdin(Stdio::piped()).spawn().unwrap();
        // A program that fails early does not read to the end.
        let _ = child.stdin.take().unwrap().write_all(input);
        Ran::new(child.wait_with_output().unwrap())
    }

    /// Runs the program and asserts that it fails with this code and a sentence, and touches no file.
    fn refuses(&self, words: &[&str], code: i32) -> String {
        let before = self.files();
        let sentence = self.run(words).error(code);
        self.assert_files(&before, &sentence);
        sentence
    }

    fn assert_files(&self, before: &BTreeMap<PathBuf, Vec<u8>>, because: &str) {
        let after = self.files();
        let names = before.keys().chain(after.keys());
        let changed = names.filter(|name| before.get(*name) != after.get(*name)).collect::<Vec<_>>();
        assert!(changed.is_empty(), "{because}: {changed:?} changed");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    /// None where a signal ended it.
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn new(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!ran.err.contains("panicked") && !ran.out.contains("panicked"), "{ran:?}");
        ran
    }

    /// What it printed, once it is sure that it did what it was asked for.
    fn done(self) -> String {
        assert!(self.code == Some(0) && !self.err.contains("error:"), "{self:?}");
        self.out
    }

    /// The one JSON document that it printed.
    fn json(self) -> serde_json::Value {
        let out = self.done();
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    }

    /// The one sentence with which it failed; nothing was printed as a result.
    fn error(&self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        self.sentence()
    }

    fn sentence(&self) -> String {
        let errors = self.err.lines().filter_map(|line| line.strip_prefix("error: ")).collect::<Vec<_>>();
        assert_eq!(errors.len(), 1, "{self:?}");
        errors[0].into()
    }
}

/// The words of a command, with those of a call behind them.
fn with<'a>(words: &[&'a str], more: &'a str) -> Vec<&'a str> {
    words.iter().copied().chain(more.split_whitespace()).collect()
}

fn assert_has(text: &str, part: &str) {
    assert!(text.contains(part), "{text:?} does not say {part:?}");
}
