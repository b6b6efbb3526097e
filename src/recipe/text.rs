//! How the words of a recipe (languages, sources, mixes, sites) become JSON: as they print.

use super::Layers;
use crate::{
    corpus::{Direction, Source},
    model::{
        mix::{Mix, Trained},
        sites::{Method, Site, Size, Variant},
    },
};
use serde::{Deserialize, Serialize};

/// Values that are written as they print.
pub mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::{fmt::Display, str::FromStr};

    pub fn serialize<T: super::Named, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&value.name())
    }

    pub fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

pub mod as_optional_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::{fmt::Display, str::FromStr};

    pub fn serialize<T: super::Named, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.serialize_some(&value.name()),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

pub mod as_texts {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::{fmt::Display, str::FromStr};

    pub fn serialize<T: super::Named, S: Serializer>(values: &[T], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(super::Named::name))
    }

    pub fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<T>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
    }
}

/// `"all"`, or a list of layers.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub enum LayersText {
    Word(String),
    These(Vec<usize>),
}

impl TryFrom<LayersText> for Layers {
    type Error = String;

    fn try_from(text: LayersText) -> Result<Self, String> {
        match text {
            LayersText::Word(word) if word == "all" => Ok(Self::All),
            LayersText::Word(word) => Err(format!("expected \"all\" or a list of layers, found \"{word}\"")),
            LayersText::These(layers) => Ok(Self::These(layers)),
        }
    }
}

impl From<Layers> for LayersText {
    fn from(layers: Layers) -> Self {
        match layers {
            Layers::All => Self::Word("all".into()),
            Layers::These(layers) => Self::These(layers),
        }
    }
}

/// What a value is called in a recipe.
pub trait Named {
    fn name(&self) -> String;
}

macro_rules! named {
    ($($type:ty: $name:ident),*) => {
        $(impl Named for $type {
            fn name(&self) -> String {
                self.$name().to_string()
            }
        })*
    };
}

named!(Direction: to_string, Source: to_string, Mix: to_string, Site: code, Method: code, Size: code, Variant: code, Trained: code);
