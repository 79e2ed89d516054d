//! Worker threads that take items in order, and give their results back in order.

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Sender};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::script::Limits;

/// How far workers go ahead of an item that takes long. What they have done waits in memory until it can be reported,
/// each with its trace.
const MAX_AHEAD: usize = 256;

/// Not even one worker can be started.
#[derive(Debug, Error)]
#[error("no thread can be started: {0}")]
pub struct NoThread(#[source] io::Error);

/// A worker panicked, which is our mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Panicked {
    /// What it said.
    pub(crate) message: String,
}

/// What came of an item, and when.
#[derive(Debug)]
pub(crate) struct ItemDone<R> {
    /// What its worker says.
    pub(crate) result: Result<R, Panicked>,
    /// When the worker took it.
    pub(crate) began: Instant,
    /// How long it had it.
    pub(crate) took: Duration,
}

/// Gives each of `items` to one of `jobs` workers, and its result to `report`, on this thread and in the order of
/// `items`. A worker is made on its thread, and serves until it panics; then the next item gets a new one. None begins
/// an item that is [`MAX_AHEAD`] behind the one that should be reported next.
///
/// # Errors
///
/// No thread can be started, or `report` fails: then what is running ends, and nothing more begins.
pub(crate) fn in_order<T, R, W, E>(
    items: &[T],
    jobs: NonZeroUsize,
    new_worker: impl Fn() -> W + Sync,
    mut report: impl FnMut(&T, ItemDone<R>) -> Result<(), E>,
) -> Result<(), E>
where
    T: Sync,
    R: Send,
    W: FnMut(&T) -> R,
    E: From<NoThread>,
{
    let queue = CaseQueue::new(items.len());
    let (results, arriving) = mpsc::channel();
    thread::scope(|scope| {
        // The scope waits for the workers, so those that wait must hear of its end, however it comes.
        let _end = EndOnDrop(&queue);
        for number in 1..=jobs.get().min(items.len()) {
            let (results, queue, new_worker) = (results.clone(), &queue, &new_worker);
            let thread = thread::Builder::new().name(format!("scenarios-{number}")).stack_size(Limits::STACK_BYTES);
            match thread.spawn_scoped(scope, move || work(items, queue, new_worker, &results)) {
                Ok(_) => {}
                Err(error) if number == 1 => return Err(NoThread(error).into()),
                // With fewer threads it only takes longer.
                Err(_) => break,
            }
        }
        drop(results);
        let mut early = BTreeMap::new();
        let mut reported = 0;
        for (index, done) in arriving {
            early.insert(index, done);
            while let Some(done) = early.remove(&reported) {
                report(&items[reported], done)?;
                reported += 1;
                queue.set_reported(reported);
            }
        }
        Ok(())
    })
}

fn work<T, R, W: FnMut(&T) -> R>(
    items: &[T],
    queue: &CaseQueue,
    new_worker: impl Fn() -> W,
    results: &Sender<(usize, ItemDone<R>)>,
) {
    let mut worker = None;
    while let Some(index) = queue.take() {
        let began = clock();
        // A worker that panicked is dropped, so nobody sees what it left half done.
        let result = catch_unwind(AssertUnwindSafe(|| worker.get_or_insert_with(&new_worker)(&items[index])));
        let result = result.map_err(|payload| {
            worker = None;
            Panicked { message: message_of(payload.as_ref()) }
        });
        if results.send((index, ItemDone { result, began, took: began.elapsed() })).is_err() {
            break;
        }
    }
}

/// Which items are still to be taken.
struct CaseQueue {
    progress: Mutex<PoolProgress>,
    moved: Condvar,
}

struct PoolProgress {
    /// The item that is taken next.
    next: usize,
    /// How many may be taken in all: none any more when the run has ended.
    end: usize,
    reported: usize,
}

impl CaseQueue {
    fn new(count: usize) -> Self {
        Self { progress: Mutex::new(PoolProgress { next: 0, end: count, reported: 0 }), moved: Condvar::new() }
    }

    /// The next item, as soon as it is not too far ahead; `None` if nothing is left.
    fn take(&self) -> Option<usize> {
        let is_too_far = |progress: &mut PoolProgress| {
            progress.next < progress.end && progress.next >= progress.reported + MAX_AHEAD
        };
        let waited = self.moved.wait_while(self.lock(), is_too_far);
        let mut progress = waited.unwrap_or_else(PoisonError::into_inner);
        let index = progress.next;
        if index >= progress.end {
            return None;
        }
        progress.next += 1;
        Some(index)
    }

