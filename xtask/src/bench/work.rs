//! What is measured: one step of fitting a net, at six sizes, and what its loss has to be.

use serde_json::Value;

/// The losses of every work in double precision; `torch_step.py --expect` prints them.
const LOSSES: &str = include_str!("../../../benches/peers/losses.json");
const WIDTH: u64 = 6400;
const TOLERANCE: f64 = 1e-3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    pub hidden: u64,
    pub batch: u64,
}

impl Work {
    /// From small to large, so that what a small one took tells of the larger ones.
    pub fn all() -> impl Iterator<Item = Self> {
        [25, 800, 3200].into_iter().flat_map(|hidden| [64, 256].map(|batch| Self { hidden, batch }))
    }

    pub fn name(self) -> String {
        format!("distil {WIDTH}-{}-{WIDTH} batch {}", self.hidden, self.batch)
    }

    /// Billions of operations of a step, as many for everybody: five products of matrices. A sixth, the gradient of the input,
    /// is needed for the first norm's parameters by those who know no other way.
    pub fn gigaflop(self) -> f64 {
        (10 * WIDTH * self.size()) as f64 / 1e9
    }

    /// What the time of a step goes with.
    pub fn size(self) -> u64 {
        self.hidden * self.batch
    }
}

/// What a program says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Losses {
    /// Of the first forward pass: off where the program starts from other numbers.
    pub first: Option<f64>,
    /// Of the fifth step's forward pass.
    pub last: Option<f64>,
}

/// Why these losses are not those of the work, if they are not; `None` also where nobody knows them.
pub fn difference(work: &str, found: Losses) -> Option<String> {
    let expected: Value = serde_json::from_str(LOSSES).ok()?;
    let expected = expected.get(work)?;
    let off = |found: Option<f64>, name: &str| {
        let (found, expected) = (found?, expected[name].as_f64()?);
        // A comparison with what is not a number is false.
        let agrees = (found - expected).abs() <= TOLERANCE * expected.abs();
        (!agrees).then(|| format!("{found:.6} in place of {expected:.6}"))
    };
    if let Some(off) = off(found.first, "first_loss") {
        return Some(format!("starts from other numbers: its first loss is {off}"));
    }
    if found.last.is_none() {
        return Some("reports no loss".into());
    }
    off(found.last, "loss").map(|off| format!("does other work: its loss is {off}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_work_has_its_losses() {
        let losses: Value = serde_json::from_str(LOSSES).expect("JSON");
        for work in Work::all() {
            let expected = &losses[work.name()];
            let [first, last] = ["first_loss", "loss"].map(|name| expected[name].as_f64());
            assert!(last.expect("a loss") < first.expect("a first loss"), "{}", work.name());
            assert_eq!(difference(&work.name(), Losses { first, last }), None);
        }
    }

    #[test]
    fn other_losses_are_told_apart_by_where_they_begin() {
        let work = Work { hidden: 800, batch: 64 }.name();
        let of = |first, last| difference(&work, Losses { first, last }).unwrap_or_default();
        assert_eq!(of(Some(0.41690), Some(0.10600)), "");
        assert_eq!(of(None, Some(0.10600)), "");
        assert!(of(Some(0.5), Some(0.10597)).starts_with("starts from other numbers"));
        assert!(of(Some(0.41690), Some(0.1062)).starts_with("does other work"));
        assert!(of(Some(0.41690), Some(f64::NAN)).starts_with("does other work"));
        assert_eq!(of(Some(0.41690), None), "reports no loss");
        assert_eq!(difference("gemm nn 64x800x6400", Losses::default()), None);
    }

    #[test]
    fn operations_are_those_of_five_products() {
        assert_eq!(Work { hidden: 800, batch: 64 }.gigaflop(), 3.2768);
    }
}
