//! `corpus`: what a source holds, and what cleaning makes of it.

use super::{hub, print_json};
use crate::output::{print, say};
use attentionless::{
    corpus::{Spec, build},
    store::write_whole,
};
use std::{error::Error, path::Path, process::ExitCode};

pub fn corpus(spec: &Spec, out: Option<&Path>, json: bool) -> Result<ExitCode, Box<dyn Error>> {
    hub::bring([Some(&spec.source), spec.valid.as_ref(), spec.test.as_ref()].into_iter().flatten())?;
    let corpus = build(spec)?;
    if let Some(file) = out {
        let lines = corpus.train.iter().map(|pair| format!("{}\t{}\n", pair.source, pair.target));
        write_whole(file, lines.collect::<String>().as_bytes())?;
        say(&format!("wrote {} training pairs to {}", corpus.train.len(), file.display()));
    }
    if json {
        let value = serde_json::json!({ "hash": corpus.hash, "report": corpus.report });
        return print_json(&value);
    }
    let examples = corpus.train.iter().take(5).map(|pair| format!("  {}  =  {}\n", pair.source, pair.target));
    print(&format!("{}\nhash {}\n{}", corpus.report, corpus.hash, examples.collect::<String>()))?;
    Ok(ExitCode::SUCCESS)
}
