//! Which changes to the platform's answers no scenario notices, for a terminal.

use std::fmt::Write as _;

use super::console::counted;
use super::{Style, wrap};
use crate::explore::{Judged, Mutants};
use crate::printable::printable;

/// The most kinds that are told, unless all are wanted.
const MAX_KINDS: usize = 12;

/// How many are noticed, and what is not.
#[must_use]
pub fn mutants(mutants: &Mutants, judged: &Judged<'_>, all: bool, color: bool) -> String {
    let Judged { noticed, equivalent, unnoticed, wrongly_listed } = judged;
    let (count, kinds) = (counted(mutants.made, "changed answer"), mutants.kinds.len());
    let mut text = format!("{count} of {kinds} kinds, {} noticed by their scenario\n", mutants.noticed);
    let that_matter = kinds - equivalent.len();
    let percent = (noticed + wrongly_listed.len()) * 100 / that_matter.max(1);
    let score = format!("{} of {that_matter} kinds, {percent} %", noticed + wrongly_listed.len());
    let _ = writeln!(text, "\nnoticed:     {score}");
    let _ = writeln!(text, "equivalent:  {}, which no application can notice", counted(equivalent.len(), "kind"));
    if all {
        for (kind, reason) in equivalent {
            let _ = writeln!(text, "  {kind}");
            for line in wrap(reason, 6) {
                let _ = writeln!(text, "      {line}");
            }
        }
    }
    if !wrongly_listed.is_empty() {
        let _ = writeln!(text, "\n{}", Style::Bad.paint("Listed as equivalent, and noticed:", color));
        for kind in wrongly_listed {
            let _ = writeln!(text, "  {kind}");
        }
    }
    if !unnoticed.is_empty() {
        let _ =
            writeln!(text, "\n{}\n", Style::Bad.paint("Noticed by no scenario, each with a run that shows it:", color));
        let most = if all { usize::MAX } else { MAX_KINDS };
        for (kind, scenario, schedule) in unnoticed.iter().take(most) {
            let _ = writeln!(text, "  {kind}");
            let _ = writeln!(text, "    kandy-harness explore {} --at \"{schedule}\"", printable(scenario));
        }
        if unnoticed.len() > most {
            let _ = writeln!(text, "  and {} more: --all lists them", counted(unnoticed.len() - most, "kind"));
        }
    }
    text
}
