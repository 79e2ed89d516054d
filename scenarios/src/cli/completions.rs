//! `completions`

use std::io;

use clap::{Command, CommandFactory};

use super::CliOutput;
use super::arguments::{Arguments, Completions};
use crate::exit_code::Exit;

pub(super) fn completions(arguments: &Completions, out: &mut CliOutput<'_>) -> io::Result<Exit> {
    let mut command = told();
    let name = command.get_name().to_owned();
    // The generators panic where they cannot write, so that they write to memory.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    // clap's generator for bash has two spellings of a name with a hyphen, so that nothing behind a subcommand would be
    // completed (clap-rs/clap#6421). Where it has one, this changes nothing.
    let script = String::from_utf8_lossy(&script).replace("kandy__subcmd__harness", "kandy__harness");
    writeln!(out.to, "{}", script.trim_end())?;
    Ok(Exit::Passed)
}

/// The command line as users are told of it. Some generators would take what is hidden, too.
pub(super) fn told() -> Command {
    let whole = Arguments::command();
    let subcommands = whole.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let told = Command::new("kandy-harness").args(whole.get_arguments().cloned()).subcommands(subcommands);
    let told = told.version(env!("CARGO_PKG_VERSION")).subcommand_required(true);
    let told = told.about(whole.get_about().cloned().unwrap_or_default());
    told.after_help(whole.get_after_help().cloned().unwrap_or_default())
}
