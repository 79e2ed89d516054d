//! The columns that every transcript has: when, who, which kind of thing, and what it says.

use std::fmt::Write;
use std::time::Duration;

use super::seconds;

/// The widest name that the others are lined up with.
const WIDEST: usize = 40;

/// How wide the first columns are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    time: usize,
    who: usize,
}

impl Columns {
    /// Those in which the last record has that time, and all records these names.
    pub(super) fn of<'a>(last: Option<Duration>, names: impl Iterator<Item = &'a str>) -> Self {
        let who = names.map(|name| name.chars().count()).max().unwrap_or(0).max(8);
        Self { time: last.map_or(0, |last| seconds(last).len()).max(5), who }
    }

    /// The same, but for names that are longer than most.
    pub(super) fn bounded(self) -> Self {
        Self { who: self.who.min(WIDEST), ..self }
    }

    /// Adds a line, whose text `write` adds.
    pub(super) fn line(self, lines: &mut String, at: Duration, who: &str, kind: &str, write: impl FnOnce(&mut String)) {
        let Self { time: time_width, who: who_width } = self;
        let start = lines.len();
        let _ = write!(lines, "{:<time_width$}  {who:<who_width$}  {kind:<8}  ", seconds(at));
        write(lines);
        let end = lines[start..].trim_end().len();
        lines.truncate(start + end);
        lines.push('\n');
    }
}
