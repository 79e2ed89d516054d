//! The `kandy-harness` command.

use std::env;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use kandy_scenarios::cli::{self, Environment, Output};

fn main() -> ExitCode {
    let environment = Environment::of_process();
    let colors = |terminal: bool| {
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        terminal && !is_set("NO_COLOR") && env::var_os("TERM").is_none_or(|term| term != "dumb")
    };
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let (out_color, err_color) = (colors(out.is_terminal()), colors(err.is_terminal()));
    let mut out = Output { to: &mut out, color: out_color };
    let mut err = Output { to: &mut err, color: err_color };
    cli::main(env::args_os(), &environment, &mut out, &mut err).into()
}
