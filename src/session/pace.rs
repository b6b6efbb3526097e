//! How many steps fit into a budget. A GPU takes a step to its queue long before it does it, so that a look at the clock
//! alone would queue far more than the budget, and a pause would wait for all of it.

use std::time::Duration;

/// What the steps of a stage took so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// Of the last round: how many steps, and how long with the reading of their losses.
    last: Option<(u32, Duration)>,
}

impl Pace {
    /// Steps for the next round, at least 1: one at first, then as many as the last ones say, but at most twice as many as
    /// last time, since the first steps also compile.
    pub fn steps(&self, budget: Duration) -> u32 {
        let Some((steps, took)) = self.last else { return 1 };
        let fitting = f64::from(steps) * budget.as_secs_f64() / took.as_secs_f64().max(1e-9);
        // A cast holds at the largest value.
        (fitting as u32).clamp(1, steps.saturating_mul(2).max(1))
    }

    pub fn took(&mut self, steps: u32, time: Duration) {
        self.last = Some((steps, time));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_grow_to_the_budget() {
        let (mut pace, budget, step) = (Pace::default(), Duration::from_millis(250), Duration::from_millis(20));
        let mut rounds = Vec::new();
        for _ in 0..6 {
            let steps = pace.steps(budget);
            pace.took(steps, step * steps);
            rounds.push(steps);
        }
        assert_eq!(rounds, [1, 2, 4, 8, 12, 12]);
        // Slower than the budget, and faster than the clock can tell.
        pace.took(12, Duration::from_secs(60));
        assert_eq!(pace.steps(budget), 1);
        pace.took(12, Duration::ZERO);
        assert_eq!(pace.steps(budget), 24);
    }
}
