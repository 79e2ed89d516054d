//! The command line, as a function: arguments in, text out, and how it ends.

mod arguments;
mod check;
mod completions;
mod docs;
mod environment;
mod error;
mod explore;
mod list;
mod man;
mod new;
mod output;
mod replay;
mod report;
mod review;
mod run;
pub(crate) mod selection;
mod serve;
mod signals;
mod watch;

use std::ffi::OsString;

use clap::Parser;

#[cfg(unix)]
pub(crate) use self::arguments::KEEP;
use self::arguments::{Arguments, CliCommand, ReportCommand};
pub use self::environment::Environment;
pub(crate) use self::error::CliError;
pub use self::output::CliOutput;
use self::output::UntilClosed;
use self::run::RunContext;
use crate::exit_code::Exit;
use crate::interrupt::Interrupt;

/// Does what the arguments say; the first is the name of the program.
///
/// Results go to `out`, and what is wrong with the arguments to `err`. When nobody reads `out` any more, the rest goes
/// nowhere, and the exit code still tells how everything went.
pub fn main<I>(arguments: I, environment: &Environment, out: &mut CliOutput<'_>, err: &mut CliOutput<'_>) -> Exit
where
    I: IntoIterator,
    I::Item: Into<OsString> + Clone,
{
    let closed = Interrupt::default();
    let mut to = UntilClosed::new(out.to, closed.clone());
    let mut out = CliOutput { to: &mut to, ..*out };
    match Arguments::try_parse_from(arguments) {
        Ok(Arguments { command, color }) => {
            out.color = color.or(out.color);
            err.color = color.or(err.color);
            carry_out(command, environment, closed, &mut out, err).unwrap_or_else(|error| {
                // Without a place to complain in there is nothing left but the exit code.
                let _ = error.write(err);
                error.exit()
            })
        }
        Err(error) if error.use_stderr() => say(&error, err, Exit::BadUsage),
        Err(help) => say(&help, &mut out, Exit::Passed),
    }
}

fn carry_out(
    command: CliCommand,
    environment: &Environment,
    closed: Interrupt,
    out: &mut CliOutput<'_>,
    err: &mut CliOutput<'_>,
) -> Result<Exit, CliError> {
    let exit = match command {
        CliCommand::New(arguments) => new::new(&arguments, environment, out)?,
        CliCommand::Run(arguments) => {
            let around = RunContext { environment, interrupt: Interrupt::default(), closed, out, err };
            run::run(&arguments, around)?
        }
        CliCommand::Explore(arguments) => explore::explore(arguments, environment, out)?,
        CliCommand::List(arguments) => list::list(&arguments, environment, out)?,
        CliCommand::Check(arguments) => check::check(&arguments, environment, out)?,
        CliCommand::Review(arguments) => review::review(&arguments, environment, out)?,
        CliCommand::Report(ReportCommand::Merge(arguments)) => report::merge(arguments, environment, out)?,
        CliCommand::Replay(arguments) => replay::replay(&arguments, environment, out)?,
        CliCommand::Docs(arguments) => docs::docs(&arguments, out)?,
        CliCommand::Completions(arguments) => completions::completions(&arguments, out)?,
        CliCommand::Man(arguments) => man::man(&arguments, out)?,
        CliCommand::Serve(arguments) => serve::serve(*arguments, environment, out, err)?,
        #[cfg(unix)]
        CliCommand::Keep(arguments) => crate::serve::keep(&arguments.command)?,
    };
    out.to.flush()?;
    Ok(exit)
}

/// Writes what clap has to say: the help and the version that were asked for, or what is wrong with the arguments.
fn say(clap: &clap::Error, to: &mut CliOutput<'_>, exit: Exit) -> Exit {
    let text = clap.render();
    let written = if to.color { write!(to.to, "{}", text.ansi()) } else { write!(to.to, "{text}") };
    if written.and_then(|()| to.to.flush()).is_err() { Exit::InternalError } else { exit }
}
