//! One line of the comparison: who, at what, how fast, or why not.

use serde_json::{Value, json};

use super::work::{Losses, Work, difference};

#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Measured {
        ms: f64,
        gflops: Option<f64>,
        losses: Losses,
    },
    /// Something it needs is not here.
    Missing(String),
    /// It would take too long.
    Skipped(String),
    Failed(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub work: String,
    pub who: String,
    pub outcome: Outcome,
    pub threads: Option<u64>,
    pub adapter: Option<String>,
    pub note: Option<String>,
}

impl Row {
    pub fn new(work: &str, who: &str, outcome: Outcome) -> Self {
        Self { work: work.into(), who: who.into(), outcome, threads: None, adapter: None, note: None }
    }

    /// What a program printed of a work.
    pub fn read(work: &str, who: &str, found: &Value) -> Self {
        let text = |name: &str| found[name].as_str().map(String::from);
        let number = |name: &str| found[name].as_f64();
        let gigaflop = Work::all().find(|one| one.name() == work).map(Work::gigaflop);
        let outcome = match number("ms") {
            Some(ms) => Outcome::Measured {
                ms,
                // One count for all where the work is one of all.
                gflops: gigaflop.map(|count| count / ms * 1000.0).or(number("gflops")),
                losses: Losses { first: number("first_loss"), last: number("loss") },
            },
            None => match (text("missing"), number("slow"), text("error")) {
                (Some(reason), ..) => Outcome::Missing(reason),
                (_, Some(ms), _) => Outcome::Skipped(format!("a step took {:.0} s, and one was enough", ms / 1000.0)),
                (.., error) => Outcome::Failed(error.unwrap_or_else(|| format!("it printed no time: {found}"))),
            },
        };
        let (threads, adapter, note) = (found["threads"].as_u64(), text("adapter"), text("note"));
        Self { threads, adapter, note, ..Self::new(work, who, outcome) }
    }

    pub fn is_ours(&self) -> bool {
        self.who.starts_with("attentionless-")
    }

    pub fn ms(&self) -> Option<f64> {
        match self.outcome {
            Outcome::Measured { ms, .. } => Some(ms),
            _ => None,
        }
    }

    /// Why it is no figure, or none to rely on.
    pub fn reason(&self) -> Option<(&'static str, String)> {
        match &self.outcome {
            Outcome::Measured { losses, .. } => difference(&self.work, *losses).map(|reason| ("differs", reason)),
            Outcome::Missing(reason) => Some(("missing", reason.clone())),
            Outcome::Skipped(reason) => Some(("skipped", reason.clone())),
            Outcome::Failed(reason) => Some(("failed", reason.clone())),
        }
    }

    /// The row of ours on the same kind of device, with as many threads where there is one, and how many times its time this one takes.
    pub fn ratio<'a>(&self, rows: &'a [Self]) -> Option<(&'a str, f64)> {
        let beside = beside(&self.who)?;
        let on_device = rows.iter().filter(|row| row.work == self.work && beside.contains(&row.who.as_str()));
        let measured = on_device.filter_map(|row| Some((row, row.ms()?)));
        // Where none has as many, the last one: it has more than one.
        let (ours, ms) = measured.max_by_key(|(row, _)| row.threads == self.threads)?;
        Some((&ours.who, self.ms()? / ms))
    }

    pub fn to_json(&self, rows: &[Self]) -> Value {
        let mut row = json!({"work": self.work, "who": self.who, "ms": self.ms(), "gflops": null, "loss": null});
        if let Outcome::Measured { gflops, losses, .. } = &self.outcome {
            row["gflops"] = (*gflops).into();
            row["loss"] = losses.last.into();
            row["first_loss"] = losses.first.into();
        }
        row["threads"] = self.threads.into();
        row["adapter"] = self.adapter.as_deref().into();
        row["note"] = self.note.as_deref().into();
        if let Some((beside, ratio)) = self.ratio(rows) {
            row["beside"] = beside.into();
            row["ratio"] = ratio.into();
        }
        let reason = self.reason();
        row["state"] = reason.as_ref().map_or("measured", |(state, _)| state).into();
        row["reason"] = reason.map(|(_, reason)| reason).into();
        row
    }
}

/// Whom of ours a peer is to be compared with: those on the same device.
fn beside(who: &str) -> Option<&'static [&'static str]> {
    Some(match who {
        "burn-webgpu" => &["attentionless-native-wgpu"],
        "burn-cpu" | "torch-cpu" | "torch-compile" => &["attentionless-native"],
        who if who.starts_with("attentionless-") => return None,
        who if who.ends_with("-webgpu") => &["attentionless-webgpu"],
        who if who.ends_with("-wasm") => &["attentionless-threads-wasm", "attentionless-wasm"],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORK: &str = "distil 6400-800-6400 batch 64";

    #[test]
    fn what_a_program_prints_is_a_row() {
        let row = Row::read(WORK, "jax-wasm", &json!({"ms": 200.0, "loss": 0.10597, "threads": 2, "adapter": "CPU"}));
        assert_eq!((row.ms(), row.threads, row.adapter.as_deref()), (Some(200.0), Some(2), Some("CPU")));
        assert_eq!(row.reason(), None);
        assert_eq!(row.to_json(&[])["gflops"], json!(16.384));
        let states = [json!({"missing": "no torch"}), json!({"slow": 77_000.0}), json!({"error": "lost"}), json!({})];
        let states = states.map(|found| Row::read(WORK, "x", &found).reason().map(|(state, _)| state));
        assert_eq!(states, ["missing", "skipped", "failed", "failed"].map(Some));
    }

    #[test]
    fn another_loss_is_said_in_the_row() {
        let row = Row::read(WORK, "tfjs-wasm", &json!({"ms": 1.0, "loss": 0.2})).to_json(&[]);
        assert_eq!((&row["state"], &row["ms"]), (&json!("differs"), &json!(1.0)));
    }

    #[test]
    fn a_peer_is_compared_with_ours_on_its_device() {
        let row = |who, ms| Row::read(WORK, who, &json!({"ms": ms, "loss": 0.10597}));
        let rows = [row("attentionless-webgpu", 100.0), row("attentionless-native", 10.0), row("jax-webgpu", 250.0)];
        assert_eq!(rows[2].ratio(&rows), Some(("attentionless-webgpu", 2.5)));
        assert_eq!(row("torch-cpu", 5.0).ratio(&rows), Some(("attentionless-native", 0.5)));
        assert_eq!(row("burn-webgpu", 5.0).ratio(&rows), None);
        assert_eq!(rows[0].ratio(&rows), None);
    }

    #[test]
    fn in_wasm_a_peer_is_compared_with_as_many_threads_where_they_are() {
        let row = |who, ms, threads| Row { threads: Some(threads), ..Row::read(WORK, who, &json!({"ms": ms})) };
        let rows = [row("attentionless-wasm", 250.0, 1), row("attentionless-threads-wasm", 125.0, 2)];
        let two = row("jax-wasm", 150.0, 2);
        assert_eq!(two.ratio(&rows), Some(("attentionless-threads-wasm", 1.2)));
        assert_eq!(two.ratio(&rows[..1]), Some(("attentionless-wasm", 0.6)));
        assert_eq!(row("jax-single-wasm", 250.0, 1).ratio(&rows), Some(("attentionless-wasm", 1.0)));
        assert_eq!(row("tfjs-wasm", 500.0, 4).ratio(&rows), Some(("attentionless-threads-wasm", 4.0)));
    }
}
