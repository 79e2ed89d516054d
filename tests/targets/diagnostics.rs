//! What holds of every diagnostic about a text.

use kandy_scenarios::diagnostic::Diagnostic;

/// Holds that a diagnostic about `text` points into it, and that a terminal can show it.
#[track_caller]
pub(super) fn check(diagnostic: &Diagnostic, text: &str) {
    let shown = diagnostic.to_string();
    assert!(!diagnostic.message.is_empty(), "it says nothing: {shown}");
    // What else a terminal cannot show is escaped where the text is made.
    assert!(!shown.contains(|shown: char| shown.is_control() && shown != '\n'), "{shown:?}");
    let Some(index) = diagnostic.line.checked_sub(1) else {
        assert_eq!((diagnostic.column, &diagnostic.source_line), (0, &None), "{shown}");
        return;
    };
    // The place behind the last line is one, too.
    let lines = text.lines().count();
    assert!(index <= lines, "line {} of {lines}: {shown}", diagnostic.line);
    let line = text.lines().nth(index).unwrap_or_default();
    let columns = line.chars().count() + 1;
    assert!(diagnostic.column <= columns, "column {} of {columns}: {shown}", diagnostic.column);
}
