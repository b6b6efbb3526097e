//! Cells side by side, and the nets of several, each in a child process: the device and the locks belong to a process.

use crate::{args::SweepArgs, commands::work::STOPPED, output::say, progress::duration};
use attentionless::{
    model::sites::NetId,
    sweep::{Cell, Sweep, SweepError},
};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fmt, fs,
    io::{self, IsTerminal, stderr},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

/// Between two looks at the children.
const LOOK: Duration = Duration::from_millis(50);

/// Works at the cells that are not done, and says how it goes; false where a signal stopped it. Cells that failed are an error
/// at the end, when all others are done.
pub fn work(sweep: &Sweep, cells: &[Cell], args: &SweepArgs, stop: &AtomicBool) -> Result<bool, Box<dyn Error>> {
    let mut jobs = Jobs::new(sweep, cells, args)?;
    let mut told = false;
    while !jobs.is_over(told) {
        if stop.load(Ordering::SeqCst) && !std::mem::replace(&mut told, true) {
            jobs.running.iter_mut().for_each(|(_, child)| terminate(child));
        }
        jobs.reap();
        if !told {
            jobs.start();
        }
        sleep(LOOK);
    }
    jobs.progress.end();
    for (cell, reason) in &jobs.failed {
        say(&format!("failed: {cell}: {reason}"));
    }
    let (failed, total) = (jobs.failed.len(), cells.len());
    match (jobs.waiting.is_empty() && jobs.left == 0, failed) {
        (false, _) => Ok(false),
        (true, 0) => Ok(true),
        (true, _) => Err(format!("{failed} of {total} cells failed; the same command tries them again").into()),
    }
}

/// What a child works at.
enum Task {
    Cell(Cell),
    /// Nets of several cells, in the run of this teacher.
    Nets(Cell, BTreeSet<NetId>),
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cell(cell) => cell.fmt(f),
            Self::Nets(teacher, _) => write!(f, "{}.nets", teacher.seed),
        }
    }
}

struct Jobs<'a> {
    sweep: &'a Sweep,
    args: &'a SweepArgs,
    waiting: Vec<Cell>,
    /// By seed, the nets that are to be fitted together before its cells.
    nets: BTreeMap<u64, BTreeSet<NetId>>,
    running: Vec<(Task, Child)>,
    failed: Vec<(String, String)>,
    /// Cells that were begun and left at the signal.
    left: usize,
    /// Seeds that have their teacher.
    taught: BTreeSet<u64>,
    progress: Progress,
}

impl<'a> Jobs<'a> {
    fn new(sweep: &'a Sweep, cells: &[Cell], args: &'a SweepArgs) -> Result<Self, Box<dyn Error>> {
        let (mut waiting, mut taught) = (Vec::new(), BTreeSet::new());
        let mut nets = BTreeMap::<u64, BTreeSet<NetId>>::new();
        for cell in cells {
            if sweep.done(cell)?.is_none() {
                waiting.push(cell.clone());
            } else if cell.is_teacher() && sweep.can_teach(cell)? {
                taught.insert(cell.seed);
            }
        }
        // Its cell may be done, and its run gone, from which others begin.
        let teachers = waiting.iter().map(|cell| (cell.seed, cell.teacher()));
        let again = teachers.filter(|(seed, teacher)| !taught.contains(seed) && !waiting.contains(teacher));
        let again = again.collect::<BTreeMap<_, _>>();
        waiting.splice(0..0, again.into_values());
        for cell in waiting.iter().filter(|_| args.together) {
            nets.entry(cell.seed).or_default().extend(sweep.missing_nets(cell)?);
        }
        nets.retain(|_, nets| !nets.is_empty());
        let progress = Progress::new(cells.len(), cells.len() - waiting.len());
        Ok(Self { sweep, args, waiting, nets, running: Vec::new(), failed: Vec::new(), left: 0, taught, progress })
    }

    fn is_over(&self, told: bool) -> bool {
        self.running.is_empty() && (told || self.waiting.is_empty())
    }

    /// Begins what there is room for.
    fn start(&mut self) {
        while self.running.len() < self.args.jobs.get() {
            let Some(task) = self.next() else { break };
            match spawn(self.sweep, &task, self.args) {
                Ok(child) => self.running.push((task, child)),
                Err(error) => self.failed.push((task.to_string(), format!("could not be begun: {error}"))),
            }
        }
        if self.running.is_empty() {
            // Nobody is there any more who could make their teachers.
            let orphan = |cell: Cell| (cell.to_string(), "the teacher of its seed failed".into());
            self.failed.extend(self.waiting.drain(..).map(orphan));
        }
    }

