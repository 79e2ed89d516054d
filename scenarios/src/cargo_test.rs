//! Scenarios as Rust tests: a test target in which each is a test ([`harness`]), or one of them in a `#[test]`
//! ([`run_file`]).

mod case;
mod error;
mod target;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::Arguments;

use self::case::EndedCase;
pub use self::error::{Error, Failures, SetupError};
use self::target::TestTarget;
use crate::cli::Environment;
use crate::cli::selection::settings_of;
use crate::run::{self, Plan, Variant};
use crate::scenario::{Found, find};
use crate::script::Limits;
use crate::settings::ProjectSettings;
use crate::snapshot::Mode;

/// Set by cargo, nextest and whoever else runs tests of a package: its folder.
const PACKAGE_FOLDER: &str = "CARGO_MANIFEST_DIR";

/// How scenarios run as Rust tests. What is not set here comes from the `kandy.toml` of their project, else from the
/// defaults.
///
/// ```
/// use std::time::Duration;
///
/// use kandy_scenarios::Options;
///
/// let options = Options::default().with_live(true).with_timeout(Duration::from_secs(30));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    profile: Option<String>,
    strict: Option<bool>,
    timeout: Option<Duration>,
    live: bool,
    ignored_tags: Vec<String>,
}

/// What came of scenarios that did not fail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// All cases: one for each scenario, or one for each row of its `cases`.
    pub cases: Vec<CaseReport>,
}

/// What came of a case that did not fail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CaseReport {
    /// Its name, such as `login` or `login[unavailable]`.
    pub name: String,
    /// Why it did not want to run, if it did not.
    pub skipped: Option<String>,
    /// What happened in its world, as snapshots have it.
    pub transcript: String,
    /// How much time passed in its world.
    pub virtual_time: Duration,
    /// Why its pass means little, if it does: what fails it in strict mode.
    pub doubts: Vec<String>,
}

/// The main function of a test target in which each scenario below `path` is a test; with `cases`, each row.
///
/// `cargo test` and `cargo nextest run` list, filter and run them by their names, as they do with other tests. A relative path
/// is taken from the folder of the package. The project's `kandy.toml` holds but for its reports, which nextest makes; `CI` and
/// `INSTA_UPDATE` mean what they mean to `kandy-harness run`, and with `INSTA_UPDATE=always` transcripts become the
/// snapshots.
///
/// In `Cargo.toml`:
///
/// ```toml
/// [[test]]
/// name = "scenarios"
/// harness = false
/// ```
///
/// and in `tests/scenarios.rs`:
///
/// ```no_run
/// fn main() -> std::process::ExitCode {
///     kandy_scenarios::harness("scenarios")
/// }
/// ```
#[must_use = "it says whether the tests have passed"]
pub fn harness(path: impl AsRef<Path>) -> ExitCode {
    harness_with(path, &Options::default())
}

/// The same, otherwise than by default.
///
/// ```no_run
/// use kandy_scenarios::Options;
///
/// fn main() -> std::process::ExitCode {
///     let options = Options::default().with_ignored_tags(["slow"]);
///     kandy_scenarios::harness_with("scenarios", &options)
/// }
/// ```
#[must_use = "it says whether the tests have passed"]
pub fn harness_with(path: impl AsRef<Path>, options: &Options) -> ExitCode {
    let arguments = Arguments::from_args();
    match TestTarget::new(path.as_ref(), options) {
        Ok(target) => target.run(arguments),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one scenario, for a `#[test]`. A relative path is taken from the folder of the package.
///
/// # Errors
///
/// The scenario fails, or differs from its snapshot, or nothing can run. The error tells all of it as the command does, so
/// that it only has to be passed on.
///
/// ```no_run
/// #[test]
/// fn a_wrong_password_is_reported() -> Result<(), kandy_scenarios::Error> {
///     let report = kandy_scenarios::run_file("scenarios/login.rhai")?;
///     assert!(report.cases[0].transcript.contains("authentication:9"));
///     Ok(())
/// }
/// ```
pub fn run_file(path: impl AsRef<Path>) -> Result<Report, Error> {
    run_file_with(path, &Options::default())
}

/// The same, otherwise than by default.
///
/// # Errors
///
/// As for [`run_file`].
pub fn run_file_with(path: impl AsRef<Path>, options: &Options) -> Result<Report, Error> {
    let environment = environment();
    let paths = [path.as_ref().to_owned()];
    let setup = |error| SetupError::new(error, &environment.folder);
    let (settings, _) =
        settings_of(&paths, options.profile.as_deref(), options.settings(), &environment).map_err(setup)?;
    // What is named is wanted, whatever the project's filter says.
    let found = find(&environment.folder, &paths, None).map_err(|error| setup(error.into()))?;
    run_all(&found, options, &settings, &environment)
}

fn run_all(
    found: &Found,
    options: &Options,
    settings: &ProjectSettings,
    environment: &Environment,
) -> Result<Report, Error> {
    let how = options.how(settings, environment);
    let mut report = Report::default();
    let mut failures = Failures::default();
    for case in Plan::to_run(found, options.variant()).cases {
        match case::run(case, &how, false)? {
            EndedCase::Well(case) => report.cases.push(case),
            EndedCase::Badly { line, told } => failures.add(&line, &told),
        }
    }
    if failures.is_empty() { Ok(report) } else { Err(failures.into()) }
}

/// Setters: what is not set is as the project has it.
impl Options {
    /// The profile of `kandy.toml` that holds, as with `--profile`.
    #[must_use]
    pub fn with_profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Whether a pass that proves nothing fails. By default it does where `CI` is set.
    #[must_use]
    pub fn with_strict(mut self, on: bool) -> Self {
        self.strict = Some(on);
        self
    }

    /// The real time that a scenario may take.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Whether scenarios tagged `live` run on real sockets too; others are skipped then. Off by default.
    #[must_use]
    pub fn with_live(mut self, on: bool) -> Self {
        self.live = on;
        self
    }

    /// Tags of scenarios that [`harness_with`] runs only if it is told to, as cargo does with tests marked `#[ignore]`. None by
    /// default.
    #[must_use]
    pub fn with_ignored_tags(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.ignored_tags = tags.into_iter().map(Into::into).collect();
        self
    }
}

impl Options {
    /// What they say of what `kandy.toml` may say.
    fn settings(&self) -> ProjectSettings {
        ProjectSettings { timeout: self.timeout, strict: self.strict, ..ProjectSettings::default() }
    }

    const fn variant(&self) -> Variant {
        if self.live { Variant::Live } else { Variant::Sim }
    }

    fn how(&self, settings: &ProjectSettings, environment: &Environment) -> run::Options {
        let mut limits = Limits::default();
        limits.wall_time = settings.timeout.unwrap_or(limits.wall_time);
        let accept = env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always");
        let compare = Mode::Compare { leave_pending: environment.leave_pending };
        run::Options {
            limits,
            snapshots: if accept { Mode::Accept } else { compare },
            strict: settings.strict.unwrap_or(environment.ci),
            ..run::Options::default()
        }
    }
}

/// What there is around a test.
fn environment() -> Environment {
    let folder = env::var_os(PACKAGE_FOLDER).map(PathBuf::from).unwrap_or_default();
    Environment { folder, signals: false, ..Environment::of_process() }
}
