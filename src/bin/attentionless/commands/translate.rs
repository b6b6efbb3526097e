//! `translate`: lines in, lines out.

use super::{need_run, open};
use crate::output::{print, say};
use attentionless::{device::Choice, model::mix::Mix, session::Translator, store::Directory};
use std::{
    error::Error,
    io::{self, BufRead},
    path::Path,
    process::ExitCode,
};

pub fn translate(run: &Path, mix: &Mix, beam: usize, device: &Choice) -> Result<ExitCode, Box<dyn Error>> {
    need_run(run)?;
    if !(1..=64).contains(&beam) {
        say(&format!("error: --beam is {beam}; expected 1 to 64"));
        return Ok(ExitCode::from(2));
    }
    let opened = open(device)?;
    let translator = Translator::open(Box::new(Directory::new(run)), &opened)?.with_beam(beam);
    // Before any line is read.
    translator.check(mix)?;
    for (index, line) in io::stdin().lock().split(b'\n').enumerate() {
        let text = String::from_utf8(line?).map_err(|error| {
            let byte = error.utf8_error().valid_up_to() + 1;
            let line = index + 1;
            format!(
                "line {line} of the input, byte {byte}, is not UTF-8: save the text as UTF-8; the lines before it are done"
            )
        })?;
        let translated = pollster::block_on(translator.translate(mix, &text))?;
        if translated.unread > 0 {
            let (tokens, max_len) = (translated.tokens, translator.max_len());
            let line = index + 1;
            say(&format!("line {line}: {tokens} tokens; this model reads {max_len}, the rest is not translated"));
        }
        print(&(translated.text + "\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}
