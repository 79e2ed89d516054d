//! Which changes to the platform's answers no scenario notices, for a terminal.

use std::fmt::Write as _;

use super::console::counted;
use super::{Style, shell, wrap};
use crate::explore::{JudgedMutants, Mutants};

/// The most kinds that are told, unless all are wanted.
const MAX_KINDS: usize = 9;

/// How many are noticed, and what is not; only so far, if these are not the whole.
#[must_use]
pub fn mutants(mutants: &Mutants, judged: &JudgedMutants<'_>, is_whole: bool, all: bool, color: bool) -> String {
    let so_far = if is_whole { "" } else { " so far" };
    let JudgedMutants { noticed, equivalent, unnoticed, wrongly_listed } = judged;
    let (count, kinds) = (counted(mutants.made, "changed answer"), mutants.kinds.len());
    let mut text = format!("{count} of {kinds} kinds, {} noticed by their scenario\n", mutants.noticed);
    let that_matter = kinds - equivalent.len();
    let percent = (noticed + wrongly_listed.len()) * 100 / that_matter.max(1);
    let share = format!("{} of {that_matter} kinds{so_far}, {percent} %", noticed + wrongly_listed.len());
    let _ = writeln!(text, "\nnoticed:     {share}");
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
        let head = format!("Noticed by no scenario{so_far}, each with a run that shows it:");
        let _ = writeln!(text, "\n{}\n", Style::Bad.paint(head, color));
        let most = if all { usize::MAX } else { MAX_KINDS };
        for (kind, scenario, schedule) in unnoticed.iter().take(most) {
            let _ = writeln!(text, "  {kind}");
            let _ = writeln!(text, "{}", shell::explore("    ", scenario, &format!("--at \"{schedule}\"")));
        }
        if unnoticed.len() > most {
            let _ = writeln!(text, "  and {} more: --all lists them", counted(unnoticed.len() - most, "kind"));
        }
    }
    text
}
