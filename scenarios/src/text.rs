//! What makes a text fit for whoever reads it, each way in one place: names that were probably meant, long texts cut short,
//! and what a terminal must not be told.

mod clip;
mod nearest;
mod printable;

pub(crate) use self::clip::{ELLIPSIS, clip, fit};
pub(crate) use self::nearest::{did_you_mean, nearest};
pub(crate) use self::printable::{is_unprintable, printable, printable_path, push_printable};
