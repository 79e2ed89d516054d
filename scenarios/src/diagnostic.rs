//! What is told about a scenario that failed, in the form that rustc gives its errors.

use std::fmt::{self, Write as _};

use crate::text::ELLIPSIS;
use crate::transcript::Redactions;

/// The columns that a diagnostic keeps to, where its words allow.
const COLUMNS: usize = 80;

/// What went wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of thing went wrong.
    pub cause: Cause,
    /// What went wrong, without a full stop.
    pub message: String,
    /// The file, as it is shown to the user.
    pub file: String,
    /// The line, from 1; 0 if it is not known.
    pub line: usize,
    /// The column in characters, from 1; 0 if it is not known.
    pub column: usize,
    /// The text of that line.
    pub source_line: Option<String>,
    /// What else is known; a note may have several lines.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

/// Why a scenario failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The text is not Rhai.
    Syntax,
    /// There is no such function, method or property.
    UnknownFunction,
    /// There is no such variable.
    UnknownVariable,
    /// A function was given something that it does not take: a wrong type, an unknown key, a bad duration.
    Argument,
    /// A check did not hold.
    Check,
    /// What was waited for did not come.
    Wait,
    /// The script needs more operations, depth, size or time than a scenario may have.
    Limit,
    /// The run was ended before its time.
    Interrupt,
    /// A module could not be imported.
    Import,
    /// The world cannot go on, such as in a loop that lets no time pass.
    World,
    /// The script threw an error, or Rhai did, such as for an index out of bounds.
    Script,
    /// Something of the script is never reached, or never has an effect.
    Unused,
}

impl Cause {
    /// Whether the script is broken, rather than what it tests.
    #[must_use]
    pub const fn is_broken_script(self) -> bool {
        matches!(self, Self::Syntax | Self::UnknownFunction | Self::UnknownVariable | Self::Argument | Self::Import)
    }

    /// The cause in one word, for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::UnknownFunction => "unknown-function",
            Self::UnknownVariable => "unknown-variable",
            Self::Argument => "argument",
            Self::Check => "check",
            Self::Wait => "wait",
            Self::Limit => "limit",
            Self::Interrupt => "interrupt",
            Self::Import => "import",
            Self::World => "world",
            Self::Script => "script",
            Self::Unused => "unused",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::error::Error for Diagnostic {}

impl fmt::Display for Diagnostic {
    /// Several lines, the last one without a line break.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, "error")
    }
}

/// A diagnostic that is not an error.
#[derive(Clone, Copy, Debug)]
pub struct AsWarning<'a>(pub &'a Diagnostic);

impl fmt::Display for AsWarning<'_> {
    /// As a [`Diagnostic`], which begins with another word.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, "warning")
    }
}

