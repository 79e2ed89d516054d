//! What a thread holds in memory, which is how a script is held to its budget.
//!
//! Only the allocator sees all of it: values that a function's caller keeps, what closures have captured, the arguments of a call
//! that is being made, clients and their traces. So a program whose scripts should be held to their budget has this as its
//! allocator; in another one the budget never ends:
//!
//! ```
//! #[global_allocator]
//! static ALLOCATOR: kandy_scenarios::memory::Allocator = kandy_scenarios::memory::counting();
//! # fn main() {}
//! ```

use alloc_metrics::{MetricAlloc, thread_metrics};
use mimalloc::MiMalloc;

/// An allocator that counts for each thread what it holds. Below it is mimalloc: a run makes and drops small values all the
/// time, for which it takes less than half of what glibc's takes.
pub type Allocator = MetricAlloc<MiMalloc>;

/// An allocator for `#[global_allocator]`.
#[must_use]
pub const fn counting() -> Allocator {
    MetricAlloc::new(MiMalloc)
}

/// What this thread holds, in bytes. What it has freed for others counts against it, so that only differences mean something.
pub(crate) fn held() -> isize {
    thread_metrics().allocated_bytes
}
