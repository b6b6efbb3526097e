//! The command `wasm-bindgen` without installing it: `bindgen IN.wasm FOLDER` writes FOLDER/attentionless.js,
//! attentionless_bg.wasm and their types.

use std::env::args;
use std::error::Error;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let [input, folder] = <[String; 2]>::try_from(args().skip(1).collect::<Vec<_>>())
        .map_err(|words| format!("usage: bindgen IN.wasm FOLDER, not {} arguments", words.len()))?;
    Bindgen::new()
        .web(true)?
        .input_path(input)
        .out_name("attentionless")
        .typescript(true)
        // Bundlers look for `new URL("..._bg.wasm", import.meta.url)`, which this would leave out.
        .omit_default_module_path(false)
        // More than half of what the linker writes.
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)?;
    Ok(())
}
