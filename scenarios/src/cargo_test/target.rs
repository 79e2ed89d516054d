//! A test target: libtest's words and arguments, with a test for each case.

use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, Sender};

use libtest_mimic::{Arguments, Completion, Conclusion, Failed, FormatSetting, Trial};

use super::case::{self, EndedCase};
use super::{Error, Options, SetupError, environment};
use crate::cli::selection::{Filtering, Selected, Selection, select};
use crate::report::console::warning_text;
use crate::run::{self, Case, Plan, RunWarning};
use crate::scenario::Found;

/// The test that fails in strict mode for what concerns no scenario. No scenario has that name, since rows have a name
/// before the bracket.
const RUN_WARNINGS: &str = "[warnings]";

/// A test target, before it runs.
pub(super) struct TestTarget {
    plan: Plan<'static>,
    options: run::Options,
    ignored_tags: Vec<String>,
    /// How many threads the project wants.
    threads: Option<usize>,
}

/// What a test says beyond whether it has passed.
enum TestNote {
    /// Its scenario did not want to run.
    Skipped,
    /// Why its pass means little.
    Doubt(String),
}

impl TestTarget {
    pub(super) fn new(path: &Path, options: &Options) -> Result<Self, Error> {
        let environment = environment();
        let selection = Selection {
            paths: vec![path.to_owned()],
            filtering: Filtering::default(),
            profile: options.profile.clone(),
        };
        let Selected { found, settings, .. } = select(&selection, &options.settings(), &environment)
            .map_err(|error| SetupError::new(error, &environment.folder))?;
        // Tests own what they use; these last as long as the process, whose only work they are.
        let found: &'static Found = Box::leak(Box::new(found));
        Ok(Self {
            plan: Plan::to_run(found, options.variant()),
            options: options.how(&settings, &environment),
            ignored_tags: options.ignored_tags.clone(),
            threads: settings.jobs.map(usize::from),
        })
    }

    pub(super) fn run(mut self, mut arguments: Arguments) -> ExitCode {
        arguments.test_threads = arguments.test_threads.or(self.threads);
        let warnings: Vec<String> = self.plan.warnings.iter().map(warning_text).collect();
        let (notes, told) = mpsc::channel();
        let mut trials = self.trials(&arguments, &notes);
        drop(notes);
        if self.options.strict && !warnings.is_empty() {
            let errors = warnings.iter().map(|warning| format!("error: {warning}\n")).collect::<String>();
            trials.push(Trial::test(RUN_WARNINGS, move || Err(errors.into())));
        }
        let conclusion = libtest_mimic::run(&arguments, trials);
        if arguments.list {
            return ExitCode::SUCCESS;
        }
        if !self.options.strict {
            warnings.iter().for_each(|warning| eprintln!("warning: {warning}"));
        }
        conclude(&arguments, &conclusion, &told, self.options.strict)
    }

    /// A test for each case.
    fn trials(&mut self, arguments: &Arguments, notes: &Sender<TestNote>) -> Vec<Trial> {
        // Where colours are not wanted, libtest-mimic takes them out of text, but not out of JSON.
        let color = arguments.format != Some(FormatSetting::Json);
        let trial = |case: Case<'static>| {
            let header = case.scenario.header();
            let is_ignored = header.is_some_and(|header| self.ignored_tags.iter().any(|tag| header.tags.contains(tag)));
            let (name, options, notes) = (case.name().to_owned(), self.options.clone(), notes.clone());
            Trial::ignorable_test(name, move || run_case(case, &options, color, &notes)).with_ignored_flag(is_ignored)
        };
        std::mem::take(&mut self.plan.cases).into_iter().map(trial).collect()
    }
}

fn run_case(
    case: Case<'static>,
    options: &run::Options,
    color: bool,
    notes: &Sender<TestNote>,
) -> Result<Completion, Failed> {
    // Who hears the notes outlives the tests.
    let note = |note| drop(notes.send(note));
    match case::run(case, options, color)? {
        EndedCase::Well(case) => {
            case.doubts.into_iter().map(TestNote::Doubt).for_each(note);
            Ok(match case.skipped {
                Some(reason) => {
                    note(TestNote::Skipped);
                    Completion::ignored_with(reason)
                }
                None => Completion::Completed,
            })
        }
        EndedCase::Badly { told, .. } => Err(told.into()),
    }
}

/// What to say when all tests have ended, and how the target ends.
fn conclude(arguments: &Arguments, conclusion: &Conclusion, notes: &Receiver<TestNote>, strict: bool) -> ExitCode {
    let mut skipped = 0;
    for note in notes.try_iter() {
        match note {
            TestNote::Skipped => skipped += 1,
            TestNote::Doubt(doubt) => eprintln!("warning: {doubt}"),
        }
    }
    // One test that is run on its own, as nextest does, says nothing about all.
    let is_whole = conclusion.num_filtered_out == 0 && arguments.filter.is_none();
    if is_whole && skipped > 0 && conclusion.num_passed + conclusion.num_failed == 0 {
        let word = if strict { "error" } else { "warning" };
        eprintln!("{word}: {}", warning_text(&RunWarning::AllSkipped { count: skipped }));
        if strict {
            return ExitCode::FAILURE;
        }
    }
    conclusion.exit_code()
}