impl Diagnostic {
    /// The same without what its script redacts.
    pub(crate) fn redacted(&self, redactions: &Redactions) -> Self {
        let text = |text: &String| redactions.redacted(text.clone());
        Self {
            message: text(&self.message),
            source_line: self.source_line.as_ref().map(text),
            notes: self.notes.iter().map(text).collect(),
            help: self.help.as_ref().map(text),
            ..self.clone()
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, word: &str) -> fmt::Result {
        write_wrapped(f, &format!("{word}: "), &self.message)?;
        let margin = if self.line == 0 { 1 } else { self.line.to_string().len() };
        match (self.line, self.column) {
            (0, _) => write!(f, "\n{:margin$}--> {}", "", printable(&self.file))?,
            (line, 0) => write!(f, "\n{:margin$}--> {}:{line}", "", printable(&self.file))?,
            (line, column) => write!(f, "\n{:margin$}--> {}:{line}:{column}", "", printable(&self.file))?,
        }
        if let (Some(text), 1..) = (&self.source_line, self.line) {
            let (shown, caret) = excerpt(text, self.column, COLUMNS - margin - 3);
            write!(f, "\n{:margin$} |", "")?;
            write!(f, "\n{} | {}", self.line, shown)?;
            if let Some(caret) = caret {
                write!(f, "\n{:margin$} | {:caret$}^", "", "")?;
            }
        }
        for note in &self.notes {
            f.write_char('\n')?;
            write_wrapped(f, &format!("{:margin$} = note: ", ""), note)?;
        }
        if let Some(help) = &self.help {
            f.write_char('\n')?;
            write_wrapped(f, &format!("{:margin$} = help: ", ""), help)?;
        }
        Ok(())
    }
}

/// Writes `text` after `lead`; what follows the first line is indented to where that began.
fn write_wrapped(f: &mut fmt::Formatter<'_>, lead: &str, text: &str) -> fmt::Result {
    let indent = lead.chars().count();
    for (index, line) in text.lines().enumerate() {
        let line = printable(line.trim_end());
        if index == 0 {
            f.write_str(lead)?;
        } else {
            write!(f, "\n{:indent$}", "")?;
        }
        write_words(f, indent, &line)?;
    }
    if text.is_empty() {
        f.write_str(lead)?;
    }
    Ok(())
}

/// Writes one line, broken before words that would go beyond [`COLUMNS`]. Its own indentation stays.
fn write_words(f: &mut fmt::Formatter<'_>, indent: usize, line: &str) -> fmt::Result {
    let own_indent = line.len() - line.trim_start_matches(' ').len();
    let indent = indent + own_indent;
    write!(f, "{:own_indent$}", "")?;
    let mut column = indent;
    // Only single spaces are places to break at: runs of them align columns.
    for (index, word) in line[own_indent..].split(' ').enumerate() {
        let width = word.chars().count();
        if index > 0 && column + 1 + width > COLUMNS && width > 0 {
            write!(f, "\n{:indent$}", "")?;
            column = indent;
        } else if index > 0 {
            f.write_char(' ')?;
            column += 1;
        }
        f.write_str(word)?;
        column += width;
    }
    Ok(())
}

/// The part of a source line around `column` that fits into `width`, and where the caret goes below it.
fn excerpt(text: &str, column: usize, width: usize) -> (String, Option<usize>) {
    let before: String = printable(&text.chars().take(column.saturating_sub(1)).collect::<String>());
    let caret = before.chars().count();
    let whole = printable(text);
    let length = whole.chars().count();
    let caret_of = |offset: usize| (column > 0).then_some(offset);
    if length <= width {
        return (whole.trim_end().to_owned(), caret_of(caret));
    }
    let start = (caret + 1).saturating_sub(width * 3 / 4).min(length - width);
    let mut shown: String = whole.chars().skip(start).take(width).collect();
    if start > 0 {
        let first = shown.chars().next().map_or(0, char::len_utf8);
        shown.replace_range(..first, ELLIPSIS.encode_utf8(&mut [0; 4]));
    }
    if start + width < length {
        shown.pop();
        shown.push(ELLIPSIS);
    }
    (shown, caret_of(caret - start))
}

/// `text` made fit for a terminal; a tab is one space.
fn printable(text: &str) -> String {
    crate::text::printable(&text.replace('\t', " ")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnostic() -> Diagnostic {
        Diagnostic {
            cause: Cause::Check,
            message: "assertEq failed".into(),
            file: "connect/wrong.rhai".into(),
            line: 12,
            column: 5,
            source_line: Some("    assertEq(a, b);".into()),
            notes: vec!["actual:   1\nexpected: 2".into()],
            help: Some("none".into()),
        }
    }

    #[test]
    fn it_looks_like_an_error_of_rustc() {
        let expected = "\
error: assertEq failed
  --> connect/wrong.rhai:12:5
   |
12 |     assertEq(a, b);
   |     ^
   = note: actual:   1
           expected: 2
   = help: none";
        assert_eq!(diagnostic().to_string(), expected);
    }

    #[test]
    fn without_a_place_only_the_file_is_named() {
        let nowhere = Diagnostic { line: 0, column: 0, source_line: None, notes: vec![], help: None, ..diagnostic() };
        assert_eq!(nowhere.to_string(), "error: assertEq failed\n --> connect/wrong.rhai");
    }

    #[test]
    fn words_are_wrapped_at_80_columns() {
        let long = Diagnostic { message: "word ".repeat(40), notes: vec!["note ".repeat(40)], ..diagnostic() };
        let shown = long.to_string();
        assert!(shown.lines().all(|line| line.chars().count() <= COLUMNS), "{shown}");
        assert!(shown.starts_with("error: word word") && shown.contains("\n       word"), "{shown}");
        assert!(shown.contains("\n           note note"), "{shown}");
    }

    #[test]
    fn a_long_source_line_is_cut_around_the_column() {
        let line = format!("let x = \"{}\"; here(); {}", "a".repeat(100), "b".repeat(100));
        let column = line.find("here").unwrap() + 1;
        let long = Diagnostic { source_line: Some(line), column, ..diagnostic() };
        let shown = long.to_string();
        let lines: Vec<Vec<char>> = shown.lines().map(|line| line.chars().collect()).collect();
        let caret = lines[4].iter().position(|character| *character == '^').unwrap();
        assert_eq!(lines[3][caret..caret + 4].iter().collect::<String>(), "here");
        assert!(lines.iter().all(|line| line.len() <= COLUMNS), "{shown}");
        assert!(shown.contains("| …aaa") && shown.contains("b…\n"), "{shown}");
    }

    #[test]
    fn control_characters_are_escaped_and_the_caret_stays_right() {
        let odd = Diagnostic {
            message: "odd \u{1b}[31m".into(),
            source_line: Some("\t\"\u{7}\" x".into()),
            column: 6,
            ..diagnostic()
        };
        let shown = odd.to_string();
        assert!(shown.contains("odd \\u{1b}[31m"), "{shown}");
        assert!(shown.contains("12 |  \"\\u{7}\" x\n   |          ^"), "{shown}");
    }
}
