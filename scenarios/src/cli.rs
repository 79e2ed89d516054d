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
use self::arguments::{Arguments, Command, Report};
pub use self::environment::Environment;
pub(crate) use self::error::CliError;
pub use self::output::Output;
use self::output::UntilClosed;
use self::run::Around;
use crate::exit_code::Exit;
use crate::interrupt::Interrupt;

/// Does what the arguments say; the first is the name of the program.
///
/// Results go to `out`, and what is wrong with the arguments to `err`. When nobody reads `out` any more, the rest goes
/// nowhere, and the exit code still tells how everything went.
pub fn main<I>(arguments: I, environment: &Environment, out: &mut Output<'_>, err: &mut Output<'_>) -> Exit
where
    I: IntoIterator,
    I::Item: Into<OsString> + Clone,
{
    let closed = Interrupt::default();
    let mut to = UntilClosed::new(out.to, closed.clone());
    let mut out = Output { to: &mut to, ..*out };
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
    command: Command,
    environment: &Environment,
    closed: Interrupt,
    out: &mut Output<'_>,
    err: &mut Output<'_>,
) -> Result<Exit, CliError> {
    let exit = match command {
        Command::New(arguments) => new::new(&arguments, environment, out)?,
        Command::Run(arguments) => {
            let around = Around { environment, interrupt: Interrupt::default(), closed, out, err };
            run::run(&arguments, around)?
        }
        Command::Explore(arguments) => explore::explore(arguments, environment, out)?,
        Command::List(arguments) => list::list(&arguments, environment, out)?,
        Command::Check(arguments) => check::check(&arguments, environment, out)?,
        Command::Review(arguments) => review::review(&arguments, environment, out)?,
        Command::Report(Report::Merge(arguments)) => report::merge(arguments, environment, out)?,
        Command::Replay(arguments) => replay::replay(&arguments, environment, out)?,
        Command::Docs(arguments) => docs::docs(&arguments, out)?,
        Command::Completions(arguments) => completions::completions(&arguments, out)?,
        Command::Man(arguments) => man::man(&arguments, out)?,
        Command::Serve(arguments) => serve::serve(*arguments, environment, out, err)?,
        #[cfg(unix)]
        Command::Keep(arguments) => crate::serve::keep(&arguments.command)?,
    };
    out.to.flush()?;
    Ok(exit)
}

/// Writes what clap has to say: the help and the version that were asked for, or what is wrong with the arguments.
fn say(clap: &clap::Error, to: &mut Output<'_>, exit: Exit) -> Exit {
    let text = clap.render();
    let written = if to.color { write!(to.to, "{}", text.ansi()) } else { write!(to.to, "{text}") };
    if written.and_then(|()| to.to.flush()).is_err() { Exit::InternalError } else { exit }
}
