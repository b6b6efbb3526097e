//! How many kernels a step of each net launches on an adapter, as cubecl itself writes them down. Products are in one part here: those
//! of a graphics card whose sum is divided take one more each.

use super::{Case, GPU};
use crate::{
    checkpoint::read,
    distil::program::step,
    kernels::matmul::tiling::{Tiling, force},
    model::sites::NetId,
    optimizer::Adam,
    random::{Purpose, Stream},
};
use std::{fs, path::Path, process::Command, time::Duration};

/// Each net, and how many it may launch at most: 16, but for what is deeper than the paper's.
const MOST: [(&str, usize); 16] = [
    ("enc.1.alr-m", 11),
    ("enc.1.alrr-m", 11),
    ("enc.1.elr-m", 11),
    ("enc.1.awr-m", 14),
    // One more where the places that a batch has do not end at a multiple of 256 bytes.
    ("self.1.alr-m", 15),
    ("self.1.awr-m", 16),
    ("cross.1.alr-m", 12),
    ("cross.1.alr-m+prefix", 12),
    ("cross.1.alr-m+perquery", 16),
    ("cross.1.alr-m+gated", 16),
    ("cross.1.awr-m", 14),
    // All four heads side by side.
    ("enc.1.aslr-m", 11),
    // 5 more for each hidden layer more.
    ("enc.1.alr-m+deep2", 16),
    ("enc.1.alr-m+deep3", 21),
    ("self.1.alr-m+deep2", 20),
    ("cross.1.alr-m+deep2", 17),
];

/// Where cubecl is to write.
const LOG: &str = "kernels.txt";

#[test]
fn a_step_takes_few_dispatches() {
    let folder = std::env::temp_dir().join(format!("attentionless-dispatches-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let config = format!("[profiling]\nlogger = {{ level = \"minimal\", file = \"{LOG}\" }}\n");
    fs::write(folder.join("cubecl.toml"), config).expect("a file");
    // A process of its own: cubecl reads its configuration once, and here nothing else launches.
    let program = std::env::current_exe().expect("this program");
    let this = module_path!().split_once("::").expect("a crate").1;
    let name = format!("{this}::counted");
    let said = Command::new(program).args([&name, "--exact", "--ignored", "--nocapture"]).current_dir(&folder).output();
    fs::remove_dir_all(&folder).expect("the folder");
    let said = String::from_utf8(said.expect("the test once more").stdout).expect("a text");
    let count_of = |net: &str| {
        let line = said.lines().find_map(|line| line.split_once(": ").filter(|(name, _)| *name == net));
        line.and_then(|(_, count)| count.parse::<usize>().ok()).unwrap_or_else(|| panic!("no count of {net}: {said}"))
    };
    let counts = MOST.map(|(net, most)| (net, count_of(net), most));
    let over = counts.into_iter().filter(|(_, count, most)| count > most).collect::<Vec<_>>();
    assert!(over.is_empty(), "more than they may take: {over:?}; of all: {counts:?}");
}

#[test]
#[ignore = "counts for the other one, which starts it where cubecl writes down what it launches"]
fn counted() {
    for (net, _) in MOST {
        println!("\n{net}: {}", dispatches(net));
    }
}

/// Of one step, from the third on: before it tensors are brought into one buffer.
fn dispatches(net: &str) -> usize {
    let id = net.parse::<NetId>().expect("a net");
    // Several heads, and sentences that are shorter than they may be.
    let mut cases = (0..).map(|index| Case::new(id.site, id.kind, &mut Stream::new(2311, Purpose::Corpus, index)));
    let is_short = |counts: &[usize], case: &Case| counts.iter().all(|&count| count < case.sizes.max_len);
    let is_wanted =
        |case: &Case| case.sizes.heads == 4 && is_short(&case.counts, case) && is_short(&case.source_counts, case);
    let case = cases.find(is_wanted).expect("one of so many");
    force(Some(Tiling::Blocks));
    let (mut net, mut adam, lesson) = (case.net(&GPU.device), Adam::default(), case.lesson(&GPU.device));
    let mut counts = Vec::new();
    for _ in 0..5 {
        let loss;
        (net, loss) = step(net, &mut adam, &lesson, 1e-2);
        pollster::block_on(read(loss)).expect("a loss");
        counts.push(written());
    }
    force(None);
    let steps = counts.windows(2).map(|counts| counts[1] - counts[0]).collect::<Vec<_>>();
    assert_eq!(steps[2], steps[3], "{id}: {steps:?}");
    steps[3]
}

/// Lines of the log, once no more come.
fn written() -> usize {
    let lines = || fs::read_to_string(Path::new(LOG)).map_or(0, |text| text.lines().count());
    let (mut before, mut now) = (usize::MAX, lines());
    while before != now {
        std::thread::sleep(Duration::from_millis(60));
        (before, now) = (now, lines());
    }
    now
}
