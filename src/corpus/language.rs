//! The languages the project's own corpus speaks, and the direction of a translation.

use std::fmt;
use std::str::FromStr;

/// A language of the corpus `everyday`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    English,
    French,
    German,
}

impl Language {
    pub const ALL: [Self; 3] = [Self::English, Self::French, Self::German];

    /// ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::German => "de",
        }
    }

    /// The name in English.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::French => "French",
            Self::German => "German",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
            .ok_or_else(|| UnknownLanguage { text: code.to_owned() })
    }
}

/// From one language into another, written `en-fr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Direction {
    pub source: Language,
    pub target: Language,
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.source, self.target)
    }
}

impl FromStr for Direction {
    type Err = UnknownDirection;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownDirection { text: text.to_owned() };
        let (source, target) = text.split_once('-').ok_or_else(unknown)?;
        let (source, target): (Language, Language) =
            (source.parse().map_err(|_| unknown())?, target.parse().map_err(|_| unknown())?);
        if source == target { Err(unknown()) } else { Ok(Self { source, target }) }
    }
}

/// A text that names no language of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLanguage {
    text: String,
}

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "unknown language \"{}\": it must be en, fr or de", self.text)
    }
}

impl std::error::Error for UnknownLanguage {}

/// A text that names no direction of translation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownDirection {
    text: String,
}

impl fmt::Display for UnknownDirection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "unknown direction \"{}\": it must be two different languages of en, fr, de with a hyphen between them, \
             as in en-fr",
            self.text
        )
    }
}

impl std::error::Error for UnknownDirection {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_go_there_and_back() {
        for source in Language::ALL {
            assert_eq!(source.to_string().parse(), Ok(source));
            for target in Language::ALL.into_iter().filter(|target| *target != source) {
                let direction = Direction { source, target };
                assert_eq!(direction.to_string().parse(), Ok(direction));
            }
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_would_do() {
        for text in ["", "en", "en-en", "en_fr", "en-fr-de", "EN-fr", "en-es"] {
            let error = text.parse::<Direction>().expect_err(text);
            assert!(error.to_string().contains("as in en-fr"), "{error}");
        }
        assert!("it".parse::<Language>().expect_err("it").to_string().contains("en, fr or de"));
    }
}
