//! `translate`: lines in, lines out.

use super::{need_run, open};
use attentionless::{device::Choice, model::mix::Mix, session::Translator, store::Directory};
use std::{
    error::Error,
    io::{self, BufRead, Write},
    path::Path,
    process::ExitCode,
};

pub fn translate(run: &Path, mix: &Mix, beam: usize, device: &Choice) -> Result<ExitCode, Box<dyn Error>> {
    need_run(run)?;
    if !(1..=64).contains(&beam) {
        eprintln!("error: --beam is {beam}; expected 1 to 64");
        return Ok(ExitCode::from(2));
    }
    let opened = open(device)?;
    let translator = Translator::open(Box::new(Directory(run.into())), mix, beam, &opened)?;
    let mut out = io::stdout().lock();
    for (index, line) in io::stdin().lock().split(b'\n').enumerate() {
        let text = String::from_utf8(line?).map_err(|error| {
            format!("line {} of the input is not UTF-8 (byte {})", index + 1, error.utf8_error().valid_up_to())
        })?;
        let translated = pollster::block_on(translator.translate(&text))?;
        opened.check()?;
        if translated.unread > 0 {
            let (tokens, max_len) = (translated.unread + translator.max_len(), translator.max_len());
            eprintln!("line {}: {tokens} tokens; this model reads {max_len}, the rest is not translated", index + 1);
        }
        writeln!(out, "{}", translated.text)?;
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}
