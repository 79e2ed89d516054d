//! The end of the report: the run in numbers.

use std::io;
use std::time::Duration;

use super::{Console, counted};
use crate::report::Style;
use crate::run::Summary;

impl Console<'_> {
    pub(super) fn summary(&mut self, summary: &Summary, wall_time: Duration) -> io::Result<()> {
        self.gap()?;
        let counts = [
            (Style::Good, summary.passed, "passed"),
            (Style::Warning, summary.skipped, "skipped"),
            (Style::Bad, summary.failed, "failed"),
            (Style::Bad, summary.broken, "broken"),
            (Style::Bad, summary.errors, "with an internal error"),
            (Style::Warning, summary.after_failure, "not run"),
        ];
        let counts = counts.into_iter().filter(|(_, count, _)| *count > 0);
        let counts: Vec<String> =
            counts.map(|(style, count, word)| style.paint(format_args!("{count} {word}"), self.color)).collect();
        let ran = summary.total();
        let total = match summary.missing() {
            0 => Style::Strong.paint(counted(ran, "scenario"), self.color),
            missing => {
                let all = counted(ran + missing, "scenario");
                let cut = if missing == summary.after_failure { "ended by a failure" } else { "cut short" };
                Style::Warning.paint(format_args!("{cut}: {ran} of {all} ran"), self.color)
            }
        };
        let colon = if counts.is_empty() { "" } else { ": " };
        let errors = if summary.strict { summary.run_warnings } else { 0 };
        let others = summary.doubts + summary.run_warnings - errors;
        let mut warnings = match (summary.warnings, others) {
            (None, 0) => String::new(),
            (Some(0), 0) => "; no warnings".to_owned(),
            (count, others) => {
                let count = counted(count.unwrap_or_default() + others, "warning");
                format!("; {}", Style::Warning.paint(count, self.color))
            }
        };
        if errors > 0 {
            warnings += &format!("; {}", Style::Bad.paint(counted(errors, "error"), self.color));
        }
        writeln!(self.out, "{total}{colon}{}{warnings}", counts.join(", "))?;
        let wall_time = wall_time.as_secs_f64();
        let times = if summary.live {
            format!("on real sockets, in {wall_time:.2} s")
        } else {
            format!("{} simulated in {wall_time:.2} s", rough(summary.virtual_time))
        };
        writeln!(self.out, "{}", Style::Faint.paint(times, self.color))?;
        if let Some((shard, cases, all)) = self.shard {
            let cases = if cases == 0 { "none".to_owned() } else { cases.to_string() };
            let shard = format!("shard {shard}: {cases} of {}", counted(all, "scenario"));
            writeln!(self.out, "{}", Style::Faint.paint(shard, self.color))?;
        }
        if summary.total() > 1 && !self.bad.is_empty() {
            writeln!(self.out, "\n{}", self.bad.join("\n"))?;
        }
        self.flaky()?;
        if summary.total() > 1 {
            self.slow()?;
        }
        self.snapshots(summary)
    }

    /// What took the longest, of several.
    fn slow(&mut self) -> io::Result<()> {
        let lines = self.slowest.lines();
        if lines.is_empty() { Ok(()) } else { writeln!(self.out, "\nslowest:\n{}", lines.join("\n")) }
    }

    /// What failed in some of its runs, and passed in others.
    fn flaky(&mut self) -> io::Result<()> {
        let word = Style::Bad.paint("flaky", self.color);
        let mut gap = "\n";
        for line in self.repeats.flaky() {
            writeln!(self.out, "{gap}{word}: {line}")?;
            gap = "";
        }
        Ok(())
    }

    fn snapshots(&mut self, summary: &Summary) -> io::Result<()> {
        let mut notes = Vec::new();
        match summary.without_snapshot {
            0 => {}
            1 => notes.push("1 passed on its checks alone; `--update` writes its snapshot.".to_owned()),
            count => notes.push(format!("{count} passed on their checks alone; `--update` writes their snapshots.")),
        }
        if summary.accepted > 0 {
            notes.push(format!("{} written.", counted(summary.accepted, "snapshot")));
        }
        if summary.pending > 0 {
            notes.push(format!(
                "{} left beside the snapshots as .snap.new, for `kandy-harness review`.",
                counted(summary.pending, "transcript")
            ));
        }
        if !notes.is_empty() {
            writeln!(self.out, "\n{}", notes.join("\n"))?;
        }
        Ok(())
    }
}

/// The two largest units of a time: `1 d 2 h`, `3.25 s`.
fn rough(time: Duration) -> String {
    let seconds = time.as_secs();
    let (large, unit, small, small_unit) = match seconds {
        0..60 => return format!("{} s", f64::from(u32::try_from(time.as_millis()).unwrap_or(u32::MAX)) / 1_000.0),
        60..3_600 => (seconds / 60, "min", seconds % 60, "s"),
        3_600..86_400 => (seconds / 3_600, "h", seconds / 60 % 60, "min"),
        _ => (seconds / 86_400, "d", seconds / 3_600 % 24, "h"),
    };
    if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {small_unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_was_cut_short_says_so() {
        let shown = |summary: Summary| {
            let mut out = Vec::new();
            Console::new(&mut out, false).summary(&summary, Duration::ZERO).unwrap();
            String::from_utf8(out).unwrap()
        };
        let some = Summary { passed: 2, failed: 1, stopped: 2, not_run: 5, ..Summary::default() };
        assert!(shown(some).starts_with("cut short: 3 of 10 scenarios ran: 2 passed, 1 failed\n"), "{}", shown(some));
        let fast = Summary { passed: 2, failed: 1, after_failure: 7, ..Summary::default() };
        let expected = "ended by a failure: 3 of 10 scenarios ran: 2 passed, 1 failed, 7 not run\n";
        assert!(shown(fast).starts_with(expected), "{}", shown(fast));
        let none = Summary { stopped: 1, ..Summary::default() };
        assert!(shown(none).starts_with("cut short: 0 of 1 scenario ran\n"), "{}", shown(none));
    }

    #[test]
    fn a_time_has_two_units_at_most() {
        let shown = |millis| rough(Duration::from_millis(millis));
        assert_eq!([shown(0), shown(59_999), shown(60_000)], ["0 s", "59.999 s", "1 min"]);
        assert_eq!([shown(90_000), shown(7_260_000), shown(93_600_000)], ["1 min 30 s", "2 h 1 min", "1 d 2 h"]);
    }
}
