//! Reports: what a run shows of its events. The console is a fold over them ([`Reporter`](crate::run::Reporter)); reports to
//! files are made of the [`model`], which another one makes of them once for all ([`Fold`]). So none can disagree.

pub mod console;
pub mod coverage;
pub mod diff;
pub mod explored;
mod files;
pub(crate) mod fold;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod merge;
pub mod model;
pub mod mutants;
pub mod picture;
pub mod progress;
pub(crate) mod shell;
mod style;
mod wanted;
mod wrap;

pub(crate) use self::files::check_place;
pub use self::files::{Reports, ReportsError};
pub use self::fold::Fold;
pub use self::style::Style;
pub use self::wanted::{ReportKind, WantedError, WantedReport};
pub use self::wrap::{COLUMNS, wrap};
