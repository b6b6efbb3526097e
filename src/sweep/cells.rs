//! Which cells a sweep has.

use crate::{
    model::{
        mix::{Filling, Mix, MixError, Trained},
        sites::{Method, NetKind, Site, Size, UnknownName},
    },
    recipe::{Layers, NetPart, Recipe},
};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// One seed and one mix, written `1.enc=alr-m`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    pub seed: u64,
    pub mix: Mix,
}

impl Cell {
    /// The cell that makes the teacher of this one.
    pub fn teacher(&self) -> Self {
        Self { seed: self.seed, mix: Mix::teacher() }
    }

    pub fn is_teacher(&self) -> bool {
        self.mix == Mix::teacher()
    }

    /// What its run does: the shared recipe with its seed, the nets of its mix, and a row for it.
    pub fn recipe(&self, shared: &Recipe) -> Recipe {
        let mut recipe = shared.clone();
        recipe.seed = self.seed;
        recipe.nets = net_parts(&self.mix, recipe.model.layers);
        (recipe.finetune.mix, recipe.score.mixes) = (None, vec![self.mix.clone()]);
        recipe
    }
}

/// The nets of a mix as a recipe has them: one part for all layers that have the same; none where all is trained from the first.
fn net_parts(mix: &Mix, layers: usize) -> Vec<NetPart> {
    if mix.how_trained() == Some(Trained::Scratch) {
        return Vec::new();
    }
    let mut places = BTreeMap::<(Site, NetKind), Vec<usize>>::new();
    for id in mix.nets(layers) {
        places.entry((id.site, id.kind)).or_default().push(id.layer + 1);
    }
    let part = |((site, NetKind { method, size, variant }), these): (_, Vec<usize>)| {
        let layers = if these.len() == layers { Layers::All } else { Layers::These(these) };
        NetPart { site, layers, method, size, variant }
    };
    places.into_iter().map(part).collect()
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.seed, self.mix)
    }
}

impl FromStr for Cell {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not SEED.MIX, such as 1.enc=alr-m or 1.teacher");
        let (seed, mix) = text.split_once('.').ok_or_else(wrong)?;
        let seed = seed.parse().map_err(|_| wrong())?;
        Ok(Self { seed, mix: mix.parse().map_err(|error: MixError| error.to_string())? })
    }
}

/// A method, with its variant if it has one, in any size: `alr`. A line of the figure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Family(String);

impl Family {
    pub fn of(kind: NetKind) -> Self {
        Self(kind.to_string().replacen(&format!("-{}", kind.size.code()), "", 1))
    }

    /// In this size.
    pub fn sized(&self, size: Size) -> Result<NetKind, UnknownName> {
        match self.0.split_once('+') {
            Some((method, variant)) => format!("{method}-{}+{variant}", size.code()).parse(),
            None => format!("{}-{}", self.0, size.code()).parse(),
        }
    }
}

impl FromStr for Family {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        text.split('+').next().unwrap_or_default().parse::<Method>()?;
        let family = Self(text.into());
        family.sized(Size::M).map(|_| family)
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The controls of a site, which need no training.
const CONTROLS: [Filling; 3] = [Filling::None, Filling::Uniform, Filling::Mean];

/// Methods by sizes by sites.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    pub families: Vec<Family>,
    pub sizes: Vec<Size>,
    pub sites: Vec<Site>,
}

impl Grid {
    /// A mix for each net that is built, and the controls of each site; beside them, what is not built. A method with no
    /// place left among the sites is an error.
    pub fn mixes(&self) -> Result<(Vec<Mix>, Vec<MixError>), MixError> {
        let (mut mixes, mut skipped) = (Vec::new(), Vec::new());
        for &site in &self.sites {
            for family in &self.families {
                for &size in &self.sizes {
                    let kind =
                        family.sized(size).map_err(|source| MixError::Name { mix: family.to_string(), source })?;
                    let mix = Mix::everywhere(site, Filling::Net(kind));
                    // The layers are no question here: one is always there.
                    match mix.check(1) {
                        Ok(()) => mixes.push(mix),
                        Err(error) => skipped.push((family, error)),
                    }
                }
            }
            mixes.extend(CONTROLS.map(|control| Mix::everywhere(site, control)));
        }
        let stands = |family: &Family| mixes.iter().any(|mix| family_of(mix).as_ref() == Some(family));
        match skipped.iter().position(|(family, _)| !stands(family)) {
            Some(index) => Err(skipped.swap_remove(index).1),
            None => Ok((mixes, skipped.into_iter().map(|(_, error)| error).collect())),
        }
    }
}

