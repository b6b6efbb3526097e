//! What the finished cells of a sweep say together.

use super::{
    Family, SweepError,
    folder::{CELLS, Done, differing, shared},
};
use crate::{
    model::{
        mix::{Filling, Mix},
        sites::{NetKind, Site},
    },
    recipe::Recipe,
    store::{Directory, Store},
};
use serde::Serialize;
use std::path::Path;

/// All finished cells, and what they say of each mix.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Collected {
    /// What all cells share.
    pub recipe: Recipe,
    pub seeds: Vec<u64>,
    pub points: Vec<Point>,
    pub cells: Vec<Done>,
}

/// A mix over its seeds. BLEU and chrF on a scale of 0 to 100.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    pub mix: String,
    /// Where all layers of one site are filled alike: `enc`, `self` or `cross`.
    pub site: Option<&'static str>,
    /// The method of its nets there, with its variant; their size.
    pub family: Option<String>,
    pub size: Option<&'static str>,
    pub seeds: usize,
    /// The mean.
    pub bleu: f64,
    /// The lowest and the highest seed; with one seed, its own 95 % interval.
    pub bleu_low: f64,
    pub bleu_high: f64,
    /// Of the mean over seeds; none with one seed.
    pub bleu_standard_error: Option<f64>,
    /// The mean difference to the teacher of the same seed.
    pub bleu_difference: Option<f64>,
    pub bleu_authors: f64,
    pub chrf: f64,
    /// Of the whole model; the mean where the vocabularies of seeds differ in size.
    pub parameters: usize,
    /// The mean over layers and seeds.
    pub r2: Option<f64>,
    pub ms_per_sentence: f64,
    /// The mean time of a cell: training and scores.
    pub seconds: f64,
}

impl Point {
    /// The site and its filling, where all layers of one site are filled alike.
    pub fn alone(&self) -> Option<(Site, Filling)> {
        self.mix.parse::<Mix>().ok()?.alone()
    }
}

/// Reads the finished cells in a sweep's folder. One that cannot be used is named, and so is one of another recipe.
pub fn collect(folder: &Path) -> Result<Collected, SweepError> {
    let store = Directory::new(folder);
    let mut cells = Vec::new();
    for name in store.list(CELLS)?.into_iter().filter(|name| name.ends_with(".json")) {
        if let Some(bytes) = store.read(&name)? {
            cells.push(Done::parse(&folder.join(name), &bytes)?);
        }
    }
    cells.sort_by_key(|cell| (Place::of(&cell.mix), cell.seed));
    let Some(first) = cells.first() else { return Err(SweepError::NoCells(folder.into())) };
    let recipe = shared(&first.recipe);
    for cell in &cells {
        if let Some((part, [begun, wanted])) = differing(&recipe, &shared(&cell.recipe)) {
            let reason = format!(
                "its recipe is not that of {}.{}: `{part}` is {wanted} here, {begun} there",
                first.seed, first.mix
            );
            let file = folder.join(format!("{CELLS}/{}.{}.json", cell.seed, cell.mix));
            return Err(SweepError::Unusable { file, reason });
        }
    }
    let mut seeds = cells.iter().map(|cell| cell.seed).collect::<Vec<_>>();
    seeds.sort();
    seeds.dedup();
    let points = cells.chunk_by(|one, next| one.mix == next.mix).map(point).collect();
    Ok(Collected { recipe, seeds, points, cells })
}

/// Where a mix stands in tables: in this order, and site by site.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Teacher,
    Alone(Site, Standing),
    Several(String),
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Net(NetKind),
    Control(String),
}

impl Place {
    fn of(mix: &str) -> Self {
        let Ok(parsed) = mix.parse::<Mix>() else { return Self::Several(mix.into()) };
        match parsed.alone() {
            Some((site, Filling::Net(kind))) => Self::Alone(site, Standing::Net(kind)),
            Some((site, control)) => Self::Alone(site, Standing::Control(control.to_string())),
            None if parsed == Mix::teacher() => Self::Teacher,
            None => Self::Several(mix.into()),
        }
    }
}

