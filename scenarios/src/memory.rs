//! What a thread holds in memory, which is how a script is held to its budget.
//!
//! Only the allocator sees all of it: values that a function's caller keeps, what closures have captured, the arguments of a call
//! that is being made, clients and their traces. So a program whose scripts are to be held to their budget has this as its
//! allocator; in another one the budget never ends:
//!
//! ```
//! #[global_allocator]
//! static ALLOCATOR: kandy_scenarios::memory::Allocator = kandy_scenarios::memory::counting();
//! # fn main() {}
//! ```

use std::alloc::System;

use alloc_metrics::{MetricAlloc, thread_metrics};

/// The system's allocator, which counts for each thread what it holds.
pub type Allocator = MetricAlloc<System>;

/// An allocator for `#[global_allocator]`.
#[must_use]
pub const fn counting() -> Allocator {
    MetricAlloc::new(System)
}

/// What this thread holds, in bytes. What it has freed for others counts against it, so that only differences mean something.
pub(crate) fn held() -> isize {
    thread_metrics().allocated_bytes
}
