//! `plan`: what a run will cost.

use super::{open, print_json};
use crate::{
    args::{HowArgs, RecipeArgs},
    output::print,
    table,
};
use attentionless::plan;
use std::{error::Error, process::ExitCode};

pub fn plan(recipe: &RecipeArgs, [all, variants]: [bool; 2], how: &HowArgs) -> Result<ExitCode, Box<dyn Error>> {
    let recipe = recipe.recipe()?;
    if all {
        let rows = plan::table(&recipe, variants);
        if how.json {
            let (length, d_model) = (recipe.model.max_len, recipe.model.d_model);
            return print_json(&serde_json::json!({ "length": length, "d_model": d_model, "rows": rows }));
        }
        print(&table::nets(&rows))?;
        return Ok(ExitCode::SUCCESS);
    }
    let opened = open(&how.device)?;
    let gflops = pollster::block_on(plan::speed(&opened.device))?;
    let plan = plan::plan(&recipe, Some(gflops));
    match how.json {
        true => drop(print_json(&plan)?),
        false => print(&table::plan(&plan))?,
    }
    if let Some(limit) = opened.largest_buffer.filter(|&limit| limit < plan.largest_buffer_bytes) {
        let (needed, name) = (plan.largest_buffer_bytes, opened.name);
        return Err(format!("a buffer of {needed} bytes is needed, {name} allows {limit}: choose smaller sizes").into());
    }
    Ok(ExitCode::SUCCESS)
}
