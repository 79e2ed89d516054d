//! What can be looked up, and what is shown of it.

use std::io;

use crate::cli::CliOutput;
use crate::report::{Style, wrap};
use crate::script::api::{ApiFunction, EVENTS, EventRow, FAULT_KEYS, FaultKeys, Named, Of, POINTS, functions};

/// One thing that can be looked up.
pub(super) enum DocsEntry {
    Function(ApiFunction),
    Event(&'static EventRow),
    Point(&'static Named),
    Fault(&'static FaultKeys),
}

/// What stands before all but the first lines of an entry.
const INDENT: &str = "    ";

impl DocsEntry {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        functions()
            .map(Self::Function)
            .chain(EVENTS.iter().map(Self::Event))
            .chain(POINTS.iter().map(Self::Point))
            .chain(FAULT_KEYS.iter().map(Self::Fault))
    }

    /// The words by which it is found.
    pub(super) fn names(&self) -> Vec<&'static str> {
        match self {
            Self::Function(function) => vec![function.name],
            Self::Event(event) => vec![event.name],
            Self::Point(point) => vec![point.name],
            Self::Fault(keys) => keys.names.to_vec(),
        }
    }

    /// Whether `word` is one of its names; for a function also behind its owner, and with brackets.
    pub(super) fn is_called(&self, word: &str) -> bool {
        let Self::Function(function) = self else { return self.names().contains(&word) };
        let word = word.strip_suffix("()").unwrap_or(word);
        match word.rsplit_once('.') {
            None => word == function.name,
            Some((owner, name)) => {
                let owner = owner.rsplit('.').next().unwrap_or(owner);
                name == function.name
                    && match function.of {
                        Of::Script => false,
                        Of::Client => !["platform", "connection", "notification"].contains(&owner),
                        of => of.receiver() == Some(owner),
                    }
            }
        }
    }

    pub(super) fn write(&self, out: &mut CliOutput<'_>) -> io::Result<()> {
        match self {
            Self::Function(function) => write_function(function, out),
            Self::Event(event) => {
                head(&format!("{}  an event of a client", event.name), out)?;
                paragraph(event.about, out)?;
                labelled(&[("params", format!("#{{ {} }}", event.params.join(", ")))], out)?;
                example(&format!("kandy.on(\"{}\", |params| print(params));", event.name), out)
            }
            Self::Point(point) => {
                head(&format!("{}  a point of the platform", point.name), out)?;
                paragraph(point.about, out)?;
                example(&format!("platform.fail(\"{}\", #{{ status: 503 }});", point.name), out)
            }
            Self::Fault(keys) => {
                head(&format!("{}  of a fault", keys.names.join(", ")), out)?;
                paragraph(keys.about, out)?;
                example(&keys.call(), out)
            }
        }
    }
}

fn write_function(function: &ApiFunction, out: &mut CliOutput<'_>) -> io::Result<()> {
    function.calls().iter().try_for_each(|call| head(call, out))?;
    paragraph(&function.about(), out)?;
    let mut rows: Vec<(&str, String)> = Vec::new();
    for parameter in function.parameters() {
        let optional = if parameter.optional { "; may be left out" } else { "" };
        rows.push((parameter.name, format!("{}{optional}", parameter.takes)));
    }
    rows.push(("gives", function.gives().unwrap_or("nothing").to_owned()));
    labelled(&rows, out)?;
    example(&function.example(), out)
}

fn head(text: &str, out: &mut CliOutput<'_>) -> io::Result<()> {
    writeln!(out.to, "{}", Style::Strong.paint(text, out.color))
}

fn paragraph(text: &str, out: &mut CliOutput<'_>) -> io::Result<()> {
    writeln!(out.to)?;
    wrap(text, INDENT.len()).iter().try_for_each(|line| writeln!(out.to, "{INDENT}{line}"))
}

/// Rows of two columns.
fn labelled(rows: &[(&str, String)], out: &mut CliOutput<'_>) -> io::Result<()> {
    writeln!(out.to)?;
    let width = rows.iter().map(|(label, _)| label.len()).max().unwrap_or_default();
    for (label, text) in rows {
        let mut label = *label;
        for line in wrap(text, INDENT.len() + width + 2) {
            writeln!(out.to, "{INDENT}{label:width$}  {line}")?;
            label = "";
        }
    }
    Ok(())
}

fn example(text: &str, out: &mut CliOutput<'_>) -> io::Result<()> {
    writeln!(out.to)?;
    text.lines().try_for_each(|line| writeln!(out.to, "{INDENT}{}", Style::Faint.paint(line, out.color)))
}
