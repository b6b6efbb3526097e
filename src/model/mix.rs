//! Which attention of a Transformer is replaced by what: `teacher`, or a list such as `enc=alr-m,cross.2=none`. Behind it
//! `trained=nets` and the like say that it was trained as a whole.

use super::sites::{NetId, NetKind, Site, UnknownName, named, places};
use std::{fmt, str::FromStr};

/// What stands at one attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Filling {
    /// The teacher's own attention.
    Attention,
    /// A control: the heads' output is zero.
    None,
    /// A control: equal weights on all visible keys.
    Uniform,
    /// A control: the heads' mean output over the training text.
    Mean,
    /// A net distilled from the attention.
    Net(NetKind),
}

/// How the weights of a mix came to be, where its nets are not simply put into the teacher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trained {
    /// The nets were trained on, in their places; the rest is the teacher's.
    Nets,
    /// All weights were trained on, the nets first.
    All,
    /// All weights were trained from the first, without a teacher.
    Scratch,
}

impl Trained {
    pub const ALL: [Self; 3] = [Self::Nets, Self::All, Self::Scratch];

    /// The name in recipes, and in mixes behind `trained=`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Nets => "nets",
            Self::All => "all",
            Self::Scratch => "scratch",
        }
    }
}

/// The teacher with some of its attentions replaced. The text it is written as is its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mix {
    entries: Vec<Entry>,
    trained: Option<Trained>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Entry {
    site: Site,
    /// Counted from 0; all layers where there is none.
    layer: Option<usize>,
    filling: Filling,
}

/// What is wrong with the text of a mix.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum MixError {
    #[error(
        "`{0}` is not part of a mix: write `teacher`, or SITE[.LAYER]=WHAT with commas, such as `enc=alr-m,self.1=none`"
    )]
    Form(String),
    #[error("in the mix `{mix}`: {source}")]
    Name { mix: String, source: UnknownName },
    #[error("`{0}` is not a layer; layers count from 1")]
    Layer(String),
    #[error("the mix `{mix}` names layer {layer} of `{site}`, but the model's last layer is {layers}")]
    NoLayer { mix: String, site: &'static str, layer: usize, layers: usize },
    #[error("the mix `{mix}` puts `{kind}` at `{site}`; {}", .kind.places())]
    NotThere { mix: String, kind: NetKind, site: &'static str },
    #[error(
        "the mix `{mix}` fills `{place}` twice, but one thing can stand there: `{place}={first}` or `{place}={second}`"
    )]
    Twice { mix: String, place: String, first: Filling, second: Filling },
    #[error("the mix `{0}` has no net to train: `trained=all` trains the rest")]
    NothingToTrain(String),
}

impl Mix {
    /// The teacher as it is.
    pub fn teacher() -> Self {
        Self { entries: Vec::new(), trained: None }
    }

    /// The same, trained as a whole.
    pub fn trained(self, how: Trained) -> Self {
        Self { trained: Some(how), ..self }
    }

    /// How it was trained as a whole, if it was.
    pub fn how_trained(&self) -> Option<Trained> {
        self.trained
    }

    /// All layers of a site filled alike.
    pub fn everywhere(site: Site, filling: Filling) -> Self {
        Self { entries: vec![Entry { site, layer: None, filling }], trained: None }
    }

    /// The site and its filling, where all layers of one site are filled alike and nothing else is done.
    pub fn alone(&self) -> Option<(Site, Filling)> {
        match self.entries.as_slice() {
            [Entry { site, layer: None, filling }] if self.trained.is_none() => Some((*site, *filling)),
            _ => None,
        }
    }

    /// What stands at a layer, counted from 0. An entry for one layer wins over one for all.
    pub fn at(&self, site: Site, layer: usize) -> Filling {
        let matches = |entry: &&Entry, only| entry.site == site && entry.layer == only;
        let found = |only| self.entries.iter().find(|entry| matches(entry, only));
        found(Some(layer)).or_else(|| found(None)).map_or(Filling::Attention, |entry| entry.filling)
    }

    /// Refuses layers that a model of so many layers does not have, and nets where they are not built.
    pub fn check(&self, layers: usize) -> Result<(), MixError> {
        for entry in &self.entries {
            let (mix, site) = (self.to_string(), entry.site.code());
            if let Some(layer) = entry.layer.filter(|&layer| layer >= layers) {
                return Err(MixError::NoLayer { mix, site, layer: layer + 1, layers });
            }
            if let Filling::Net(kind) = entry.filling
                && !kind.stands_at(entry.site)
            {
                return Err(MixError::NotThere { mix, kind, site });
            }
        }
        match self.trained {
            Some(Trained::Nets) if self.nets(layers).is_empty() => Err(MixError::NothingToTrain(self.to_string())),
            _ => Ok(()),
        }
    }

    /// The nets that a model of so many layers needs for this mix.
    pub fn nets(&self, layers: usize) -> Vec<NetId> {
        let net = |(site, layer)| match self.at(site, layer) {
            Filling::Net(kind) => Some(NetId { site, layer, kind }),
            _ => None,
        };
        places(layers).filter_map(net).collect()
    }

    /// Whether any layer holds this filling.
    pub fn holds(&self, filling: Filling) -> bool {
        self.entries.iter().any(|entry| entry.filling == filling)
    }
}

