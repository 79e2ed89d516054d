//! `list`

use std::{io, ptr};

use serde::Serialize;

use super::arguments::List;
use super::error::CliError;
use super::selection::{Selected, select};
use super::{CliOutput, Environment};
use crate::exit_code::Exit;
use crate::report::console::counted;
use crate::report::{Style, wrap};
use crate::run::{Case, Plan, Variant};
use crate::scenario::{Found, Header};
use crate::settings::ProjectSettings;
use crate::text::printable;

/// What stands before a description.
const INDENT: &str = "    ";

pub(super) fn list(arguments: &List, environment: &Environment, out: &mut CliOutput<'_>) -> Result<Exit, CliError> {
    let Selected { found, .. } = select(&arguments.selection, &ProjectSettings::default(), environment)?;
    if arguments.json { as_json(&found, out) } else { as_text(&found, out) }.map_err(CliError::Io)
}

fn as_text(found: &Found, out: &mut CliOutput<'_>) -> io::Result<Exit> {
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

/// A scenario as `--json` tells of it. What is added later has keys of its own.
#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    path: &'a str,
    tags: &'a [String],
    description: &'a str,
    /// Whether it is tagged as one that runs on real sockets too.
    live: bool,
    cases: Vec<ListedCase<'a>>,
    /// Why it cannot be read, if so.
    error: Option<String>,
}

/// What runs of it, and is reported, on its own.
#[derive(Serialize)]
struct ListedCase<'a> {
    name: &'a str,
    row: Option<&'a str>,
    /// Whether there is a snapshot to compare it with.
    snapshot: bool,
}

/// An array with a line for each scenario, so that it can be compared line by line.
fn as_json(found: &Found, out: &mut CliOutput<'_>) -> io::Result<Exit> {
    let plan = Plan::to_run(found, Variant::Sim);
    let mut exit = Exit::Passed;
    write!(out.to, "[")?;
    let of_scenarios = plan.cases.chunk_by(|one, other| ptr::eq(one.scenario, other.scenario));
    for (index, cases) in of_scenarios.enumerate() {
        let scenario = cases[0].scenario;
        let header = scenario.header();
        let listed = Listed {
            name: &scenario.name,
            path: &scenario.shown,
            tags: header.map_or(&[], |header| &header.tags),
            description: header.map_or("", |header| &header.description),
            live: header.is_some_and(Header::is_live),
            cases: cases.iter().map(listed).collect(),
            error: scenario.content.as_ref().err().map(ToString::to_string),
        };
        if listed.error.is_some() {
            exit = Exit::Broken;
        }
        let line = serde_json::to_string(&listed)?;
        write!(out.to, "{}\n{line}", if index == 0 { "" } else { "," })?;
    }
    writeln!(out.to, "\n]")?;
    Ok(exit)
}

fn listed<'a>(case: &'a Case<'_>) -> ListedCase<'a> {
    ListedCase { name: case.name(), row: case.row, snapshot: case.snapshot().is_file() }
}

fn tags(header: &Header, color: bool) -> String {
    if header.tags.is_empty() {
        return String::new();
    }
    format!("  {}", Style::Faint.paint(format_args!("[{}]", printable(&header.tags.join(", "))), color))
}
