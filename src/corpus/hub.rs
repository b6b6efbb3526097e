//! A catalogue of public corpora, each at its own home: what it is, how large, under which licence, and where. Natively
//! [`fetch`] brings one into the user's cache; in the browser the page gives its bytes, as it does those of the user's files.

#[cfg(not(target_arch = "wasm32"))]
mod fetch;

#[cfg(not(target_arch = "wasm32"))]
pub use fetch::{Fetched, HubError, address, fetch, kept};

use std::{
    env,
    io::{Cursor, Read},
    path::{Path, PathBuf},
};

use super::{
    Pair,
    error::CorpusError,
    everyday::Part,
    iwslt,
    language::{Direction, Language},
    source::Open,
};

/// Where the files of the catalogue lie: the Hugging Face data set IWSLT/iwslt2017.
pub const HOME: &str = "https://huggingface.co/datasets/IWSLT/iwslt2017/resolve/main/";

/// A corpus of the catalogue: a zip archive in the form of [`super::iwslt`].
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// What follows `hub:`.
    pub name: &'static str,
    pub direction: Direction,
    /// Below [`HOME`].
    pub path: &'static str,
    pub about: &'static str,
    pub licence: &'static str,
    /// About so many; what the server says counts.
    pub bytes: u64,
}

const LICENCE: &str = "CC BY-NC-ND 4.0 (name its authors, nothing commercial, do not pass on what you change)";

pub static CATALOGUE: [Entry; 4] = [
    Entry {
        name: "iwslt2017-de-en",
        direction: Direction { source: Language::German, target: Language::English },
        path: "data/2017-01-trnted/texts/de/en/de-en.zip",
        about: "IWSLT 2017, TED talks, German to English: about 200,000 sentences",
        licence: LICENCE,
        bytes: 16_800_000,
    },
    Entry {
        name: "iwslt2017-en-de",
        direction: Direction { source: Language::English, target: Language::German },
        path: "data/2017-01-trnted/texts/en/de/en-de.zip",
        about: "IWSLT 2017, TED talks, English to German: about 200,000 sentences",
        licence: LICENCE,
        bytes: 16_800_000,
    },
    Entry {
        name: "iwslt2017-fr-en",
        direction: Direction { source: Language::French, target: Language::English },
        path: "data/2017-01-trnted/texts/fr/en/fr-en.zip",
        about: "IWSLT 2017, TED talks, French to English: about 230,000 sentences",
        licence: LICENCE,
        bytes: 27_700_000,
    },
    Entry {
        name: "iwslt2017-en-fr",
        direction: Direction { source: Language::English, target: Language::French },
        path: "data/2017-01-trnted/texts/en/fr/en-fr.zip",
        about: "IWSLT 2017, TED talks, English to French: about 230,000 sentences",
        licence: LICENCE,
        bytes: 27_700_000,
    },
];

impl Entry {
    pub fn of(name: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|entry| entry.name == name)
    }

    /// The file that is opened for it: in the user's cache, or among what the page was given. None where there is no place
    /// for a cache.
    pub fn file(&self) -> Option<PathBuf> {
        Some(cache()?.join(format!("{}.zip", self.name)))
    }
}

/// The pairs of one part.
pub(super) fn read(entry: &Entry, direction: Direction, part: Part, open: Open) -> Result<Vec<Pair>, CorpusError> {
    let absent = || CorpusError::NotFetched { name: entry.name, direction };
    let pairs = iwslt::read(&entry.file().ok_or_else(absent)?, direction, part, open);
    pairs.map_err(|error| if matches!(error, CorpusError::NotFound { .. }) { absent() } else { error })
}

/// Reads what came from this address as it will be read from where it is kept.
pub fn check(entry: &Entry, url: &str, bytes: &[u8]) -> Result<(), CorpusError> {
    let open = |_: &Path| Ok(Box::new(Cursor::new(bytes.to_vec())) as Box<dyn Read + Send>);
    for part in [Part::Train, Part::Valid, Part::Test] {
        iwslt::read(Path::new(url), entry.direction, part, &open)?;
    }
    Ok(())
}

/// The folder that files are kept in, if the environment names a place for it; what a page was given lies in none.
fn cache() -> Option<PathBuf> {
    if cfg!(target_arch = "wasm32") {
        return Some(PathBuf::new());
    }
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    Some(caches?.join("attentionless/hub"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_by_name() {
        for entry in &CATALOGUE {
            assert_eq!(Entry::of(entry.name), Some(entry));
            let pair = entry.direction.to_string();
            assert_eq!(entry.name, format!("iwslt2017-{pair}"));
            assert!(entry.path.ends_with(&format!("/{}/{pair}.zip", pair.replace('-', "/"))), "{entry:?}");
        }
        assert_eq!(Entry::of("iwslt2017"), None);
    }
}
