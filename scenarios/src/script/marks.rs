//! The mark from which a wait looks, and the line of the script that set it.
//!
//! An *action* is a call that can change something ([`Step::action`](crate::step::Step::action)), made by the script
//! itself: not in a listener, nor in the condition of a wait. It sets the mark of every later wait to what the script
//! had seen when its last wait of any kind ended. A wait looks from there, or from where the last wait of the same
//! client, or of the platform, ended, whichever is later.

use std::collections::VecDeque;
use std::rc::Rc;

use rhai::{NativeCallContext, Position};

use crate::doubt;

/// How many marks are remembered, to name the action that came after an event. What came before an older mark came before
/// the oldest of these, too.
const MAX_MARKS: usize = 100;

/// Where a call stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CallSite {
    /// The script as messages show it, if it has a name.
    source: Option<Rc<str>>,
    position: Position,
}

/// What a script has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SeenSoFar {
    /// How many of its waits have ended. Clients hear only inside of waits, so this number tells what each has heard.
    pub(super) waits: u64,
    /// How far it has seen the platform's journal.
    pub(super) journal: u64,
}

/// An action of the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ScriptAction {
    pub(super) verb: &'static str,
    place: CallSite,
}

/// A mark, and the actions that set it: those after one wait and before the next.
#[derive(Debug)]
struct Mark {
    seen: SeenSoFar,
    first: ScriptAction,
    last: ScriptAction,
}

/// What the script has seen, and the marks that its actions set.
#[derive(Debug, Default)]
pub(super) struct Marks {
    seen: SeenSoFar,
    /// The last one holds.
    marks: VecDeque<Mark>,
}

/// Where the last wait of a client, or of the platform, ended.
#[derive(Clone, Debug, Default)]
pub(super) struct LastWait<P> {
    /// From where the next one may look.
    pub(super) end: P,
    pub(super) place: CallSite,
}

/// What came between an event and a wait that therefore does not see it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Between {
    Action(ScriptAction),
    /// A wait of the same client, or of the platform, and whether it ended with that very event.
    Wait(CallSite, bool),
}

impl CallSite {
    pub(super) fn of(call: &NativeCallContext<'_>) -> Self {
        let mut place = Self::default();
        place.set(call);
        place
    }

    /// Takes the place of a call.
    pub(super) fn set(&mut self, call: &NativeCallContext<'_>) {
        self.position = call.call_position();
        // One call after the other comes from the same script.
        if self.source.as_deref() != call.call_source() {
            self.source = call.call_source().map(Rc::from);
        }
    }

    /// The line for whoever reads of the script that messages call `main`.
    pub(super) fn told(&self, main: &str) -> doubt::SourceLine {
        doubt::SourceLine { file: self.source.as_deref().unwrap_or(main).to_owned(), line: self.line() }
    }

    /// The script as messages show it, if it has a name.
    pub(super) fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    pub(super) const fn position(&self) -> Position {
        self.position
    }

    fn line(&self) -> usize {
        self.position.line().unwrap_or_default()
    }

    /// `line 4`, or `line 4 of lib/users.rhai` if that is not the script of `reader`.
    pub(super) fn shown_to(&self, reader: &Self) -> String {
        match &self.source {
            Some(source) if self.source != reader.source => format!("line {} of {source}", self.line()),
            _ => format!("line {}", self.line()),
        }
    }
}

impl Marks {
    /// What the script had seen when its last wait ended.
    pub(super) const fn seen(&self) -> SeenSoFar {
        self.seen
    }

    /// A wait has ended, when the script had seen so much of the platform's journal.
    pub(super) fn end_wait(&mut self, journal: u64) {
        self.seen = SeenSoFar { waits: self.seen.waits + 1, journal: journal.max(self.seen.journal) };
    }

    /// The script has acted.
    pub(super) fn act(&mut self, verb: &'static str, place: &CallSite) {
        let action = ScriptAction { verb, place: place.clone() };
        match self.marks.back_mut() {
            Some(mark) if mark.seen == self.seen => mark.last = action,
            _ => {
                if self.marks.len() >= MAX_MARKS {
                    self.marks.pop_front();
                }
                self.marks.push_back(Mark { seen: self.seen, first: action.clone(), last: action });
            }
        }
    }

    /// The mark that holds.
    pub(super) fn mark(&self) -> SeenSoFar {
        self.marks.back().map_or_else(SeenSoFar::default, |mark| mark.seen)
    }

    /// The last action.
    pub(super) fn last_action(&self) -> Option<&ScriptAction> {
        self.marks.back().map(|mark| &mark.last)
    }

    /// The first action that left behind what `is_behind` says to be behind its mark.
    pub(super) fn action_after(&self, is_behind: impl Fn(SeenSoFar) -> bool) -> Option<&ScriptAction> {
        self.marks.iter().find(|mark| is_behind(mark.seen)).map(|mark| &mark.first)
    }
}

impl ScriptAction {
    /// `line 4 (cut)`
    pub(super) fn shown_to(&self, reader: &CallSite) -> String {
        format!("{} ({})", self.place.shown_to(reader), self.verb)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: usize) -> CallSite {
        CallSite { source: None, position: Position::new(u16::try_from(line).unwrap(), 1) }
    }

    #[test]
    fn actions_after_one_wait_set_one_mark() {
        let mut marks = Marks::default();
        marks.act("connect", &place(1));
        assert_eq!(marks.mark(), SeenSoFar::default());
        marks.end_wait(3);
        assert_eq!(marks.mark(), SeenSoFar::default());
        marks.act("cut", &place(3));
        marks.act("send", &place(4));
        assert_eq!(marks.mark(), SeenSoFar { waits: 1, journal: 3 });
        let shown = |action: Option<&ScriptAction>| action.unwrap().shown_to(&place(9));
        assert_eq!(shown(marks.action_after(|seen| seen.waits > 0)), "line 3 (cut)");
        assert_eq!(shown(marks.last_action()), "line 4 (send)");
    }

    #[test]
    fn what_was_seen_of_the_journal_is_not_unseen() {
        let mut marks = Marks::default();
        marks.end_wait(3);
        marks.end_wait(1);
        assert_eq!(marks.seen(), SeenSoFar { waits: 2, journal: 3 });
    }

    #[test]
    fn of_very_many_marks_the_newest_are_remembered() {
        let mut marks = Marks::default();
        for line in 1..=2 * MAX_MARKS {
            marks.end_wait(0);
            marks.act("send", &place(line));
        }
        assert_eq!(marks.mark().waits, 2 * MAX_MARKS as u64);
        let after = marks.action_after(|seen| seen.waits > 0).unwrap();
        assert_eq!(after.place.line(), MAX_MARKS + 1);
    }

    #[test]
    fn a_place_in_another_script_names_it() {
        let module = CallSite { source: Some("lib/users.rhai".into()), position: Position::new(2, 1) };
        assert_eq!(module.shown_to(&module), "line 2");
        assert_eq!(module.shown_to(&place(7)), "line 2 of lib/users.rhai");
    }
}
