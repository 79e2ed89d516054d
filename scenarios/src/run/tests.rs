use std::io;
use std::path::PathBuf;

use super::*;
use crate::interrupt::Interrupt;
use crate::scenario::{Found, Header, Scenario, Stale};

/// Scenarios with these names and texts, and a snapshot that belongs to none.
fn found(scenarios: &[(&str, &str)]) -> Found {
    let scenario = |(name, text): &(&str, &str)| Scenario {
        name: (*name).to_owned(),
        source: format!("{name}.rhai"),
        path: PathBuf::from(format!("nowhere/{name}.rhai")),
        shown: format!("s/{name}.rhai"),
        root: PathBuf::from("nowhere"),
        content: Ok(Content { text: (*text).to_owned(), header: Header::parse(text), rows: Vec::new() }),
    };
    Found {
        scenarios: scenarios.iter().map(scenario).collect(),
        stale_snapshots: vec![Stale { path: "s/gone.snap".into(), shown: "s/gone.snap".to_owned() }],
        ..Found::default()
    }
}

/// A report that is a line an event, and that cannot be written after `room` lines.
struct Lines {
    name: &'static str,
    lines: Vec<String>,
    room: usize,
}

impl Lines {
    fn new(name: &'static str, room: usize) -> Self {
        Self { name, lines: Vec::new(), room }
    }
}

impl Reporter for Lines {
    fn name(&self) -> &str {
        self.name
    }

    fn event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
        if self.lines.len() == self.room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.lines.push(match event {
            RunEvent::Started { plan, .. } => format!("started {}", plan.cases.len()),
            RunEvent::Warned(RunWarning::StaleSnapshot { shown }) => format!("stale {shown}"),
            RunEvent::Warned(warning) => format!("{warning:?}"),
            RunEvent::Finished { case, finished } => {
                let Finished { status, trace, checks, .. } = finished;
                format!("{} {:?}, {checks} checks, {} records", case.name(), status.exit(), trace.records().len())
            }
            RunEvent::NotRun { case } => format!("{} not run", case.name()),
            RunEvent::Ended { summary, .. } => format!("ended {}", summary.total()),
        });
        Ok(())
    }
}

#[test]
fn all_reports_hear_the_same_in_the_order_of_the_plan() {
    let found = found(&[("a", "assert(true); print(1);"), ("b", "print(1); print(2); fail(\"no\");"), ("c", "let")]);
    let (mut one, mut other) = (Lines::new("one", 9), Lines::new("other", 9));
    let options = Options { jobs: NonZeroUsize::new(2).unwrap(), ..Options::default() };
    let summary = run(&Plan::to_run(&found, Variant::Sim), &options, &mut [&mut one, &mut other]).unwrap();
    let expected = [
        "started 3",
        "stale s/gone.snap",
        "a Passed, 1 checks, 1 records",
        "b Failed, 0 checks, 2 records",
        "c Broken, 0 checks, 0 records",
        "ended 3",
    ];
    assert_eq!((one.lines.as_slice(), other.lines.as_slice()), (&expected.map(str::to_owned)[..], &one.lines[..]));
    assert_eq!((summary.passed, summary.failed, summary.broken), (1, 1, 1));
}

#[test]
fn a_report_that_cannot_be_written_is_named_and_ends_the_run() {
    let found = found(&[("a", "print(1);"), ("b", "print(1);")]);
    let (mut whole, mut short, mut last) = (Lines::new("whole", 9), Lines::new("short", 2), Lines::new("last", 9));
    let plan = Plan::to_run(&found, Variant::Sim);
    let error = run(&plan, &Options::default(), &mut [&mut whole, &mut short, &mut last]).unwrap_err();
    assert!(error.to_string().starts_with("the report `short` cannot be written: "), "{error}");
    assert_eq!([whole.lines.len(), short.lines.len(), last.lines.len()], [3, 2, 2], "those before it have heard");
}

#[test]
fn what_an_interrupt_leaves_out_is_told() {
    let found = found(&[("a", "print(1);"), ("b", "print(1);")]);
    let interrupt = Interrupt::default();
    interrupt.raise();
    let options = Options { limits: Limits { interrupt, ..Limits::default() }, ..Options::default() };
    let mut lines = Lines::new("lines", 9);
    let summary = run(&Plan::to_run(&found, Variant::Live), &options, &mut [&mut lines]).unwrap();
    assert_eq!(lines.lines, ["started 2", "stale s/gone.snap", "a not run", "b not run", "ended 0"]);
    assert_eq!((summary.not_run, summary.live), (2, true));
}

#[test]
fn a_check_runs_nothing_and_says_nothing_of_snapshots() {
    let found = found(&[("a", "fail(\"it ran\");"), ("b", "let")]);
    let mut lines = Lines::new("lines", 9);
    run(&Plan::to_check(&found, true), &Options::default(), &mut [&mut lines]).unwrap();
    let expected = ["started 2", "a Passed, 0 checks, 0 records", "b Broken, 0 checks, 0 records", "ended 2"];
    assert_eq!(lines.lines, expected);
}

#[test]
fn cases_know_when_they_ran() {
    struct Times(Vec<WallTime>);
    impl Reporter for Times {
        fn name(&self) -> &str {
            "times"
        }

        fn event(&mut self, event: &RunEvent<'_>) -> io::Result<()> {
            match event {
                RunEvent::Finished { finished, .. } => self.0.push(finished.wall_time),
                RunEvent::Ended { wall_time, .. } => self.0.push(WallTime { start: *wall_time, ..WallTime::default() }),
                _ => {}
            }
            Ok(())
        }
    }

    let found = found(&[("a", "print(1);"), ("b", "print(1);")]);
    let mut times = Times(Vec::new());
    run(&Plan::to_run(&found, Variant::Sim), &Options::default(), &mut [&mut times]).unwrap();
    let [a, b, end] = times.0[..] else { panic!("{:?}", times.0) };
    assert!(!a.duration.is_zero() && !b.duration.is_zero());
    assert!(a.start + a.duration <= b.start && b.start + b.duration <= end.start, "one worker: {:?}", times.0);
}
