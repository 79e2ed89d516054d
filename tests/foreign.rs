//! Suites whose tests run foreign programs, which may be missing, with this program as the command.

use std::process::ExitCode;
use std::{env, io};

use kandy_scenarios::cli::{self, CliOutput, Environment};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// A suite of tests that are skipped, each with the reason, where there is nothing to run them with.
#[derive(Clone, Copy, Debug)]
pub struct ForeignSuite {
    /// The suite's name, which begins its last line.
    pub name: &'static str,
    /// The variable that makes a missing tool a failure; the only value that it has is `required`.
    pub requirement: &'static str,
    /// The variable that makes this program the command.
    pub as_command: &'static str,
}

impl ForeignSuite {
    /// Is the command, if this program was started as that; else runs the tests, by the arguments of the command line.
    pub fn run(self, trials: impl FnOnce() -> Vec<Trial>) -> ExitCode {
        if env::var_os(self.as_command).is_some() {
            let (mut out, mut err) = (io::stdout(), io::stderr());
            let (mut out, mut err) = (CliOutput::plain(&mut out), CliOutput::plain(&mut err));
            return cli::main(env::args_os(), &Environment::of_process(), &mut out, &mut err).into();
        }
        let Self { name, requirement, .. } = self;
        let arguments = Arguments::from_args();
        if let Some(value) = env::var_os(requirement)
            && value != "required"
        {
            println!("{name}: {requirement} is either \"required\" or not set; it is {value:?}");
            return ExitCode::FAILURE;
        }
        let conclusion = libtest_mimic::run(&arguments, trials());
        if !arguments.list && conclusion.num_ignored > 0 {
            println!("{name}: {} tests were skipped; CONTRIBUTING.md says what they need", conclusion.num_ignored);
        }
        conclusion.exit_code()
    }

    /// A test that is skipped where `is_equipped` says that something is `missing`, or fails there, if it is required.
    pub fn trial(
        self,
        name: &str,
        is_equipped: fn() -> bool,
        missing: &'static str,
        test: impl FnOnce() -> Result<(), Failed> + Send + 'static,
    ) -> Trial {
        let requirement = self.requirement;
        Trial::ignorable_test(name, move || match (is_equipped(), env::var_os(requirement)) {
            (true, _) => test().map(|()| Completion::Completed),
            (false, None) => Ok(Completion::ignored_with(missing)),
            (false, Some(_)) => Err(format!("{missing} ({requirement} is set, so it is not skipped)").into()),
        })
    }
}
