//! Shows what a session says: bars on a terminal, plain lines otherwise; on standard error.

use crate::output::say;
use attentionless::session::Event;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{IsTerminal, stderr},
    time::{Duration, Instant},
};

/// Between two plain lines of one stage.
const LINES: Duration = Duration::from_secs(10);

/// One stage at a time.
pub struct Progress {
    bar: Option<ProgressBar>,
    terminal: bool,
    stage: Option<Stage>,
    printed: Option<Instant>,
}

/// When a stage began, and where.
struct Stage {
    name: String,
    begun: Instant,
    first: u64,
}

impl Progress {
    pub fn new() -> Self {
        Self { bar: None, terminal: stderr().is_terminal(), stage: None, printed: None }
    }

    pub fn show(&mut self, event: &Event) {
        match event {
            Event::Corpus(corpus) => self.say(&corpus.report.to_string()),
            Event::Text(text) => self.say(&format!(
                "text: {} training, {} validation, {} test pairs; {} too long; vocabulary {}; {:.1} and {:.1} tokens a sentence",
                text.train, text.valid, text.test, text.too_long, text.vocab, text.source_tokens, text.target_tokens
            )),
            Event::Resumed { stage, step, total } => self.say(&format!("{stage}: goes on from step {step} of {total}")),
            Event::Training { step, total, loss, tokens_per_second, .. } => {
                let detail = format!("steps, loss {loss:.4}, {tokens_per_second:.0} tokens/s");
                self.work("teacher", u64::from(*step), u64::from(*total), &detail);
            }
            Event::Validated { epoch, epochs, loss, best } => {
                let kept = if *best { "; kept" } else { "" };
                self.say(&format!("teacher: epoch {epoch} of {epochs}: validation loss {loss:.4}{kept}"));
            }
            Event::Distilling { step, total, losses, sentences_per_second } => {
                let losses = losses.iter().map(|loss| format!("{} {:.4}", loss.net, loss.loss)).collect::<Vec<_>>();
                let detail = format!("steps, {}; {sentences_per_second:.0} sentences/s", losses.join(", "));
                self.work("nets", u64::from(*step), u64::from(*total), &detail);
            }
            Event::Fitted { net, parameters, fit } => {
                self.say(&format!("{net}: {parameters} parameters, MSE {:.5}, R² {:.3}", fit.mse, fit.r2));
            }
            Event::Tuning { mix, step, total, loss, tokens_per_second } => {
                let detail = format!("steps, loss {loss:.4}, {tokens_per_second:.0} tokens/s");
                self.work(mix, u64::from(*step), u64::from(*total), &detail);
            }
            Event::Tuned { mix } => self.say(&format!("{mix}: trained")),
            Event::Scoring { mix, sentences, total } => self.work(mix, *sentences as u64, *total as u64, "sentences"),
            Event::Scored(row) => self.say(&format!("{}: BLEU {:.2}", row.mix, row.bleu)),
            Event::Done { .. } => self.end(),
        }
    }

    /// A download so far.
    pub fn bytes(&mut self, name: &str, received: u64, total: u64) {
        self.work(name, received / 1000, total / 1000, "kB");
    }

    /// Ends the bar, if there is one.
    pub fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.stage = None;
    }

    fn say(&mut self, text: &str) {
        self.end();
        say(text.trim_end());
    }

    fn work(&mut self, name: &str, step: u64, total: u64, detail: &str) {
        if self.stage.as_ref().is_none_or(|stage| stage.name != name) {
            self.end();
            self.stage = Some(Stage { name: name.into(), begun: Instant::now(), first: step });
            self.printed = None;
        }
        let left = self.stage.as_ref().and_then(|stage| stage.left(step, total));
        let left = left.map(|seconds| format!(", {} left", duration(seconds))).unwrap_or_default();
        if self.terminal {
            let style = "{prefix:14} {bar:30} {pos}/{len} {msg}";
            let new = || {
                let bar = ProgressBar::new(total);
                bar.with_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()))
            };
            let bar = self.bar.get_or_insert_with(new);
            bar.set_prefix(name.to_string());
            bar.set_message(format!("{detail}{left}"));
            bar.set_position(step);
        } else if self.printed.is_none_or(|printed| printed.elapsed() >= LINES) {
            self.printed = Some(Instant::now());
            say(&format!("{name}: {step} of {total} {detail}{left}"));
        }
    }
}

impl Stage {
    /// Seconds to the end, at the pace so far.
    fn left(&self, step: u64, total: u64) -> Option<f64> {
        let done = step.checked_sub(self.first).filter(|&done| done > 0)?;
        Some(self.begun.elapsed().as_secs_f64() / done as f64 * total.saturating_sub(step) as f64)
    }
}

/// Rounded, as it is only an estimate.
pub fn duration(seconds: f64) -> String {
    match seconds {
        ..90.0 => format!("about {:.0} s", seconds.ceil()),
        ..5400.0 => format!("about {:.0} min", (seconds / 60.0).ceil()),
        _ => format!("about {:.1} h", seconds / 3600.0),
    }
}
