//! `check`

use super::arguments::Selection;
use super::error::CliError;
use super::{Environment, Output};
use crate::exit_code::Exit;
use crate::report::Style;
use crate::report::console::{Console, counted};
use crate::runner;
use crate::scenario::find;

pub(super) fn check(selection: &Selection, environment: &Environment, out: &mut Output<'_>) -> Result<Exit, CliError> {
    let mut found = find(&environment.folder, &selection.paths, selection.filter.as_ref())?;
    let mut scripts = found.scenarios;
    if selection.filter.is_none() {
        scripts.append(&mut found.modules);
    }
    let (mut exit, mut broken) = (Exit::Passed, 0);
    let mut console = Console::new(out.to, out.color).with_columns(out.columns);
    runner::check(&scripts, environment.jobs, |scenario, finished| {
        let this = finished.status.exit();
        exit = exit.max(this);
        if this == Exit::Passed {
            return Ok(());
        }
        broken += 1;
        console.scenario(scenario, finished)
    })?;
    console.gap()?;
    let well = format!("{} checked", counted(scripts.len(), "script"));
    if broken == 0 {
        writeln!(out.to, "{}", Style::Good.paint(well, out.color))?;
    } else {
        writeln!(out.to, "{well}, {}", Style::Bad.paint(format_args!("{broken} broken"), out.color))?;
    }
    Ok(exit)
}
