//! Reports: what a run shows of its events. Each is a fold over the same stream ([`Reporter`](crate::run::Reporter)), so
//! that none can disagree.

pub mod console;
pub mod diff;
mod style;
mod wrap;

pub use self::style::Style;
pub use self::wrap::{COLUMNS, wrap};
