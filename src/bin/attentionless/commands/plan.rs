//! `plan`: what a run will cost.

use super::{open, print_json};
use crate::{
    args::{HowArgs, RecipeArgs},
    table,
};
use attentionless::plan;
use std::{error::Error, process::ExitCode};

pub fn plan(recipe: &RecipeArgs, all: bool, how: &HowArgs) -> Result<ExitCode, Box<dyn Error>> {
    let recipe = recipe.recipe()?;
    if all {
        let rows = plan::table(&recipe);
        if how.json {
            let (length, d_model) = (recipe.model.max_len, recipe.model.d_model);
            return print_json(&serde_json::json!({ "length": length, "d_model": d_model, "rows": rows }));
        }
        print!("{}", table::nets(&rows));
        return Ok(ExitCode::SUCCESS);
    }
    let opened = open(&how.device)?;
    let gflops = pollster::block_on(plan::speed(&opened.device))?;
    let plan = plan::plan(&recipe, Some(gflops));
    if how.json {
        return print_json(&plan);
    }
    print!("{}", table::plan(&plan));
    if let Some(limit) = opened.largest_buffer.filter(|&limit| limit < plan.largest_buffer_bytes) {
        let needed = plan.largest_buffer_bytes;
        println!("does not fit: one buffer of {needed} bytes is needed, this device allows {limit}");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
