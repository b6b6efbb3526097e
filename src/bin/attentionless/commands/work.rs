//! `run`, `train` and `distil`: one session each, to another goal.

use super::{hub, need_run, open, print_json};
use crate::{
    args::{HowArgs, NetArg, RecipeArgs, TuningArgs, WorkArgs, with_nets},
    output::{print, say},
    progress::Progress,
    table,
};
use attentionless::{
    model::mix::Mix,
    recipe::Recipe,
    session::{Event, Goal, Session, recipe_of},
    store::Directory,
};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};
use std::{
    error::Error,
    path::Path,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Between two looks at whether to stop.
const BUDGET: Duration = Duration::from_millis(400);

pub fn run(recipe: &RecipeArgs, work: &WorkArgs) -> Result<ExitCode, Box<dyn Error>> {
    pursue(recipe.recipe()?, None, &work.out, &work.how, Goal::Scores)
}

pub fn train(recipe: &RecipeArgs, work: &WorkArgs) -> Result<ExitCode, Box<dyn Error>> {
    pursue(recipe.recipe()?, None, &work.out, &work.how, Goal::Teacher)
}

pub fn distil(run: &Path, nets: &[NetArg], how: &HowArgs) -> Result<ExitCode, Box<dyn Error>> {
    need_run(run)?;
    let begun = recipe_of(Box::new(Directory::new(run)))?;
    pursue(with_nets(begun, nets, &[])?, None, run, how, Goal::Nets)
}

pub fn finetune(run: &Path, tuning: &TuningArgs, how: &HowArgs) -> Result<ExitCode, Box<dyn Error>> {
    need_run(run)?;
    let begun = recipe_of(Box::new(Directory::new(run)))?;
    pursue(tuning.recipe(begun)?, None, run, how, Goal::Tuned)
}

/// Works until the goal is reached or a signal comes, then prints what was asked for. With `mixes`, these are scored and nothing
/// is trained.
pub fn pursue(
    recipe: Recipe,
    mixes: Option<Vec<Mix>>,
    out: &Path,
    how: &HowArgs,
    goal: Goal,
) -> Result<ExitCode, Box<dyn Error>> {
    let store = Directory::new(out);
    store.claim()?;
    // A run that has begun has its text.
    if !out.join("recipe.json").is_file() {
        let corpus = &recipe.corpus;
        hub::bring([Some(&corpus.source), corpus.valid.as_ref(), corpus.test.as_ref()].into_iter().flatten())?;
    }
    let mut session = Session::open(recipe, Box::new(store), open(&how.device)?, goal)?;
    if let Some(mixes) = mixes {
        session = session.only_scoring(mixes);
    }
    if !drive(&mut session, &stop_at_signals())? {
        return Ok(stopped());
    }
    let report = session.report()?;
    if how.json {
        return print_json(&report);
    }
    if goal == Goal::Scores {
        print(&table::rows(&report))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What is said last where a signal ended the work.
pub const STOPPED: &str = "stopped; what was done is saved, and the same command goes on from there";

/// Says so, and gives the code for it.
pub fn stopped() -> ExitCode {
    say(STOPPED);
    ExitCode::FAILURE
}

/// Pulls the session along and shows its progress; whether it reached its goal before it was to stop.
pub fn drive(session: &mut Session, stop: &AtomicBool) -> Result<bool, Box<dyn Error>> {
    let mut progress = Progress::new();
    loop {
        let events = pollster::block_on(session.step(BUDGET))?;
        events.iter().for_each(|event| progress.show(event));
        if matches!(events.last(), Some(Event::Done { .. })) {
            return Ok(true);
        }
        if stop.load(Ordering::SeqCst) {
            pollster::block_on(session.save())?;
            progress.end();
            return Ok(false);
        }
    }
}

/// Is set by the first Ctrl-C, or SIGTERM as schedulers send it; the second ends the program at once.
pub fn stop_at_signals() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order, so that the first one only sets the flag. Where neither can be registered, a signal ends the program;
        // what was saved stays.
        let _ = flag::register_conditional_shutdown(signal, 1, stop.clone())
            .and_then(|_| flag::register(signal, stop.clone()));
    }
    stop
}
