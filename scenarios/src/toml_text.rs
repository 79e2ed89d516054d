//! What is wrong in a TOML file that a user has written, and where.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use crate::diagnostic::{Cause, Diagnostic};

/// A key, and where it stands.
pub(crate) type SpannedKey<'a> = Spanned<Cow<'a, str>>;
/// A value, and where it stands.
pub(crate) type SpannedValue<'a> = Spanned<DeValue<'a>>;

/// A diagnostic about the bytes `at` of `text`; messages call the file `shown`.
pub(crate) fn wrong(text: &str, shown: &str, at: &Range<usize>, message: String, help: Option<String>) -> Diagnostic {
    let start = text.floor_char_boundary(at.start.min(text.len()));
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let source_line = text[line_start..].lines().next();
    let line = source_line.unwrap_or_default();
    Diagnostic {
        cause: Cause::Argument,
        message,
        file: shown.to_owned(),
        line: 1 + text[..start].matches('\n').count(),
        // What breaks a line is not part of it: an error may lie between its two characters.
        column: 1 + line[..(start - line_start).min(line.len())].chars().count(),
        source_line: source_line.map(str::to_owned),
        notes: Vec::new(),
        help,
    }
}

/// What a value is, in words.
pub(crate) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
