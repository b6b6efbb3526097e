//! `bench`: what a device does of what it can do at most, and whether it does it right.

use super::print_json;
use crate::output::{print, say};
use attentionless::{
    bench::{Report, Row, measure},
    device::{Choice, open},
    kernels::{
        matmul::tiling::{Tiling, force},
        self_test::verdicts,
    },
};
use std::{error::Error, process::ExitCode};

pub fn bench(
    works: &[String],
    tiling: Option<Tiling>,
    device: &Choice,
    json: bool,
) -> Result<ExitCode, Box<dyn Error>> {
    let opened = pollster::block_on(open(device))?;
    say(&format!("device: {}", opened.name));
    if let Some(tiling) = tiling.filter(|tiling| Tiling::possible().all(|it| it != *tiling)) {
        return Err(format!("the adapter has no subgroups, which `{tiling}` needs; leave out --tiling").into());
    }
    force(tiling);
    let report = pollster::block_on(measure(&opened, works, |row| say(&format!("{}: {:.3} ms", row.work, row.ms))))?;
    if json {
        return print_json(&report);
    }
    print(&table(&report))?;
    Ok(ExitCode::SUCCESS)
}

pub fn self_test(works: &[String], device: &Choice, json: bool) -> Result<ExitCode, Box<dyn Error>> {
    if let Some(text) = works.first() {
        return Err(format!("--self-test looks at all operations; leave out --work `{text}`").into());
    }
    let opened = pollster::block_on(open(device))?;
    let found = pollster::block_on(verdicts(&opened.device));
    opened.check()?;
    let code = if found.iter().all(|verdict| verdict.right) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if json {
        print_json(&serde_json::json!({ "adapter": opened.name, "operations": found }))?;
        return Ok(code);
    }
    let line = |right| if right { "as the CPU" } else { "WRONG" };
    let lines = found.iter().map(|it| format!("{:<24} {}\n", it.operation, line(it.right))).collect::<String>();
    print(&format!("{}\n{lines}", opened.name))?;
    Ok(code)
}

fn table(report: &Report) -> String {
    let width = report.rows.iter().map(|row| row.work.len()).max().unwrap_or(0);
    let line = |row: &Row| {
        let loss = row.loss.map_or(String::new(), |loss| format!("{loss:.6}"));
        let Row { work, ms, gflops, gb_per_s, percent, .. } = row;
        format!("{work:<width$}  {ms:>10.3}  {gflops:>9.1}  {gb_per_s:>8.1}  {percent:>5.1} %  {loss}\n")
    };
    let lines = report.rows.iter().map(line).collect::<String>();
    format!(
        "{}: at most {:.1} GFLOP/s and {:.1} GB/s\n{:<width$}  {:>10}  {:>9}  {:>8}  of both   loss of step 5\n{lines}",
        report.adapter, report.ceilings.gflops, report.ceilings.gb_per_s, "work", "ms", "GFLOP/s", "GB/s",
    )
}
