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

/// What of a layer a net takes the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Region {
    /// Queries, keys, values and softmax: LayerNorm(x) to the heads' outputs side by side. Output projection and residual stay.
    Heads,
    /// Norm, attention and the residual around them: x to x + MHA(LayerNorm(x)).
    Residual,
    /// The whole layer.
    Layer,
}

/// How a net replaces attention. A new method is a variant here and a row in the matches of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Attention Layer Replacement.
    Alr,
    /// Attention Layer Replacement with Residual.
    Alrr,
    /// Attention Separate heads Layer Replacement: a net for each head.
    Aslr,
    /// Encoder Layer Replacement.
    Elr,
    /// Attention-weights replacement, which is ours: the net predicts the weights of each head, the teacher's values and
    /// output projection stay.
    Awr,
}

impl Method {
    pub const ALL: [Self; 5] = [Self::Alr, Self::Alrr, Self::Aslr, Self::Elr, Self::Awr];

    /// The name in recipes and mixes.
    pub fn code(self) -> &'static str {
        match self {
            Self::Alr => "alr",
            Self::Alrr => "alrr",
            Self::Aslr => "aslr",
            Self::Elr => "elr",
            Self::Awr => "awr",
        }
    }

    /// What its nets take the place of.
    pub fn region(self) -> Region {
        match self {
            Self::Alr | Self::Aslr | Self::Awr => Region::Heads,
            Self::Alrr => Region::Residual,
            Self::Elr => Region::Layer,
        }
    }

    /// The sites that the method is built for; at the decoder's, the authors have ALR alone.
    pub fn sites(self) -> &'static [Site] {
        match self {
            Self::Alr => &Site::ALL,
            Self::Alrr | Self::Aslr | Self::Elr => &[Site::Encoder],
            Self::Awr => &Site::ALL,
        }
    }

    /// The variants that the method is built in at a site, beside the plain one.
    pub fn variants(self, site: Site) -> &'static [Variant] {
        match (self, site) {
            (Self::Alr, Site::Cross) => &Variant::ALL,
            (Self::Awr, _) => &[],
            _ => &[Variant::Deep2, Variant::Deep3],
        }
    }
}

/// A way of a method that is not the plain one. All are ours, for what the paper leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Variant {
    /// At cross-attention a query by itself with the source, and not all queries at once. (findings.md)
    PerQuery,
    /// The same, its hidden layer times a layer of the query.
    Gated,
    /// The authors' net at cross-attention, fitted on targets that are cut at random, as decoding sees them.
    Prefix,
    /// Two hidden layers.
    Deep2,
    /// Three hidden layers.
    Deep3,
}

impl Variant {
    pub const ALL: [Self; 5] = [Self::PerQuery, Self::Gated, Self::Prefix, Self::Deep2, Self::Deep3];

    /// The name in recipes and mixes, there behind a `+`.
    pub fn code(self) -> &'static str {
        match self {
            Self::PerQuery => "perquery",
            Self::Gated => "gated",
            Self::Prefix => "prefix",
            Self::Deep2 => "deep2",
            Self::Deep3 => "deep3",
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

    /// The same of ASLR's net for one head: W/32, W/16, W/8, and W/4 for both L and XL, as in the authors' code.
    pub fn hidden_of_a_head(self, width: usize) -> usize {
        let hidden = match self {
            Self::Xs => width / 32,
            Self::S => width / 16,
            Self::M => width / 8,
            Self::L | Self::Xl => width / 4,
        };
        hidden.max(1)
    }
}

/// A method in a size, and perhaps in a variant, such as `alr-m` or `alr-m+gated`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NetKind {
    pub method: Method,
    pub size: Size,
    pub variant: Option<Variant>,
}

impl NetKind {
    /// The method as it is.
    pub fn plain(method: Method, size: Size) -> Self {
        Self { method, size, variant: None }
    }

    /// Whether it is built for a site.
    pub fn stands_at(self, site: Site) -> bool {
        let variants = || self.method.variants(site);
        self.method.sites().contains(&site) && self.variant.is_none_or(|variant| variants().contains(&variant))
    }

    /// Where it can stand, in words.
    pub fn places(self) -> String {
        let sites = Site::ALL.into_iter().filter(|&site| self.stands_at(site)).map(Site::code).collect::<Vec<_>>();
        format!("it can stand {}", if sites.is_empty() { "nowhere".into() } else { format!("at {}", sites.join(", ")) })
    }

    /// The number of hidden layers.
    pub fn depth(self) -> usize {
        match self.variant {
            Some(Variant::Deep2) => 2,
            Some(Variant::Deep3) => 3,
            _ => 1,
        }
    }

    /// The hidden width at a site, for a sentence flattened to `width` values: at cross-attention the net reads two. The net of
    /// one head is as wide as the paper's table says.
    pub fn hidden(self, site: Site, width: usize) -> usize {
        match self.method {
            Method::Aslr => self.size.hidden_of_a_head(width),
            _ => self.size.hidden(if site == Site::Cross { 2 * width } else { width }),
        }
    }
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
pub(super) fn named<T: Copy>(
    what: &'static str,
    items: &[T],
    code: fn(T) -> &'static str,
    found: &str,
) -> Result<T, UnknownName> {
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

impl FromStr for Variant {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        named("variant", &Self::ALL, Self::code, text)
    }
}

impl FromStr for NetKind {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        let (plain, variant) = match text.split_once('+') {
            Some((plain, variant)) => (plain, Some(variant.parse()?)),
            None => (text, None),
        };
        let (method, size) = plain.split_once('-').ok_or_else(|| UnknownName {
            what: "net",
            found: text.into(),
            choices: "METHOD-SIZE such as alr-m, and +VARIANT behind it".into(),
        })?;
        Ok(Self { method: method.parse()?, size: size.parse()?, variant })
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
        write!(f, "{}-{}", self.method.code(), self.size.code())?;
        self.variant.map_or(Ok(()), |variant| write!(f, "+{}", variant.code()))
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
        let cross = Size::ALL.map(|size| NetKind::plain(Method::Awr, size).hidden(Site::Cross, 6400));
        assert_eq!(cross, [50, 100, 1600, 6400, 25600]);
        let head = Size::ALL.map(|size| NetKind::plain(Method::Aslr, size).hidden(Site::Encoder, 6400));
        assert_eq!(head, [200, 400, 800, 1600, 1600]);
    }

    #[test]
    fn names_come_back() {
        let plain = Method::ALL.into_iter().flat_map(|method| Size::ALL.map(|size| NetKind::plain(method, size)));
        let variants = Variant::ALL.into_iter().map(Some).chain([None]);
        for kind in plain.flat_map(|kind| variants.clone().map(move |variant| NetKind { variant, ..kind })) {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        let id = NetId { site: Site::Cross, layer: 3, kind: "alr-xl".parse().unwrap() };
        assert_eq!((id.to_string().as_str(), id.to_string().parse()), ("cross.4.alr-xl", Ok(id)));
        assert!(
            ["enc.0.alr-m", "enc.alr-m", "enc.1", "enc.1.alr-m.x"].iter().all(|text| text.parse::<NetId>().is_err())
        );
        let error = "alr-huge".parse::<NetKind>().unwrap_err();
        assert_eq!(error.to_string(), "there is no size `huge`; there are xs, s, m, l, xl");
        let error = "alr-m+wide".parse::<NetKind>().unwrap_err();
        assert_eq!(error.to_string(), "there is no variant `wide`; there are perquery, gated, prefix, deep2, deep3");
    }
}
