//! `list`

use super::arguments::Selection;
use super::error::CliError;
use super::selection::{Selected, select};
use super::{Environment, Output};
use crate::exit_code::Exit;
use crate::printable::printable;
use crate::report::console::counted;
use crate::report::{Style, wrap};
use crate::scenario::Header;
use crate::settings::Settings;

/// What stands before a description.
const INDENT: &str = "    ";

pub(super) fn list(selection: &Selection, environment: &Environment, out: &mut Output<'_>) -> Result<Exit, CliError> {
    let Selected { found, .. } = select(selection, &Settings::default(), environment)?;
    let mut exit = Exit::Passed;
    let mut count = 0;
    for scenario in &found.scenarios {
        count += scenario.rows().len().max(1);
        let name = Style::Strong.paint(&scenario.name, out.color);
        match &scenario.content {
            Ok(content) => {
                writeln!(out.to, "{name}{}", tags(&content.header, out.color))?;
                for line in wrap(content.header.summary(), INDENT.len()) {
                    writeln!(out.to, "{INDENT}{}", printable(&line))?;
                }
                for row in &content.rows {
                    writeln!(out.to, "  {}", Style::Strong.paint(scenario.name_of_row(row), out.color))?;
                }
            }
            Err(error) => {
                exit = Exit::Broken;
                let error = Style::Bad.paint(format_args!("cannot be read: {error}"), out.color);
                writeln!(out.to, "{name}\n{INDENT}{error}")?;
            }
        }
    }
    writeln!(out.to, "\n{}", counted(count, "scenario"))?;
    Ok(exit)
}

fn tags(header: &Header, color: bool) -> String {
    if header.tags.is_empty() {
        return String::new();
    }
    format!("  {}", Style::Faint.paint(format_args!("[{}]", printable(&header.tags.join(", "))), color))
}
