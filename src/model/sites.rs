//! Where a Transformer has attention, and what can stand in its place there.

use std::{fmt, str::FromStr};

/// A place of attention; there is one in every layer of its stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Site {
    Encoder,
    DecoderSelf,
    Cross,
}

impl Site {
    pub const ALL: [Self; 3] = [Self::Encoder, Self::DecoderSelf, Self::Cross];

    /// The name in recipes, mixes and file names.
    pub fn code(self) -> &'static str {
        match self {
            Self::Encoder => "enc",
            Self::DecoderSelf => "self",
            Self::Cross => "cross",
        }
    }
}

/// How a net replaces attention. A new method is a variant here and a row in the matches of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Attention Layer Replacement: the normalised input to the heads' outputs; residual and output projection stay.
    Alr,
}

impl Method {
    pub const ALL: [Self; 1] = [Self::Alr];

    /// The name in recipes and mixes.
    pub fn code(self) -> &'static str {
        match self {
            Self::Alr => "alr",
        }
    }

    /// The sites that the method is built for.
    pub fn sites(self) -> &'static [Site] {
        match self {
            Self::Alr => &[Site::Encoder],
        }
    }
}

/// The paper's sizes of a net.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Size {
    Xs,
    S,
    M,
    L,
    Xl,
}

impl Size {
    pub const ALL: [Self; 5] = [Self::Xs, Self::S, Self::M, Self::L, Self::Xl];

    /// The name in recipes and mixes.
    pub fn code(self) -> &'static str {
        match self {
            Self::Xs => "xs",
            Self::S => "s",
            Self::M => "m",
            Self::L => "l",
            Self::Xl => "xl",
        }
    }

    /// The hidden width for a sentence flattened to `width` values: W/256, W/128, W/8, W/2, 2W (paper, table of sizes),
    /// at least 1.
    pub fn hidden(self, width: usize) -> usize {
        let hidden = match self {
            Self::Xs => width / 256,
            Self::S => width / 128,
            Self::M => width / 8,
            Self::L => width / 2,
            Self::Xl => width * 2,
        };
        hidden.max(1)
    }
}

/// A method in a size, such as `alr-m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NetKind {
    pub method: Method,
    pub size: Size,
}

/// One net of a run: what it is and which attention it replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NetId {
    pub site: Site,
    /// Counted from 0.
    pub layer: usize,
    pub kind: NetKind,
}

/// A word that names no site, method or size.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("there is no {what} `{found}`; there are {choices}")]
pub struct UnknownName {
    pub what: &'static str,
    pub found: String,
    pub choices: String,
}

/// The item whose code is `found`.
fn named<T: Copy>(what: &'static str, items: &[T], code: fn(T) -> &'static str, found: &str) -> Result<T, UnknownName> {
    items.iter().copied().find(|&item| code(item) == found).ok_or_else(|| {
        let choices = items.iter().map(|&item| code(item)).collect::<Vec<_>>().join(", ");
        UnknownName { what, found: found.into(), choices }
    })
}

impl FromStr for Site {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        named("site", &Self::ALL, Self::code, text)
    }
}

impl FromStr for Method {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        named("method", &Self::ALL, Self::code, text)
    }
}

impl FromStr for Size {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        named("size", &Self::ALL, Self::code, text)
    }
}

impl FromStr for NetKind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let (method, size) = text.split_once('-').ok_or_else(|| UnknownName {
            what: "net",
            found: text.into(),
            choices: "METHOD-SIZE such as alr-m".into(),
        })?;
        Ok(Self { method: method.parse()?, size: size.parse()? })
    }
}

/// Every place of attention in a model of so many layers.
pub fn places(layers: usize) -> impl Iterator<Item = (Site, usize)> {
    Site::ALL.into_iter().flat_map(move |site| (0..layers).map(move |layer| (site, layer)))
}

impl FromStr for NetId {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let parts = || {
            let mut parts = text.splitn(3, '.');
            let (site, layer, kind) = (parts.next()?, parts.next()?, parts.next()?);
            Some((site, layer.parse::<usize>().ok()?.checked_sub(1)?, kind))
        };
        let (site, layer, kind) = parts().ok_or_else(|| UnknownName {
            what: "net",
            found: text.into(),
            choices: "SITE.LAYER.METHOD-SIZE such as enc.1.alr-m".into(),
        })?;
        Ok(Self { site: site.parse()?, layer, kind: kind.parse()? })
    }
}

impl fmt::Display for NetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.method.code(), self.size.code())
    }
}

/// As in a file name, with the layer counted from 1: `enc.1.alr-m`.
impl fmt::Display for NetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.site.code(), self.layer + 1, self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of hidden widths in the paper's code, for L = 50 and d = 128.
    #[test]
    fn hidden_widths() {
        assert_eq!(Size::ALL.map(|size| size.hidden(6400)), [25, 50, 800, 3200, 12800]);
        assert_eq!(Size::Xs.hidden(100), 1);
    }

    #[test]
    fn names_come_back() {
        for size in Size::ALL {
            let kind = NetKind { method: Method::Alr, size };
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        let id = NetId { site: Site::Cross, layer: 3, kind: "alr-xl".parse().unwrap() };
        assert_eq!((id.to_string().as_str(), id.to_string().parse()), ("cross.4.alr-xl", Ok(id)));
        assert!(
            ["enc.0.alr-m", "enc.alr-m", "enc.1", "enc.1.alr-m.x"].iter().all(|text| text.parse::<NetId>().is_err())
        );
        let error = "alr-huge".parse::<NetKind>().unwrap_err();
        assert_eq!(error.to_string(), "there is no size `huge`; there are xs, s, m, l, xl");
    }
}
