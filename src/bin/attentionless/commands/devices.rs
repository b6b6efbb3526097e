//! `devices`: what there is, and what would be used.

use super::print_json;
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
    for adapter in &found {
        println!("{adapter}");
    }
    println!("CPU (flex; {threads} threads)");
    match chosen {
        Some(adapter) => println!("auto uses {}: the first hardware adapter", adapter.name),
        None if found.is_empty() => println!("auto uses the CPU: there is no graphics adapter"),
        None => println!("auto uses the CPU: there are only software adapters, which are slower"),
    }
    Ok(ExitCode::SUCCESS)
}
