//! `docs`: the script API, from the tables that the scripts' own documentation is made of.

mod entry;
mod json;

use std::io;

use self::entry::DocsEntry;
use super::CliOutput;
use super::arguments::Docs;
use super::error::CliError;
use crate::exit_code::Exit;
use crate::report::{COLUMNS, Style, wrap};
use crate::script::api::{EVENTS, FAULT_KEYS, Of, POINTS, functions};
use crate::text::nearest;

/// What stands before what a function does.
const INDENT: &str = "      ";

/// The heads of the list of functions, in its order.
const HEADS: [(&str, &[Of]); 3] = [
    ("Of a script", &[Of::Script]),
    ("Of a client, as create() gives it", &[Of::Client, Of::Connection, Of::Notification, Of::Services]),
    ("Of the platform", &[Of::Platform]),
];

pub(super) fn docs(arguments: &Docs, out: &mut CliOutput<'_>) -> Result<Exit, CliError> {
    match &arguments.word {
        _ if arguments.json => json::write(out)?,
        None => overview(out)?,
        Some(word) => {
            let entries: Vec<DocsEntry> = DocsEntry::all().filter(|entry| entry.is_called(word)).collect();
            if entries.is_empty() {
                return Err(no_entry(word));
            }
            for (index, entry) in entries.iter().enumerate() {
                if index > 0 {
                    writeln!(out.to)?;
                }
                entry.write(out)?;
            }
        }
    }
    Ok(Exit::Passed)
}

fn no_entry(word: &str) -> CliError {
    let names: Vec<&str> = DocsEntry::all().flat_map(|entry| entry.names()).collect();
    let last = word.rsplit('.').next().unwrap_or(word);
    CliError::NoEntry { word: word.to_owned(), nearest: nearest(last, names) }
}

/// Everything, with a line or two of each.
fn overview(out: &mut CliOutput<'_>) -> io::Result<()> {
    for (head, owners) in HEADS {
        writeln!(out.to, "{}", Style::Strong.paint(head, out.color))?;
        for function in functions().filter(|function| owners.contains(&function.of)) {
            let part = match function.of {
                Of::Connection => "connection.",
                Of::Notification => "notification.",
                Of::Services => "services.",
                _ => "",
            };
            let call = format!("{part}{}", function.signature());
            item(&call, &function.about(), out)?;
        }
        writeln!(out.to)?;
    }
    writeln!(out.to, "{}", Style::Strong.paint("Events, with the keys of their params", out.color))?;
    for event in &EVENTS {
        item(event.name, &format!("{}: #{{ {} }}", event.about, event.params.join(", ")), out)?;
    }
    writeln!(out.to, "\n{}", Style::Strong.paint("Points of the platform", out.color))?;
    for point in &POINTS {
        item(point.name, point.about, out)?;
    }
    writeln!(out.to, "\n{}", Style::Strong.paint("Keys of a fault", out.color))?;
    for keys in &FAULT_KEYS {
        item(&keys.names.join(", "), keys.about, out)?;
    }
    writeln!(out.to, "\n`kandy-harness docs WORD` has more of each, with an example.")
}

/// One function, event, point or key: its name, and what it does below it.
fn item(name: &str, about: &str, out: &mut CliOutput<'_>) -> io::Result<()> {
    debug_assert!(name.chars().count() + 2 <= COLUMNS, "{name} is too long");
    writeln!(out.to, "  {name}")?;
    wrap(about, INDENT.len()).iter().try_for_each(|line| writeln!(out.to, "{INDENT}{line}"))
}
