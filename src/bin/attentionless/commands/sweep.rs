//! `sweep`: the cells of a sweep by this process, by children of it, or listed for others; and what they say together.

mod jobs;

use super::{open, print_json};
use crate::{
    args::SweepArgs,
    commands::work::{drive, stop_at_signals, stopped},
    output::{print, say},
};
use attentionless::{
    device::{Choice, Opened},
    session::{Goal, Session},
    store::write_whole,
    sweep::{Cell, Collected, Plan, Sweep, SweepError, collect, figure::figure},
};
use std::{
    error::Error,
    path::Path,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::sleep,
    time::Duration,
};

/// Between two looks at a cell that another process works at.
const WAIT: Duration = Duration::from_millis(300);

pub fn sweep(args: &SweepArgs) -> Result<ExitCode, Box<dyn Error>> {
    if let Some(folder) = &args.collect {
        return gather(folder, args.out.as_ref().unwrap_or(folder), args.json);
    }
    let (recipe, out) = (args.recipe.recipe()?, args.out.as_deref().ok_or("--out is missing")?);
    let sweep = Sweep::new(out, &recipe);
    if let Some(cell) = &args.cell {
        cell.mix.check(recipe.model.layers)?;
        return one(&sweep, cell, &args.device);
    }
    let (Plan(cells), skipped) = args.plan(&recipe)?;
    skipped.iter().for_each(|reason| say(&format!("left out: {reason}")));
    if args.list {
        return list(&cells, args);
    }
    sweep.begin()?;
    let stop = stop_at_signals();
    match jobs::work(&sweep, &cells, args, &stop)? {
        true => show(&collect(out)?, args.json),
        false => Ok(stopped()),
    }
}

/// The command of each cell, as this program was called.
fn list(cells: &[Cell], args: &SweepArgs) -> Result<ExitCode, Box<dyn Error>> {
    let program = std::env::args().next().unwrap_or_else(|| "attentionless".into());
    let line = |cell: &Cell| {
        let words = std::iter::once(program.clone()).chain(args.command(cell));
        words.map(|word| quoted(&word)).collect::<Vec<_>>().join(" ") + "\n"
    };
    print(&cells.iter().map(line).collect::<String>())?;
    say(&format!("{} commands, in any order: a cell waits for the teacher of its seed, or makes it", cells.len()));
    Ok(ExitCode::SUCCESS)
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=+./,:@%".contains(letter);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.into(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// One cell in this process, after the teacher of its seed.
fn one(sweep: &Sweep, cell: &Cell, choice: &Choice) -> Result<ExitCode, Box<dyn Error>> {
    sweep.begin()?;
    let mut work = Work { sweep, choice, opened: None, stop: stop_at_signals() };
    let teacher = cell.teacher();
    let is_done = || if cell.is_teacher() { sweep.can_teach(cell) } else { Ok(sweep.done(cell)?.is_some()) };
    if is_done()? {
        say(&format!("{cell} is done already"));
        return Ok(ExitCode::SUCCESS);
    }
    let taught = cell.is_teacher() || work.at(&teacher, || sweep.can_teach(&teacher))?;
    let reached = taught && work.at(cell, is_done)?;
    Ok(if reached { ExitCode::SUCCESS } else { stopped() })
}

/// What a process needs to work at cells.
struct Work<'a> {
    sweep: &'a Sweep,
    choice: &'a Choice,
    /// Once there is something to do on it.
    opened: Option<Opened>,
    stop: Arc<AtomicBool>,
}

impl Work<'_> {
    /// Works at a cell, or waits for another process that does, until it is there; whether it was before the signal to stop.
    fn at(&mut self, cell: &Cell, is_there: impl Fn() -> Result<bool, SweepError>) -> Result<bool, Box<dyn Error>> {
        let mut said = false;
        let _held = loop {
            if is_there()? {
                return Ok(true);
            }
            if let Some(lock) = self.sweep.lock(cell)? {
                break lock;
            }
            if self.stop.load(Ordering::SeqCst) {
                return Ok(false);
            }
            if !std::mem::replace(&mut said, true) {
                say(&format!("waiting for {cell}, at which another process works"));
            }
            sleep(WAIT);
        };
        // Another process may have ended it just before the lock was free.
        if is_there()? {
            return Ok(true);
        }
        let store = self.sweep.open(cell)?;
        let opened = match &self.opened {
            Some(opened) => opened.clone(),
            None => self.opened.insert(open(self.choice)?).clone(),
        };
        let name = opened.name.clone();
        let mut session = Session::open(self.sweep.recipe(cell), Box::new(store), opened, Goal::Scores)?;
        Ok(drive(&mut session, &self.stop)? && self.sweep.finish(cell, &session, &name).map(|_| true)?)
    }
}

/// Collects the finished cells of a sweep, and writes what they say together.
fn gather(folder: &Path, out: &Path, json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let collected = collect(folder)?;
    let mut files = vec![
        ("cells.csv", collected.csv()),
        ("cells.json", serde_json::to_string_pretty(&collected)? + "\n"),
        ("cells.md", collected.markdown()),
    ];
    match figure(&collected) {
        Some(svg) => files.push(("figure.svg", svg)),
        None => say("there is no figure: no cell fills all layers of one site, and no other"),
    }
    for (name, text) in &files {
        write_whole(&out.join(name), text.as_bytes())?;
    }
    let names = files.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    say(&format!("wrote {names} of {} cells to {}", collected.cells.len(), out.display()));
    show(&collected, json)
}

fn show(collected: &Collected, json: bool) -> Result<ExitCode, Box<dyn Error>> {
    match json {
        true => print_json(collected),
        false => Ok(print(&collected.markdown()).map(|()| ExitCode::SUCCESS)?),
    }
}
