//! What is wrong with a run, held against the undisturbed one.

use std::collections::{BTreeMap, BTreeSet};

use crate::explore::{Finding, FindingKind};
use crate::serve::apart::{CommandEnd, CommandRun};

/// What is found in a run. A command that does not end well has stopped on its way, so what it leaves behind is not
/// another finding.
pub(super) fn findings(ran: &CommandRun, undisturbed: &CommandRun) -> BTreeSet<Finding> {
    match ran.end {
        CommandEnd::Exit(0) => {}
        CommandEnd::Exit(code) => return BTreeSet::from([FindingKind::CommandFails(code).of_none()]),
        CommandEnd::Hang => return BTreeSet::from([FindingKind::Hang.of_none()]),
        CommandEnd::Interrupted => return BTreeSet::new(),
    }
    let of = |kind: FindingKind| move |client: String| Finding { kind: kind.clone(), client: Some(client) };
    let mut found = BTreeSet::new();
    found.extend(more(&ran.left.subscriptions, &undisturbed.left.subscriptions).map(of(FindingKind::Subscription)));
    found.extend(more(&ran.left.sockets, &undisturbed.left.sockets).map(of(FindingKind::Socket)));
    found.extend(ran.left.logins.difference(&undisturbed.left.logins).cloned().map(of(FindingKind::Login)));
    found
}

/// The users who have more of something than before.
fn more<'a>(
    now: &'a BTreeMap<String, usize>,
    before: &'a BTreeMap<String, usize>,
) -> impl Iterator<Item = String> + 'a {
    now.iter().filter(|(user, count)| *count > before.get(*user).unwrap_or(&0)).map(|(user, _)| user.clone())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::serve::apart::Left;

    fn ran(end: CommandEnd, subscriptions: usize, waits: bool) -> CommandRun {
        let alice = || "alice".to_owned();
        let left = Left {
            subscriptions: BTreeMap::from([(alice(), subscriptions)]),
            sockets: BTreeMap::new(),
            logins: waits.then(alice).into_iter().collect(),
        };
        let (output, moments, not_reached) = (String::new(), Vec::new(), Vec::new());
        CommandRun { end, took: Duration::ZERO, output, moments, not_reached, left }
    }

    #[test]
    fn a_command_that_does_not_end_well_and_what_it_has_left_beyond_the_undisturbed_is_found() {
        let undisturbed = ran(CommandEnd::Exit(0), 1, false);
        for (end, subscriptions, waits, expected) in [
            (CommandEnd::Exit(0), 1, false, vec![]),
            (CommandEnd::Exit(0), 2, false, vec!["subscription left behind (alice)"]),
            (CommandEnd::Exit(0), 0, true, vec!["login that never ends (alice)"]),
            (CommandEnd::Exit(1), 2, true, vec!["the command fails (exit 1)"]),
            (CommandEnd::Hang, 2, true, vec!["the command does not end"]),
        ] {
            let found = findings(&ran(end, subscriptions, waits), &undisturbed);
            assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
        }
    }
}
