//! The scale of BLEU of a panel. Each has its own: at one site nets are apart by two points, at another by fifty.

/// From BLEU to pixels below the plot's upper edge.
pub struct Axis {
    low: f64,
    high: f64,
    step: f64,
    height: f64,
}

/// About how many steps there are.
const STEPS: f64 = 5.0;

impl Axis {
    /// Holds all values, between round numbers and within 0 to 100.
    pub fn over(values: impl Iterator<Item = f64>, height: f64) -> Self {
        let (low, high) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (value.min(low), value.max(high)));
        let spread = (high - low).max(1.0);
        let step = round_step(spread / STEPS);
        // With some room, so that no mark lies on the frame.
        let low = ((low - 0.03 * spread) / step).floor() * step;
        let high = ((high + 0.03 * spread) / step).ceil() * step;
        Self { low: low.max(0.0), high: high.min(100.0), step, height }
    }

    pub fn y(&self, bleu: f64) -> f64 {
        (self.high - bleu) / (self.high - self.low) * self.height
    }

    /// The numbers at the axis, and how they are written.
    pub fn ticks(&self) -> impl Iterator<Item = (f64, String)> {
        let decimals = usize::from(self.step < 1.0);
        let count = ((self.high - self.low) / self.step).round() as usize;
        (0..=count)
            .map(move |index| self.low + index as f64 * self.step)
            .map(move |at| (at, format!("{at:.decimals$}")))
    }
}

/// 1, 2 or 5 times a power of ten, at least as large.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let times = [1.0, 2.0, 5.0, 10.0].into_iter().find(|times| times * power >= step * 0.999);
    times.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_numbers_hold_all_values() {
        for (values, expected) in [
            ([1.2, 86.0], vec!["0", "20", "40", "60", "80", "100"]),
            ([66.0, 86.5], vec!["65", "70", "75", "80", "85", "90"]),
            ([50.0, 50.0], vec!["49.8", "50.0", "50.2"]),
            ([0.0, 100.0], vec!["0", "20", "40", "60", "80", "100"]),
        ] {
            let axis = Axis::over(values.into_iter(), 200.0);
            assert_eq!(axis.ticks().map(|(_, text)| text).collect::<Vec<_>>(), expected);
            assert!(values.iter().all(|&value| (0.0..=200.0).contains(&axis.y(value))));
        }
        let axis = Axis::over([66.0, 86.5].into_iter(), 200.0);
        assert_eq!([axis.y(90.0), axis.y(65.0)], [0.0, 200.0]);
    }
}
