//! Work on several threads at once, where the device is the CPU and there are threads.
//!
//! Not through rayon: its threads take up each other's work while they wait, and one that holds the lock of an autodiff
//! graph would take up a step that needs it.

use burn::tensor::Device;
use std::{
    cell::RefCell,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Whether the operations on the CPU are divided over rayon's threads: in a browser only by the build with threads.
pub const IS_THREADED: bool = cfg!(any(not(target_arch = "wasm32"), target_feature = "atomics"));

thread_local! {
    /// The crew that this thread belongs to, if [`each`] started it.
    static CREW: RefCell<Option<Arc<Crew>>> = const { RefCell::new(None) };
}

struct Crew {
    /// How many threads can run at once.
    threads: usize,
    /// Threads that have an item.
    busy: AtomicUsize,
}

/// Whether every thread that can run has an item of [`each`], this one among them. Then the item's own operations are not worth
/// dividing: their parts would only wait for each other.
pub fn crowded() -> bool {
    CREW.with_borrow(|crew| crew.as_ref().is_some_and(|crew| crew.busy.load(Ordering::Relaxed) >= crew.threads))
}

/// Whether the device is the CPU.
pub fn is_cpu(device: &Device) -> bool {
    device.clone().without_autodiff() == Device::flex()
}

/// How many steps on this device can run at once: one on a GPU, whose queue is one, and in a browser, where no thread but a worker of the
/// page's can be started.
pub fn threads(device: &Device) -> usize {
    match is_cpu(device) && !cfg!(target_arch = "wasm32") {
        true => std::thread::available_parallelism().map_or(1, usize::from),
        false => 1,
    }
}

/// The results of the work on each item, in their order.
pub fn each<T: Send, R: Send>(items: Vec<T>, threads: usize, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    if threads.min(items.len()) < 2 {
        return items.into_iter().map(work).collect();
    }
    let count = items.len();
    let next = Mutex::new(items.into_iter().enumerate());
    // A lock is held only while an item is handed out, which cannot panic.
    let take = || next.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
    let crew = Arc::new(Crew { threads, busy: AtomicUsize::new(threads.min(count)) });
    let worker = || {
        CREW.set(Some(crew.clone()));
        let mut done = Vec::new();
        while let Some((index, item)) = take() {
            done.push((index, work(item)));
        }
        // Whoever is still at work has help.
        crew.busy.fetch_sub(1, Ordering::Relaxed);
        done
    };
    let mut results = std::thread::scope(|scope| {
        let workers = (0..threads.min(count)).map(|_| scope.spawn(worker)).collect::<Vec<_>>();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined.flat_map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect::<Vec<_>>()
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_their_order() {
        for threads in [1, 2, 7] {
            let found = each((0..50).collect(), threads, |item: u64| {
                std::thread::sleep(std::time::Duration::from_micros(item * 37 % 11));
                item * item
            });
            assert_eq!(found, (0..50).map(|item| item * item).collect::<Vec<_>>());
        }
    }

    #[test]
    fn items_are_told_whether_every_thread_has_one() {
        assert!(!crowded());
        assert_eq!(each(vec![0], 2, |_| crowded()), [false]);
        let barrier = std::sync::Barrier::new(2);
        let both = |threads| {
            each(vec![0, 1], threads, |_| {
                barrier.wait();
                let found = crowded();
                barrier.wait();
                found
            })
        };
        assert_eq!(both(2), [true, true]);
        assert_eq!(both(3), [false, false], "a third thread has nothing to do");
        let (sender, receiver) = std::sync::mpsc::channel();
        let receiver = Mutex::new(receiver);
        let found = each(vec![0, 1], 2, |item| {
            if item == 0 {
                sender.send(()).unwrap();
                return true;
            }
            receiver.lock().unwrap().recv().unwrap();
            // The other one ends a moment after it has sent.
            (0..1000).any(|_| {
                std::thread::sleep(std::time::Duration::from_millis(5));
                !crowded()
            })
        });
        assert_eq!(found, [true, true]);
        assert!(!crowded());
    }

    #[test]
    #[should_panic(expected = "item 3")]
    fn a_panic_reaches_the_caller() {
        each(vec![1, 2, 3, 4], 2, |item| assert!(item != 3, "item {item}"));
    }
}
