//! `review`

use std::io::{self, BufRead};
use std::path::PathBuf;

use super::arguments::Review;
use super::error::CliError;
use super::selection::filters;
use super::{CliOutput, Environment};
use crate::exit_code::Exit;
use crate::report::{Style, diff};
use crate::scenario::{Filters, FindError, find};
use crate::settings::ProjectSettings;
use crate::snapshot::{PendingSnapshot, SnapshotError};
use crate::text::{nearest, printable};

/// The longest answer that is read, in bytes.
const MAX_ANSWER: u64 = 256;
/// How often a question is asked again before the review gives up.
const MAX_QUESTIONS: usize = 10;

/// What becomes of a transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    Accept,
    Reject,
    /// It waits for another review.
    Skip,
    /// So does this one, and all behind it.
    Quit,
}

pub(super) fn review(arguments: &Review, environment: &Environment, out: &mut CliOutput<'_>) -> Result<Exit, CliError> {
    let filters = filters(&arguments.filtering, &ProjectSettings::default())?;
    let pending = pending(&arguments.of, &filters, environment)?;
    if pending.is_empty() {
        writeln!(out.to, "Nothing waits for review.")?;
        return Ok(Exit::Passed);
    }
    let decided = match (arguments.accept, arguments.reject) {
        (true, _) => Some(Decision::Accept),
        (_, true) => Some(Decision::Reject),
        (false, false) if environment.interactive => None,
        (false, false) => {
            let names = pending.into_iter().map(|pending| pending.name).collect();
            return Err(CliError::NobodyToAsk { names });
        }
    };
    let mut count = ReviewCount::default();
    for (index, one) in pending.iter().enumerate() {
        let place = format!("{} of {}", index + 1, pending.len());
        let decision = match decided {
            Some(decision) => decision,
            None => {
                show(one, &place, out)?;
                ask(&mut io::stdin().lock(), out)?
            }
        };
        if decision == Decision::Quit {
            count.skipped += pending.len() - index;
            break;
        }
        count.carry_out(one, decision, out)?;
    }
    writeln!(out.to, "\n{} accepted, {} rejected, {} left", count.accepted, count.rejected, count.skipped)?;
    Ok(count.exit)
}

/// What waits for review of the scenarios in these paths and with these names, if the filters want it.
fn pending(of: &[PathBuf], filters: &Filters, environment: &Environment) -> Result<Vec<PendingSnapshot>, CliError> {
    let is_path = |path: &PathBuf| environment.folder.join(path).exists();
    let (paths, names): (Vec<PathBuf>, Vec<PathBuf>) = of.iter().cloned().partition(is_path);
    let in_paths = |paths: &[PathBuf]| -> Result<Vec<PendingSnapshot>, CliError> {
        let scenarios = find(&environment.folder, paths, Some(filters))?.scenarios;
        let mut pending = PendingSnapshot::of(&scenarios)?;
        // Of a scenario with rows some may be wanted, and others not.
        pending.retain(|one| {
            let of = scenarios.iter().find(|scenario| scenario.name == one.scenario);
            of.is_some_and(|scenario| filters.want(scenario, &one.name))
        });
        Ok(pending)
    };
    let mut chosen = if of.is_empty() || !paths.is_empty() { in_paths(&paths)? } else { Vec::new() };
    // Names are looked up where a run without a path looks.
    let all = if names.is_empty() { Ok(Vec::new()) } else { in_paths(&[]) };
    let all = match all {
        // Whoever gave a path that is not there should hear that, not that nothing waits.
        Err(CliError::Find(FindError::NoDefault)) => Vec::new(),
        all => all?,
    };
    for name in names {
        let name = name.to_string_lossy();
        let named: Vec<_> = all.iter().filter(|one| one.name == *name || one.scenario == *name).collect();
        if named.is_empty() {
            let nearest = nearest(&name, all.iter().map(|one| one.name.as_str()));
            return Err(CliError::NothingPending { name: name.into_owned(), nearest });
        }
        for one in named {
            if !chosen.contains(one) {
                chosen.push(one.clone());
            }
        }
    }
    Ok(chosen)
}

