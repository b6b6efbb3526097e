//! `run`, `train` and `distil`: one session each, to another goal.

use super::{need_run, open, print_json};
use crate::{
    args::{HowArgs, NetArg, RecipeArgs, WorkArgs, with_nets},
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
use std::{
    error::Error,
    path::Path,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// Set by the first Ctrl-C; the second ends the program at once.
static STOP: AtomicBool = AtomicBool::new(false);

/// Between two looks at Ctrl-C.
const BUDGET: Duration = Duration::from_millis(400);

pub fn run(recipe: &RecipeArgs, work: &WorkArgs) -> Result<ExitCode, Box<dyn Error>> {
    pursue(recipe.recipe()?, None, &work.out, &work.how, Goal::Scores)
}

pub fn train(recipe: &RecipeArgs, work: &WorkArgs) -> Result<ExitCode, Box<dyn Error>> {
    pursue(recipe.recipe()?, None, &work.out, &work.how, Goal::Teacher)
}

pub fn distil(run: &Path, nets: &[NetArg], how: &HowArgs) -> Result<ExitCode, Box<dyn Error>> {
    need_run(run)?;
    let begun = recipe_of(Box::new(Directory(run.into())))?;
    pursue(with_nets(begun, nets, &[])?, None, run, how, Goal::Nets)
}

/// Works until the goal is reached or Ctrl-C, then prints what was asked for. With `mixes`, these are scored and nothing
/// is trained.
pub fn pursue(
    recipe: Recipe,
    mixes: Option<Vec<Mix>>,
    out: &Path,
    how: &HowArgs,
    goal: Goal,
) -> Result<ExitCode, Box<dyn Error>> {
    let store = Box::new(Directory(out.into()));
    let mut session = Session::open(recipe, store, open(&how.device)?, goal)?;
    if let Some(mixes) = mixes {
        session = session.only_scoring(mixes);
    }
    let events = drive(&mut session)?;
    if !matches!(events.last(), Some(Event::Done { .. })) {
        say("stopped; what was done is saved, and the same command goes on from there");
        return Ok(ExitCode::FAILURE);
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

/// Pulls the session along, shows its progress, and gives all it said.
fn drive(session: &mut Session) -> Result<Vec<Event>, Box<dyn Error>> {
    // Where the handler cannot be set, Ctrl-C ends the program; saves of the last minute stay.
    let _ = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::SeqCst) {
            std::process::exit(1);
        }
    });
    let (mut progress, mut all) = (Progress::new(), Vec::new());
    loop {
        let events = pollster::block_on(session.step(BUDGET))?;
        events.iter().for_each(|event| progress.show(event));
        let done = matches!(events.last(), Some(Event::Done { .. }));
        all.extend(events);
        if done {
            return Ok(all);
        }
        if STOP.load(Ordering::SeqCst) {
            pollster::block_on(session.save())?;
            progress.end();
            return Ok(all);
        }
    }
}
