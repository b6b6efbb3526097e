//! `devices`: what there is, and what would be used.

use super::print_json;
use crate::output::print;
use attentionless::device::adapters;
use std::{error::Error, process::ExitCode};

pub fn devices(json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let found = pollster::block_on(adapters());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let chosen = found.iter().find(|adapter| adapter.chosen);
    if json {
        let chosen = chosen.map_or("cpu", |adapter| adapter.name.as_str());
        return print_json(&serde_json::json!({ "adapters": found, "threads": threads, "chosen": chosen }));
    }
    let choice = match chosen {
        Some(adapter) => {
            format!("auto uses {}: the first hardware adapter, if it passes a check of its numbers", adapter.name)
        }
        None if found.is_empty() => "auto uses the CPU: there is no graphics adapter".into(),
        None => "auto uses the CPU: there are only software adapters, which are slower".into(),
    };
    let adapters = found.iter().map(|adapter| format!("{adapter}\n")).collect::<String>();
    print(&format!("{adapters}CPU (flex; {threads} threads)\n{choice}\n"))?;
    Ok(ExitCode::SUCCESS)
}
