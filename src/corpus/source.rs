//! The names of corpora, as the command line and the recipe write them, and reading one into pairs.

use std::{
    fmt,
    io::{self, Read},
    path::{Path, PathBuf},
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use super::{
    Pair, aligned, ding,
    error::CorpusError,
    everyday, hub, iwslt,
    language::{Direction, Language},
    report::Tally,
    text, tmx, tsv,
};

/// Where sentence pairs come from: `everyday`, `everyday:long`, `ding:FILE`, `tsv:FILE`, `aligned:SRC,TGT`,
/// `tmx:FILE`, `iwslt:DIR|ZIP` or `hub:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Source {
    /// The project's own grammar.
    Everyday,
    /// Its sentences longer than any in training.
    EverydayLong,
    /// The example sentences of a German-English dictionary in Ding's format.
    Ding(PathBuf),
    /// Two columns, separated by tabs, or by commas if the name ends in `.csv`.
    Tsv(PathBuf),
    /// Two text files, a sentence a line.
    Aligned(PathBuf, PathBuf),
    /// A translation memory.
    Tmx(PathBuf),
    /// IWSLT2017's files, in a folder or in a zip archive; with sets of its own for validation and for tests.
    Iwslt(PathBuf),
    /// A corpus of the catalogue, in the form of IWSLT2017.
    Hub(&'static hub::Entry),
}

impl FromStr for Source {
    type Err = CorpusError;

    fn from_str(text: &str) -> Result<Self, CorpusError> {
        let wrong = |hint| CorpusError::Source { text: text.to_owned(), hint };
        let file = |path: &str| match path.trim() {
            "" => Err(wrong("the file's name is missing")),
            path => Ok(PathBuf::from(path)),
        };
        match text.trim().split_once(':') {
            None if text.trim() == "everyday" => Ok(Self::Everyday),
            Some(("everyday", "long")) => Ok(Self::EverydayLong),
            Some(("ding", path)) => Ok(Self::Ding(file(path)?)),
            Some(("tsv", path)) => Ok(Self::Tsv(file(path)?)),
            Some(("tmx", path)) => Ok(Self::Tmx(file(path)?)),
            Some(("iwslt", path)) => Ok(Self::Iwslt(file(path)?)),
            Some(("hub", name)) => match hub::Entry::of(name.trim()) {
                Some(entry) => Ok(Self::Hub(entry)),
                None => Err(wrong(
                    "the catalogue has iwslt2017-de-en, iwslt2017-en-de, iwslt2017-fr-en and iwslt2017-en-fr",
                )),
            },
            Some(("aligned", paths)) => match paths.split(',').collect::<Vec<_>>()[..] {
                [source, target] => Ok(Self::Aligned(file(source)?, file(target)?)),
                _ => Err(wrong("aligned takes two files with one comma between them, and no comma in their names")),
            },
            Some(("everyday", _)) => Err(wrong("the only variant of everyday is `long`")),
            None if ["ding", "tsv", "aligned", "tmx", "iwslt", "hub"].contains(&text.trim()) => {
                Err(wrong("the file's name is missing"))
            }
            None if Path::new(text).extension().is_some() => Err(wrong("write the kind of the file before its name")),
            _ => Err(wrong("the word before the colon is the kind of the corpus")),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Everyday => formatter.write_str("everyday"),
            Self::EverydayLong => formatter.write_str("everyday:long"),
            Self::Ding(file) => write!(formatter, "ding:{}", file.display()),
            Self::Tsv(file) => write!(formatter, "tsv:{}", file.display()),
            Self::Tmx(file) => write!(formatter, "tmx:{}", file.display()),
            Self::Iwslt(place) => write!(formatter, "iwslt:{}", place.display()),
            Self::Hub(entry) => write!(formatter, "hub:{}", entry.name),
            Self::Aligned(source, target) => write!(formatter, "aligned:{},{}", source.display(), target.display()),
        }
    }
}

impl TryFrom<String> for Source {
    type Error = CorpusError;

    fn try_from(text: String) -> Result<Self, CorpusError> {
        text.parse()
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.to_string()
    }
}

/// Opens a file: the disk's ([`from_disk`]), or in the browser one that the user picked.
pub type Open<'a> = &'a dyn Fn(&Path) -> io::Result<Box<dyn Read + Send>>;

/// Opens files natively; a browser has none.
pub fn from_disk(file: &Path) -> io::Result<Box<dyn Read + Send>> {
    Ok(Box::new(std::fs::File::open(file)?))
}

/// The files of a folder on the disk and of the folders in it, sorted, with `/` between folder and file.
pub(super) fn names_in(folder: &Path) -> Result<Vec<String>, CorpusError> {
    /// Folders within one another; a link back to one of them then ends too.
    const DEEPEST: usize = 5;
    let (mut names, mut folders) = (Vec::new(), vec![(String::new(), 0)]);
    while let Some((inside, depth)) = folders.pop() {
        let path = folder.join(&inside);
        let failed = |error| unreadable(&path, &error);
        for entry in std::fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = format!("{inside}{}", entry.file_name().to_string_lossy());
            match entry.path().is_dir() {
                true if depth < DEEPEST => folders.push((name + "/", depth + 1)),
                true => {}
                false => names.push(name),
            }
        }
    }
    names.sort();
    Ok(names)
}