impl FromStr for Filling {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Ok(match text {
            "attention" => Self::Attention,
            "none" => Self::None,
            "uniform" => Self::Uniform,
            "mean" => Self::Mean,
            net if net.contains('-') => Self::Net(net.parse()?),
            _ => {
                let choices = "attention, none, uniform, mean, and nets such as alr-m".into();
                return Err(UnknownName { what: "filling", found: text.into(), choices });
            }
        })
    }
}

impl FromStr for Trained {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        named("training", &Self::ALL, Self::code, text)
    }
}

impl FromStr for Mix {
    type Err = MixError;

    fn from_str(text: &str) -> Result<Self, MixError> {
        if text.trim() == "teacher" {
            return Ok(Self::teacher());
        }
        let mut mix = Self::teacher();
        for part in text.split(',').map(str::trim) {
            let (place, filling) = part.split_once('=').ok_or_else(|| MixError::Form(part.into()))?;
            let named = |source| MixError::Name { mix: text.trim().into(), source };
            if place == "trained" {
                mix.trained = Some(filling.parse().map_err(named)?);
                continue;
            }
            let (site, layer) = place_of(place, named)?;
            let second = filling.parse().map_err(named)?;
            if let Some(first) = mix.entries.iter().find(|entry| (entry.site, entry.layer) == (site, layer)) {
                let (mix, first) = (text.trim().into(), first.filling);
                return Err(MixError::Twice { mix, place: place.into(), first, second });
            }
            mix.entries.push(Entry { site, layer, filling: second });
        }
        Ok(mix)
    }
}

/// A site and a layer from `enc` or `enc.2`.
fn place_of(text: &str, named: impl Fn(UnknownName) -> MixError) -> Result<(Site, Option<usize>), MixError> {
    let Some((site, layer)) = text.split_once('.') else {
        return Ok((text.parse().map_err(named)?, None));
    };
    let number = layer.parse::<usize>().ok().filter(|&layer| layer > 0);
    let number = number.ok_or_else(|| MixError::Layer(layer.into()))?;
    Ok((site.parse().map_err(named)?, Some(number - 1)))
}

impl fmt::Display for Filling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attention => f.write_str("attention"),
            Self::None => f.write_str("none"),
            Self::Uniform => f.write_str("uniform"),
            Self::Mean => f.write_str("mean"),
            Self::Net(kind) => kind.fmt(f),
        }
    }
}

impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = |&Entry { site, layer, filling }: &Entry| {
            let layer = layer.map(|layer| format!(".{}", layer + 1)).unwrap_or_default();
            format!("{}{layer}={filling}", site.code())
        };
        let trained = self.trained.map(|how| format!("trained={}", how.code()));
        let parts = self.entries.iter().map(entry).chain(trained).collect::<Vec<_>>();
        if parts.is_empty() { f.write_str("teacher") } else { f.write_str(&parts.join(",")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sites::{Method, Size};

    #[test]
    fn a_layer_wins_over_its_site() {
        let mix: Mix = "enc.1=none,enc=alr-m,cross=uniform".parse().unwrap();
        let net = Filling::Net(NetKind::plain(Method::Alr, Size::M));
        assert_eq!([mix.at(Site::Encoder, 0), mix.at(Site::Encoder, 1)], [Filling::None, net]);
        assert_eq!([mix.at(Site::DecoderSelf, 0), mix.at(Site::Cross, 5)], [Filling::Attention, Filling::Uniform]);
        assert_eq!(mix.nets(2), [NetId { site: Site::Encoder, layer: 1, kind: "alr-m".parse().unwrap() }]);
    }

    #[test]
    fn names_come_back() {
        let trained = ["enc=alr-m,trained=nets", "trained=all", "enc=none,trained=scratch"];
        for text in
            ["teacher", "enc=alr-m", "enc=none,self.2=uniform,cross=mean", "enc.3=attention"].into_iter().chain(trained)
        {
            assert_eq!(text.parse::<Mix>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn mistakes_are_named() {
        let error = |text: &str| text.parse::<Mix>().and_then(|mix| mix.check(2)).unwrap_err().to_string();
        assert_eq!(error("enc.0=none"), "`0` is not a layer; layers count from 1");
        assert_eq!(error("enc.3=none"), "the mix `enc.3=none` names layer 3 of `enc`, but the model's last layer is 2");
        assert!(error("encoder=none").contains("there is no site `encoder`; there are enc, self, cross"));
        assert!(error("enc=alr").contains("there is no filling `alr`"));
        assert_eq!(
            error("enc.1=alr-m,cross=none,enc.1=elr-m"),
            "the mix `enc.1=alr-m,cross=none,enc.1=elr-m` fills `enc.1` twice, but one thing can stand there: \
             `enc.1=alr-m` or `enc.1=elr-m`"
        );
        assert!(error("enc=none,trained=nets").contains("has no net to train"));
        assert!(error("enc=alr-m,trained=on").contains("there is no training `on`; there are nets, all, scratch"));
        assert!(error("enc").starts_with("`enc` is not part of a mix"));
        assert_eq!(error("cross=elr-m"), "the mix `cross=elr-m` puts `elr-m` at `cross`; it can stand at enc");
        assert_eq!(
            error("self=awr-m+deep2"),
            "the mix `self=awr-m+deep2` puts `awr-m+deep2` at `self`; it can stand nowhere"
        );
    }
}
