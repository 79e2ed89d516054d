//! The `kandy-harness` command.

use std::env;
use std::io;
use std::process::ExitCode;

use kandy_scenarios::cli::{self, CliOutput, Environment};
use kandy_scenarios::memory;

/// It holds scripts to their budget.
#[global_allocator]
static ALLOCATOR: memory::Allocator = memory::counting();

fn main() -> ExitCode {
    let environment = Environment::of_process();
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let (mut out, mut err) = (CliOutput::of_process(&mut out), CliOutput::of_process(&mut err));
    cli::main(env::args_os(), &environment, &mut out, &mut err).into()
}