    /// What can be begun. A cell without a teacher would wait and do nothing; one whose nets are being fitted would fit them again.
    fn next(&mut self) -> Option<Task> {
        if let Some(&seed) = self.nets.keys().find(|seed| self.taught.contains(seed)) {
            let teacher = self.waiting.iter().find(|cell| cell.seed == seed)?.teacher();
            return Some(Task::Nets(teacher, self.nets.remove(&seed)?));
        }
        let fitting = |seed: u64| {
            self.running.iter().any(|(task, _)| matches!(task, Task::Nets(teacher, _) if teacher.seed == seed))
        };
        let ready = |cell: &Cell| cell.is_teacher() || self.taught.contains(&cell.seed) && !fitting(cell.seed);
        let index = self.waiting.iter().position(ready)?;
        Some(Task::Cell(self.waiting.remove(index)))
    }

    /// Takes what has ended.
    fn reap(&mut self) {
        for (task, mut child) in std::mem::take(&mut self.running) {
            match child.try_wait() {
                Ok(None) => self.running.push((task, child)),
                Ok(Some(status)) => {
                    if let Err(error) = self.ended(&task, status) {
                        self.failed.push((task.to_string(), error.to_string()));
                    }
                }
                Err(error) => self.failed.push((task.to_string(), error.to_string())),
            }
        }
    }

    fn ended(&mut self, task: &Task, status: ExitStatus) -> Result<(), SweepError> {
        let is_there = match task {
            Task::Cell(cell) => match self.sweep.done(cell)? {
                Some(done) => {
                    if cell.is_teacher() {
                        self.taught.insert(cell.seed);
                    }
                    self.progress.did(&format!("{cell}: BLEU {:.2}", done.row.bleu));
                    true
                }
                None => false,
            },
            Task::Nets(..) => status.success(),
        };
        if is_there {
            return Ok(());
        }
        let log = self.sweep.log(task);
        let words = fs::read_to_string(&log).unwrap_or_default();
        let last = words.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
        match last == STOPPED {
            true => self.left += 1,
            false => {
                let last = last.strip_prefix("error: ").unwrap_or(last);
                let reason = format!("{last} ({status}; all it said is in {})", log.display());
                self.failed.push((task.to_string(), reason));
            }
        }
        Ok(())
    }
}

/// This program, for one task.
fn spawn(sweep: &Sweep, task: &Task, args: &SweepArgs) -> io::Result<Child> {
    let log = sweep.log(task);
    let words = match task {
        Task::Cell(cell) => args.command(cell),
        Task::Nets(teacher, nets) => args.fitting(&sweep.folder(teacher), nets),
    };
    log.parent().map_or(Ok(()), fs::create_dir_all)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(log)?);
    // Ctrl-C at a terminal goes to its whole group, and a second signal would not let it save: it has to hear of it from us alone.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn()
}

/// Asks a child to save its work and end.
fn terminate(child: &mut Child) {
    #[cfg(unix)]
    {
        unsafe extern "C" {
            fn kill(process: std::ffi::c_int, signal: std::ffi::c_int) -> std::ffi::c_int;
        }
        // SAFETY: the C library's own function; the child was not waited for yet, so its number is still its own.
        unsafe { kill(child.id() as std::ffi::c_int, signal_hook::consts::SIGTERM) };
    }
    // Elsewhere nothing can be asked; what it saved in the last minute stays.
    #[cfg(not(unix))]
    let _ = child.kill();
}

/// Cells done of all: a bar on a terminal, a line a cell otherwise.
struct Progress {
    bar: Option<ProgressBar>,
    total: usize,
    done: usize,
    /// Of `done`, those of earlier sittings.
    before: usize,
    begun: Instant,
}

impl Progress {
    fn new(total: usize, before: usize) -> Self {
        say(&format!("{before} of {total} cells are done"));
        let bar = (stderr().is_terminal() && before < total).then(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos} of {len} cells{msg}");
            let bar = ProgressBar::new(total as u64).with_position(before as u64);
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        if let Some(bar) = &bar {
            bar.tick();
        }
        Self { bar, total, done: before, before, begun: Instant::now() }
    }

    /// One more is done.
    fn did(&mut self, what: &str) {
        self.done += 1;
        let each = self.begun.elapsed().as_secs_f64() / (self.done - self.before) as f64;
        let left = match self.total - self.done {
            0 => String::new(),
            cells => format!(", {} left", duration(each * cells as f64)),
        };
        match &self.bar {
            Some(bar) => {
                bar.println(what);
                bar.set_message(left);
                bar.set_position(self.done as u64);
            }
            None => say(&format!("{} of {} cells{left}; {what}", self.done, self.total)),
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