    fn set_reported(&self, reported: usize) {
        self.lock().reported = reported;
        self.moved.notify_all();
    }

    /// Lets nothing more be taken.
    fn end(&self) {
        self.lock().end = 0;
        self.moved.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, PoolProgress> {
        // Nothing can panic between two changes that belong together.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct EndOnDrop<'a>(&'a CaseQueue);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "reports say when each item ran and how long it took; no world reads this clock"
)]
pub(crate) fn clock() -> Instant {
    Instant::now()
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    type Told = Result<(), Box<dyn Error>>;

    fn jobs(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    #[test]
    fn results_come_in_order_whoever_is_first() {
        // The first item waits for the last, so it cannot be done before it.
        let barrier = Barrier::new(2);
        let items: Vec<usize> = (0..100).collect();
        let worker = || {
            |item: &usize| {
                if matches!(item, 0 | 99) {
                    barrier.wait();
                }
                item * 2
            }
        };
        let mut seen = Vec::new();
        in_order(&items, jobs(2), worker, |item, done| {
            seen.push((*item, done.result.unwrap()));
            Told::Ok(())
        })
        .unwrap();
        assert_eq!(seen, items.iter().map(|item| (*item, item * 2)).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_costs_one_item() {
        let worker = || {
            let mut served = 0;
            move |item: &u32| {
                assert!(*item != 2, "item {item} is bad");
                served += 1;
                served
            }
        };
        let mut seen = Vec::new();
        in_order(&[0, 1, 2, 3], jobs(1), worker, |item, done| {
            seen.push((*item, done.result.map_err(|panicked| panicked.message)));
            Told::Ok(())
        })
        .unwrap();
        let bad = Err("item 2 is bad".to_owned());
        assert_eq!(seen, [(0, Ok(1)), (1, Ok(2)), (2, bad), (3, Ok(1))], "a new worker serves after a panic");
    }

    #[test]
    fn a_report_that_fails_ends_the_run() {
        let items: Vec<u32> = (0..1000).collect();
        let mut seen = 0;
        let result = in_order(
            &items,
            jobs(2),
            || |_: &u32| (),
            |item, _| {
                seen += 1;
                if *item == 3 { Told::Err("full".into()) } else { Ok(()) }
            },
        );
        assert_eq!((result.unwrap_err().to_string().as_str(), seen), ("full", 4));
    }

    #[test]
    fn nobody_goes_far_ahead_of_an_item_that_takes_long() {
        // The first item takes until the last one that may begin before it is reported.
        let barrier = Barrier::new(2);
        let items: Vec<usize> = (0..3 * MAX_AHEAD).collect();
        let reported = AtomicUsize::new(0);
        let worker = || {
            |item: &usize| {
                let ahead = *item - reported.load(Ordering::SeqCst);
                if *item == 0 || *item == MAX_AHEAD - 1 {
                    barrier.wait();
                }
                ahead
            }
        };
        let mut ahead = Vec::new();
        in_order(&items, jobs(2), worker, |_, done| {
            ahead.push(done.result.unwrap());
            reported.fetch_add(1, Ordering::SeqCst);
            Told::Ok(())
        })
        .unwrap();
        assert_eq!((ahead.len(), ahead.iter().max()), (items.len(), Some(&(MAX_AHEAD - 1))));
    }

    #[test]
    fn a_report_that_panics_leaves_no_worker_waiting() {
        let items: Vec<usize> = (0..3 * MAX_AHEAD).collect();
        let run = || in_order(&items, jobs(2), || |_: &usize| (), |item, _| -> Told { panic!("at {item}") });
        let payload = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
        assert_eq!(message_of(payload.as_ref()), "at 0");
    }

    #[test]
    fn workers_are_named_and_many_are_not_more_than_the_items() {
        let mut names = Vec::new();
        let name = || |_: &()| thread::current().name().map(str::to_owned);
        in_order(&[()], jobs(1_000_000), name, |(), done| {
            names.push(done.result.unwrap());
            Told::Ok(())
        })
        .unwrap();
        assert_eq!(names, [Some("scenarios-1".to_owned())]);
        in_order(&[], jobs(1), name, |(), _| Told::Ok(())).unwrap();
    }
}
