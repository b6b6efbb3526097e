//! The comparison as a person reads it.

use super::row::Row;

/// A block for each work, in the order of their first rows.
pub fn print(rows: &[Row]) {
    let mut works: Vec<&str> = Vec::new();
    for row in rows {
        if !works.contains(&row.work.as_str()) {
            works.push(&row.work);
        }
    }
    for work in works {
        println!("\n{work}");
        println!("  {:26} {:>10} {:>9} {:>10} {:>7} {:>7}", "who", "ms", "GFLOP/s", "loss", "ratio", "threads");
        for row in rows.iter().filter(|row| row.work == work) {
            println!("{}", line(row, rows));
        }
    }
    println!("\nratio: time, in times of ours on the same kind of device");
}

fn line(row: &Row, rows: &[Row]) -> String {
    let said = row.to_json(rows);
    let number = |name: &str, digits: usize| said[name].as_f64().map(|value| format!("{value:.digits$}"));
    let reason = row.reason().map(|(state, reason)| format!("{state}: {reason}"));
    if row.ms().is_none() {
        return format!("  {:26} {}", row.who, reason.unwrap_or_default());
    }
    let cell = |text: Option<String>| text.unwrap_or_else(|| "-".into());
    let line = format!(
        "  {:26} {:>10} {:>9} {:>10} {:>7} {:>7}",
        row.who,
        cell(number("ms", 1)),
        cell(number("gflops", 2)),
        cell(number("loss", 6)),
        cell(number("ratio", 2)),
        cell(row.threads.map(|count| count.to_string())),
    );
    reason.map_or_else(|| line.clone(), |reason| format!("{line}  {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::row::Outcome;
    use serde_json::json;

    #[test]
    fn a_line_has_the_figures_or_the_reason() {
        const WORK: &str = "distil 6400-800-6400 batch 64";
        let rows = [
            Row::read(WORK, "attentionless-wasm", &json!({"ms": 100.0, "loss": 0.10597, "threads": 1})),
            Row::read(WORK, "jax-wasm", &json!({"ms": 250.0, "loss": 0.2, "threads": 2})),
            Row::new(WORK, "torch-cpu", Outcome::Missing("no torch".into())),
        ];
        let words = |index: usize| line(&rows[index], &rows).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(0), "attentionless-wasm 100.0 32.77 0.105970 - 1");
        assert!(words(1).starts_with("jax-wasm 250.0 13.11 0.200000 2.50 2 differs: does other work"));
        assert_eq!(words(2), "torch-cpu missing: no torch");
    }
}
