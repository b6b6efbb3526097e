//! What training leaves behind: after as many steps as one likes, as much is allocated as after a few, and nothing after a
//! run that is dropped.

use attentionless::{
    bench::examples,
    device,
    distil::Distillation,
    recipe::Recipe,
    session::{Event, Goal, Session},
    store::Memory,
    teacher::Training,
};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::{
        Mutex,
        atomic::{AtomicIsize, Ordering},
    },
    time::Duration,
};

/// Counts the bytes that are allocated.
struct Counting;

static BYTES: AtomicIsize = AtomicIsize::new(0);

#[global_allocator]
static COUNTING: Counting = Counting;

// SAFETY: every call is handed on to the system's allocator as it came; `realloc` and `alloc_zeroed` are by default made of these.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.fetch_add(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size() as isize, Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

const VOCAB: usize = 60;
/// Steps after which all buffers that are kept are there.
const WARM: usize = 30;
const MORE: usize = 200;
/// Of the steps together: a leaf of a graph that stays takes more at each of them.
const ALLOWED: isize = 16 * 1024;

fn recipe() -> Recipe {
    let settings = ["model.d_model=16", "model.ff=32", "model.max_len=10", "teacher.tokens_per_batch=160"];
    let more = ["teacher.epochs=1000", "distil.epochs=1000", "distil.batch=16"];
    let settings = settings.into_iter().chain(more).map(String::from).collect::<Vec<_>>();
    Recipe::preset("micro").and_then(|recipe| recipe.with(&settings)).expect("a recipe")
}

/// Bytes that so many steps leave behind.
fn left_by(mut step: impl FnMut()) -> isize {
    (0..WARM).for_each(|_| step());
    let before = BYTES.load(Ordering::Relaxed);
    (0..MORE).for_each(|_| step());
    BYTES.load(Ordering::Relaxed) - before
}

/// A test beside this one would be counted, too.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn training_leaves_nothing_behind() {
    let _alone = ALONE.lock();
    let (device, examples) = (device::cpu().device, examples(64, 9, VOCAB));
    let mut training = Training::new(&recipe(), VOCAB, &examples, &device);
    let left = left_by(|| {
        training.step(&examples);
        pollster::block_on(training.losses()).expect("losses");
    });
    assert!(left < ALLOWED, "{MORE} steps of the teacher leave {left} bytes");
    for net in [
        "enc.1.alr-m",
        "enc.1.elr-s",
        "enc.1.aslr-s",
        "enc.1.alr-s+deep2",
        "self.1.alr-s",
        "cross.1.alr-s",
        "cross.1.alr-s+perquery",
        "cross.1.alr-s+gated",
        "cross.1.alr-s+prefix",
        "enc.1.awr-s",
        "self.1.awr-s",
        "cross.1.awr-s",
    ] {
        let ids = [net.parse().expect("a net")];
        let mut distillation = Distillation::new(&recipe(), training.model(), &ids, examples.len(), &device);
        let left = left_by(|| {
            distillation.step(&examples);
            pollster::block_on(distillation.losses()).expect("losses");
        });
        assert!(left < ALLOWED, "{MORE} steps of {net} leave {left} bytes");
    }
}

/// From the text to the first steps of the teacher, then no further.
fn begin_and_drop() {
    let mut session = Session::open(recipe(), Box::new(Memory::default()), device::cpu(), Goal::Scores).expect("a run");
    let mut steps = 0;
    while steps < 3 {
        let events = pollster::block_on(session.step(Duration::from_millis(1))).expect("events");
        steps += events.iter().filter(|event| matches!(event, Event::Training { .. })).count();
    }
    pollster::block_on(session.save()).expect("a checkpoint");
    pollster::block_on(session.sample("The cat sleeps.")).expect("a translation");
}

#[test]
fn runs_that_are_dropped_leave_nothing_behind() {
    let _alone = ALONE.lock();
    (0..2).for_each(|_| begin_and_drop());
    let before = BYTES.load(Ordering::Relaxed);
    (0..3).for_each(|_| begin_and_drop());
    let left = BYTES.load(Ordering::Relaxed) - before;
    assert!(left < ALLOWED, "three runs that were dropped leave {left} bytes");
}