/// Cells of one mix.
fn point(cells: &[Done]) -> Point {
    let mean = |value: &dyn Fn(&Done) -> f64| cells.iter().map(value).sum::<f64>() / cells.len() as f64;
    let alone = cells[0].mix.parse::<Mix>().ok().and_then(|mix| mix.alone());
    let kind = alone.and_then(|(_, filling)| if let Filling::Net(kind) = filling { Some(kind) } else { None });
    let bleu = mean(&|cell| cell.row.bleu);
    let scores = || cells.iter().map(|cell| cell.row.bleu);
    let (bleu_low, bleu_high) = match cells {
        [one] => (one.row.bleu_low, one.row.bleu_high),
        _ => (scores().fold(f64::INFINITY, f64::min), scores().fold(f64::NEG_INFINITY, f64::max)),
    };
    let count = cells.len() as f64;
    let variance = scores().map(|score| (score - bleu).powi(2)).sum::<f64>() / (count - 1.0);
    let differences = cells.iter().map(|cell| cell.row.difference.as_ref().map(|difference| difference.bleu));
    let differences = differences.collect::<Option<Vec<_>>>();
    let fits = cells.iter().flat_map(|cell| cell.row.r2.values().copied()).collect::<Vec<_>>();
    Point {
        mix: cells[0].mix.clone(),
        site: alone.map(|(site, _)| site.code()),
        family: kind.map(|kind| Family::of(kind).to_string()),
        size: kind.map(|kind| kind.size.code()),
        seeds: cells.len(),
        bleu,
        bleu_low,
        bleu_high,
        bleu_standard_error: (cells.len() > 1).then(|| (variance / count).sqrt()),
        bleu_difference: differences.map(|all| all.iter().sum::<f64>() / count),
        bleu_authors: mean(&|cell| cell.row.bleu_authors),
        chrf: mean(&|cell| cell.row.chrf),
        parameters: mean(&|cell| cell.row.parameters as f64).round() as usize,
        r2: (!fits.is_empty()).then(|| fits.iter().sum::<f64>() / fits.len() as f64),
        ms_per_sentence: mean(&|cell| cell.row.ms_per_sentence),
        seconds: mean(&|cell| cell.seconds.teacher + cell.seconds.distil + cell.seconds.eval),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::{
        score::{Difference, Row, Seconds},
        sweep::Cell,
    };
    use std::{collections::BTreeMap, fs, path::PathBuf};

    /// A finished cell with this BLEU.
    pub fn done(cell: &str, bleu: f64) -> Done {
        let cell: Cell = cell.parse().unwrap();
        let recipe = cell.recipe(&shared(&Recipe::preset("micro").unwrap()));
        let difference = Difference { bleu: bleu - 50.0, low: 0.0, high: 0.0, verdict: crate::metrics::Verdict::Lower };
        let r2 = cell.mix.nets(1).iter().map(|id| (format!("{}.1", id.site.code()), bleu / 100.0)).collect();
        let row = Row {
            mix: cell.mix.to_string(),
            bleu,
            bleu_low: bleu - 2.0,
            bleu_high: bleu + 1.0,
            bleu_authors: bleu + 3.0,
            chrf: bleu + 10.0,
            parameters: 1000 + cell.seed as usize,
            ms_per_sentence: 2.5,
            timed: 50,
            device: "CPU".into(),
            r2,
            difference: (!cell.is_teacher()).then_some(difference),
            sentences: 10,
            beam: 1,
        };
        let seconds = Seconds { distil: 3.0, eval: cell.seed as f64, ..Seconds::default() };
        let (hash, fit) = (recipe.hash(), BTreeMap::new());
        let (device, program) = ("CPU".into(), "0".into());
        Done { seed: cell.seed, mix: cell.mix.to_string(), hash, row, fit, seconds, device, program, recipe }
    }

    /// A folder with these cells; it goes with its value.
    pub struct Cells(pub PathBuf);

    impl Cells {
        pub fn new(name: &str, cells: &[Done]) -> Self {
            let folder = std::env::temp_dir().join(format!("attentionless-{name}-{}", std::process::id()));
            fs::create_dir_all(folder.join(CELLS)).unwrap();
            for done in cells {
                let file = folder.join(format!("{CELLS}/{}.{}.json", done.seed, done.mix));
                fs::write(file, serde_json::to_vec(done).unwrap()).unwrap();
            }
            Self(folder)
        }
    }

    impl Drop for Cells {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn points_are_over_seeds_and_in_order() {
        let cells = [
            ("1.self=mean", 20.0),
            ("10.enc=alr-m", 40.0),
            ("1.teacher", 50.0),
            ("2.enc=alr-m", 34.0),
            ("1.enc=alr-m", 34.0),
            ("1.enc=alr-xs", 30.0),
            ("1.enc=none", 10.0),
            ("1.enc=elr-xs", 31.0),
            ("1.self=alr-m", 45.0),
            ("1.enc=alr-m,self=alr-m", 25.0),
        ];
        let folder = Cells::new("points", &cells.map(|(cell, bleu)| done(cell, bleu)));
        fs::write(folder.0.join("cells/.1.enc=alr-l.json.7.part"), "half").unwrap();
        let found = collect(&folder.0).unwrap();
        let mixes = found.points.iter().map(|point| point.mix.as_str()).collect::<Vec<_>>();
        let expected = [
            "teacher",
            "enc=alr-xs",
            "enc=alr-m",
            "enc=elr-xs",
            "enc=none",
            "self=alr-m",
            "self=mean",
            "enc=alr-m,self=alr-m",
        ];
        assert_eq!((mixes.as_slice(), found.seeds.as_slice()), (&expected[..], &[1, 2, 10][..]));
        let point = &found.points[2];
        assert_eq!((point.site, point.family.as_deref(), point.size), (Some("enc"), Some("alr"), Some("m")));
        assert_eq!((point.seeds, point.bleu, point.bleu_low, point.bleu_high), (3, 36.0, 34.0, 40.0));
        // Scores 34, 34 and 40: a variance of 12 over three seeds.
        assert_eq!((point.bleu_standard_error, point.bleu_difference), (Some(2.0), Some(-14.0)));
        assert_eq!((point.chrf, point.bleu_authors, point.parameters), (46.0, 39.0, 1004));
        assert!((point.r2.unwrap() - 0.36).abs() < 1e-12 && (point.seconds - (3.0 + 13.0 / 3.0)).abs() < 1e-12);
        let one = &found.points[1];
        assert_eq!((one.bleu_low, one.bleu_high, one.bleu_standard_error), (28.0, 31.0, None));
        assert_eq!((found.points[0].bleu_difference, found.points[0].r2), (None, None));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let folder = Cells::new("unusable", &[done("1.enc=none", 10.0)]);
        let file = folder.0.join("cells/2.enc=none.json");
        let error = || collect(&folder.0).unwrap_err().to_string();
        let says = |text: String, part: &str| {
            assert!(text.starts_with(&file.display().to_string()), "{text}");
            assert!(text.contains(part) && text.ends_with("; delete it and the sweep makes it again"), "{text}");
        };
        fs::write(&file, "{\"seed\": 2").unwrap();
        says(error(), "EOF");
        fs::write(&file, serde_json::to_vec(&done("1.enc=none", 10.0)).unwrap()).unwrap();
        says(error(), "it is of the cell 1.enc=none");
        let mut other = done("2.enc=none", 10.0);
        other.recipe.score.beam = 3;
        fs::write(&file, serde_json::to_vec(&other).unwrap()).unwrap();
        says(error(), "its recipe is not that of 1.enc=none: `score`");
        fs::remove_dir_all(folder.0.join(CELLS)).unwrap();
        assert!(error().contains("holds no finished cells"));
    }
}