/// The family of the nets in a mix that has one at one site.
fn family_of(mix: &Mix) -> Option<Family> {
    match mix.alone()?.1 {
        Filling::Net(kind) => Some(Family::of(kind)),
        _ => None,
    }
}

/// The cells of a sweep, each once, in the order in which to work at them: the teachers first.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan(pub Vec<Cell>);

impl Plan {
    /// Refuses mixes that a model of so many layers cannot be.
    pub fn new(seeds: &[u64], mixes: &[Mix], layers: usize) -> Result<Self, MixError> {
        mixes.iter().try_for_each(|mix| mix.check(layers))?;
        let teachers = seeds.iter().map(|&seed| Cell { seed, mix: Mix::teacher() });
        let others = seeds.iter().flat_map(|&seed| mixes.iter().map(move |mix| Cell { seed, mix: mix.clone() }));
        let mut cells = Vec::new();
        for cell in teachers.chain(others) {
            if !cells.contains(&cell) {
                cells.push(cell);
            }
        }
        Ok(Self(cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sites::Variant;

    fn names(mixes: &[Mix]) -> Vec<String> {
        mixes.iter().map(Mix::to_string).collect()
    }

    fn grid(families: &[&str], sizes: &[Size], sites: &[Site]) -> Grid {
        let families = families.iter().map(|text| text.parse().unwrap()).collect();
        Grid { families, sizes: sizes.to_vec(), sites: sites.to_vec() }
    }

    #[test]
    fn what_is_not_built_is_skipped_or_refused() {
        let both = grid(&["alr", "elr"], &[Size::S, Size::Xl], &[Site::Encoder, Site::Cross]);
        let (mixes, skipped) = both.mixes().unwrap();
        let expected = [
            "enc=alr-s",
            "enc=alr-xl",
            "enc=elr-s",
            "enc=elr-xl",
            "enc=none",
            "enc=uniform",
            "enc=mean",
            "cross=alr-s",
            "cross=alr-xl",
            "cross=none",
            "cross=uniform",
            "cross=mean",
        ];
        assert_eq!(names(&mixes), expected);
        assert_eq!(skipped.len(), 2);
        let expected = "the mix `cross=elr-s` puts `elr-s` at `cross`; it can stand at enc";
        assert_eq!(skipped[0].to_string(), expected);
        let none = grid(&["alr", "elr"], &[Size::S], &[Site::Cross]).mixes().unwrap_err();
        assert_eq!(none.to_string(), expected);
    }

    #[test]
    fn teachers_come_first_and_nothing_twice() {
        let mixes = ["enc=none", "teacher", "enc=none", "enc.2=alr-m"].map(|text| text.parse().unwrap());
        let Plan(cells) = Plan::new(&[3, 1, 3], &mixes, 2).unwrap();
        let names = cells.iter().map(Cell::to_string).collect::<Vec<_>>();
        assert_eq!(names, ["3.teacher", "1.teacher", "3.enc=none", "3.enc.2=alr-m", "1.enc=none", "1.enc.2=alr-m"]);
        assert!(cells.iter().zip(names).all(|(cell, name)| name.parse() == Ok(cell.clone())));
        assert!(Plan::new(&[1], &mixes, 1).unwrap_err().to_string().contains("names layer 2"));
        for (text, says) in [("enc=none", "is not SEED.MIX"), ("x.teacher", "is not SEED.MIX"), ("1.enc", "`enc`")] {
            assert!(text.parse::<Cell>().unwrap_err().contains(says), "{text}");
        }
    }

    #[test]
    fn a_cell_has_the_nets_of_its_mix() {
        let shared = Recipe::preset("tiny").unwrap();
        let cell: Cell = "7.enc=alr-m,self.2=alr-s".parse().unwrap();
        let recipe = cell.recipe(&shared);
        let ids = recipe.net_ids().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            (recipe.seed, ids.as_slice()),
            (7, &["enc.1.alr-m", "enc.2.alr-m", "self.2.alr-s"].map(String::from)[..])
        );
        assert_eq!(recipe.nets[0].layers, Layers::All);
        assert_eq!(recipe.score.mixes, [cell.mix]);
        assert!("1.teacher".parse::<Cell>().unwrap().recipe(&shared).nets.is_empty());
    }

    #[test]
    fn families_come_in_sizes() {
        for kind in Method::ALL.into_iter().flat_map(|method| Size::ALL.map(|size| NetKind::plain(method, size))) {
            let gated = NetKind { variant: Some(Variant::Gated), ..kind };
            assert_eq!([kind, gated].map(|kind| Family::of(kind).sized(kind.size)), [Ok(kind), Ok(gated)]);
        }
        assert_eq!("alr-m".parse::<Family>().unwrap_err().what, "method");
    }
}