/// What is wanted of a source. Sources without an end of their own make `count` pairs for `part`; files give all.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub direction: Direction,
    pub part: everyday::Part,
    pub count: usize,
    pub seed: u64,
}

/// Raw pairs, drawn or read one by one. After an error there are no more.
pub type RawPairs = Box<dyn Iterator<Item = Result<Pair, CorpusError>> + Send>;

impl Source {
    /// The raw pairs, before cleaning. Pairs that the source itself holds unfit are tallied, not returned.
    pub fn read(&self, request: Request, open: Open, tally: &mut Tally) -> Result<RawPairs, CorpusError> {
        let direction = request.direction;
        let pairs = match self {
            Self::Everyday => return Ok(from_grammar(request, request.part)),
            Self::EverydayLong => return Ok(from_grammar(request, everyday::Part::Long)),
            Self::Ding(file) => {
                self.holds(direction, &[Language::German, Language::English], "German and English")?;
                let pairs = ding::parse(file, &load(file, open)?, tally)?;
                let forward = direction.source == Language::German;
                if forward { pairs } else { pairs.into_iter().map(Pair::swapped).collect() }
            }
            Self::Tsv(file) => tsv::parse(file, &load(file, open)?, tsv::Format::of(file), direction)?,
            Self::Aligned(source, target) => {
                aligned::parse(source, &load(source, open)?, target, &load(target, open)?)?
            }
            Self::Iwslt(place) => iwslt::read(place, direction, request.part, open)?,
            Self::Hub(entry) => hub::read(entry, direction, request.part, open)?,
            Self::Tmx(file) => return Ok(Box::new(tmx::parse(file, opened(file, open)?, direction))),
        };
        Ok(Box::new(pairs.into_iter().map(Ok)))
    }

    /// Whether there are sets for validation and for tests in it, which then are not split off its training pairs.
    pub(super) fn has_sets(&self) -> bool {
        matches!(self, Self::Everyday | Self::Iwslt(_) | Self::Hub(_))
    }

    fn holds(&self, direction: Direction, held: &[Language], languages: &'static str) -> Result<(), CorpusError> {
        match [direction.source, direction.target].into_iter().find(|language| !held.contains(language)) {
            Some(missing) => Err(CorpusError::Language { corpus: self.to_string(), missing, languages, direction }),
            None => Ok(()),
        }
    }
}

fn from_grammar(request: Request, part: everyday::Part) -> RawPairs {
    let Direction { source, target } = request.direction;
    let pair = move |sentence: everyday::Sentence| Pair::new(sentence.text(source), sentence.text(target));
    Box::new(everyday::Sentences::new(request.seed, part).take(request.count).map(pair).map(Ok))
}

fn load(file: &Path, open: Open) -> Result<String, CorpusError> {
    text::decode(file, all_of(file, open)?)
}

/// All of a file's bytes.
pub(super) fn all_of(file: &Path, open: Open) -> Result<Vec<u8>, CorpusError> {
    let mut bytes = Vec::new();
    opened(file, open)?.read_to_end(&mut bytes).map_err(|error| unreadable(file, &error))?;
    Ok(bytes)
}

fn opened(file: &Path, open: Open) -> Result<Box<dyn Read + Send>, CorpusError> {
    open(file).map_err(|error| unreadable(file, &error))
}

pub(super) fn unreadable(file: &Path, error: &io::Error) -> CorpusError {
    match error.kind() {
        // An error with words of its own says where the file is missing: on no disk.
        io::ErrorKind::NotFound if error.get_ref().is_none() => CorpusError::NotFound { file: file.to_owned() },
        _ => CorpusError::Unreadable { file: file.to_owned(), reason: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        for name in [
            "everyday",
            "everyday:long",
            "ding:/a b/de-en",
            "tsv:x.csv",
            "tsv:C:\\x.tsv",
            "aligned:a.de,b/a.en",
            "tmx:m.tmx",
            "iwslt:de-en.zip",
            "hub:iwslt2017-de-en",
        ] {
            let source: Source = name.parse().unwrap();
            assert_eq!(source.to_string(), name);
            let json = serde_json::to_string(&source).unwrap();
            assert_eq!(serde_json::from_str::<Source>(&json).unwrap(), source);
        }
        assert_eq!("aligned: a , b".parse::<Source>().unwrap(), Source::Aligned("a".into(), "b".into()));
    }

    #[test]
    fn wrong_names_say_what_is_right() {
        let wrong = [
            "",
            "everyda",
            "everyday:short",
            "ding",
            "ding:",
            "tsv: ",
            "aligned:a",
            "aligned:a,",
            "aligned:a,b,c",
            "x.tsv",
            "hub:",
            "hub:iwslt2017",
        ];
        for name in wrong {
            let message = name.parse::<Source>().unwrap_err().to_string();
            assert!(message.starts_with(&format!("`{name}` is no corpus source: expected everyday,")), "{message}");
        }
        assert!(serde_json::from_str::<Source>("\"nothing\"").is_err());
    }

    #[test]
    fn files_that_are_not_there() {
        let missing = load(Path::new("no/such/file"), &from_disk).unwrap_err();
        assert!(missing.to_string().starts_with("no/such/file: no such file"));
        let folder = load(Path::new("."), &from_disk).unwrap_err();
        assert!(matches!(folder, CorpusError::Unreadable { .. }), "{folder}");
    }
}