/// What was decided so far, and how the command ends.
#[derive(Default)]
struct ReviewCount {
    accepted: usize,
    rejected: usize,
    skipped: usize,
    exit: Exit,
}

impl ReviewCount {
    fn carry_out(&mut self, one: &PendingSnapshot, decision: Decision, out: &mut CliOutput<'_>) -> io::Result<()> {
        let (done, count, word) = match decision {
            Decision::Accept => (one.accept(), &mut self.accepted, Style::Good.paint("accepted", out.color)),
            Decision::Reject => (one.reject(), &mut self.rejected, Style::Warning.paint("rejected", out.color)),
            Decision::Skip | Decision::Quit => (Ok(()), &mut self.skipped, Style::Faint.paint("left    ", out.color)),
        };
        match done {
            Ok(()) => {
                *count += 1;
                writeln!(out.to, "{word}  {}", one.name)
            }
            Err(error) => {
                let is_ours = matches!(error, SnapshotError::Unwritable(_));
                self.exit = self.exit.max(if is_ours { Exit::InternalError } else { Exit::Broken });
                self.skipped += 1;
                let word = Style::Bad.paint("ERROR   ", out.color);
                writeln!(out.to, "{word}  {}.new: {}", one.shown, printable(&error.to_string()))
            }
        }
    }
}

/// Shows a transcript as a failed run does.
fn show(one: &PendingSnapshot, place: &str, out: &mut CliOutput<'_>) -> io::Result<()> {
    let name = Style::Strong.paint(&one.name, out.color);
    let place = Style::Faint.paint(format_args!("({place})"), out.color);
    writeln!(out.to, "\n{name}  {place}\n --> {}\n", one.shown)?;
    match one.difference() {
        Ok(difference) => {
            let (old, new) = (("snapshot", difference.old.as_str()), ("the last run", difference.new.as_str()));
            writeln!(out.to, "{}", diff::unified(old, new, out.color))
        }
        Err(error) => {
            let word = Style::Bad.paint("error", out.color);
            writeln!(out.to, "{word}: {}\n", printable(&error.to_string()))
        }
    }
}

/// Asks what to do with what was shown. Where nobody answers, nothing more is decided.
fn ask(answers: &mut dyn BufRead, out: &mut CliOutput<'_>) -> io::Result<Decision> {
    for _ in 0..MAX_QUESTIONS {
        write!(out.to, "accept (a), reject (r), skip (s) or quit (q)? ")?;
        out.to.flush()?;
        let mut answer = Vec::new();
        let mut line = io::Read::take(&mut *answers, MAX_ANSWER);
        if line.read_until(b'\n', &mut answer)? == 0 {
            writeln!(out.to)?;
            return Ok(Decision::Quit);
        }
        match answer.to_ascii_lowercase().trim_ascii() {
            b"a" | b"accept" => return Ok(Decision::Accept),
            b"r" | b"reject" => return Ok(Decision::Reject),
            b"s" | b"skip" => return Ok(Decision::Skip),
            b"q" | b"quit" => return Ok(Decision::Quit),
            _ => {}
        }
    }
    Ok(Decision::Quit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn answers(mut text: &[u8]) -> (Vec<Decision>, usize) {
        let mut shown = Vec::new();
        let mut out = CliOutput::plain(&mut shown);
        let mut decisions = Vec::new();
        while decisions.last() != Some(&Decision::Quit) {
            decisions.push(ask(&mut text, &mut out).unwrap());
        }
        (decisions, String::from_utf8(shown).unwrap().matches("(q)? ").count())
    }

    #[test]
    fn a_question_is_asked_until_it_is_answered_or_nobody_answers() {
        use Decision::{Accept, Quit, Reject, Skip};
        assert_eq!(answers(b"a\nReject\r\n s \nq\n"), (vec![Accept, Reject, Skip, Quit], 4));
        assert_eq!(answers(b"yes\n\n\xff\na\n"), (vec![Accept, Quit], 5), "what is not an answer is asked again");
        assert_eq!(answers(b""), (vec![Quit], 1));
        assert_eq!(answers(&b"?\n".repeat(50)), (vec![Quit], MAX_QUESTIONS));
    }
}
