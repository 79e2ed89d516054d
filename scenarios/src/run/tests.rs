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
        content: Ok(ScriptText { text: (*text).to_owned(), header: Header::parse(text), rows: Vec::new() }),
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
            RunEvent::NotRun { case, cut } => format!("{} not run {cut:?}", case.name()),
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
    assert_eq!(
        lines.lines,
        ["started 2", "stale s/gone.snap", "a not run ByInterrupt", "b not run ByInterrupt", "ended 0"]
    );
    assert_eq!((summary.not_run, summary.live), (2, true));
}

#[test]
fn nothing_begins_after_the_first_failure_where_that_is_wanted() {
    let bad = ["fail(\"no\");", "let", "print(1);\nplatform.fail(\"other\", #{ hang: true });"];
    for (text, ended) in bad.into_iter().zip(["Failed", "Broken", "Failed"]) {
        let found = found(&[("a", "assert(true);"), ("b", text), ("c", "assert(true);"), ("d", text)]);
        // Only in strict mode the last of these is a failure.
        let options = Options { fail_fast: true, strict: true, ..Options::default() };
        let mut lines = Lines::new("lines", 9);
        let summary =
            run(&Plan { warnings: Vec::new(), ..Plan::to_run(&found, Variant::Sim) }, &options, &mut [&mut lines]);
        let told: Vec<&str> = lines.lines.iter().map(|line| line.split(',').next().unwrap()).collect();
        let b = format!("b {ended}");
        assert_eq!(told, ["started 4", "a Passed", &b, "c not run ByFailure", "d not run ByFailure", "ended 2"]);
        let summary = summary.unwrap();
        assert_eq!((summary.after_failure, summary.not_run), (2, 0));
        assert_ne!(summary.exit(), crate::exit_code::Exit::Interrupted);
    }
}

#[test]
fn what_runs_beside_the_first_failure_runs_to_its_end() {
    let names: Vec<String> = (0..40).map(|number| format!("{number:02}")).collect();
    let mut scenarios: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "assert(true);")).collect();
    scenarios[0].1 = "fail(\"no\");";
    let found = found(&scenarios);
    let options = Options { fail_fast: true, jobs: NonZeroUsize::new(4).unwrap(), ..Options::default() };
    let mut lines = Lines::new("lines", 99);
    let summary = run(&Plan::to_run(&found, Variant::Sim), &options, &mut [&mut lines]).unwrap();
    assert_eq!(summary.total() + summary.missing(), 40, "each is told: {:?}", lines.lines);
    assert_eq!((summary.failed, lines.lines.len()), (1, 43));
}

#[test]
fn a_repeated_case_runs_as_often_under_names_of_its_own() {
    let mut found = found(&[("a", "assert(true);"), ("b", "let case = cases(#{ x: 1 });\nassert(true);")]);
    found.scenarios[1].content.as_mut().unwrap().rows = vec!["x".to_owned()];
    let plan = Plan::to_run(&found, Variant::Sim).repeated(NonZeroUsize::new(2).unwrap());
    let names: Vec<(&str, Option<usize>)> = plan.cases.iter().map(|case| (case.name(), case.repetition)).collect();
    assert_eq!(names, [("a#1", Some(1)), ("a#2", Some(2)), ("b[x]#1", Some(1)), ("b[x]#2", Some(2))]);
    assert_eq!(plan.cases[3].name_of_all(), "b[x]");
    assert_eq!(plan.cases[2].snapshot(), plan.cases[3].snapshot());
    let summary = run(&plan, &Options::default(), &mut []).unwrap();
    assert_eq!(summary.passed, 4);
    let once = Plan::to_run(&found, Variant::Sim).repeated(NonZeroUsize::MIN);
    assert_eq!(once.cases.iter().map(Case::name).collect::<Vec<_>>(), ["a", "b[x]"]);
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
