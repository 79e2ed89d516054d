//! `report merge`

use super::arguments::Merge;
use super::error::CliError;
use super::{CliOutput, Environment};
use crate::exit_code::Exit;
use crate::report::console::Console;
use crate::report::{Reports, explored, merge};
use crate::text::printable_path;

pub(super) fn merge(arguments: Merge, environment: &Environment, out: &mut CliOutput<'_>) -> Result<Exit, CliError> {
    let Merge { files, report } = arguments;
    let read = |path: &std::path::PathBuf| {
        let shown = printable_path(path);
        merge::read(&environment.folder.join(path), &shown).map(|report| (shown, report))
    };
    let merged = merge::merge(files.iter().map(read).collect::<Result<_, _>>()?)?;
    let wanted: Vec<_> = report.into_iter().map(|report| report.within(&environment.folder)).collect();
    let mut reports = Reports::begin(&wanted, &environment.github)?;
    let exit = if merged.start.explored.is_some() {
        let (text, exit) = explored::merged(&merged, out.color);
        out.to.write_all(text.as_bytes())?;
        exit
    } else {
        Console::new(out.to, out.color).merged(&merged)?.exit()
    };
    reports.render(&merged)?;
    out.to.write_all(reports.said().as_bytes())?;
    Ok(exit)
}
