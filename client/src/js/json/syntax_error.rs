//! What the browser says about a text that is not JSON.

use std::fmt;

use thiserror::Error;

/// How many arrays and objects may be open at once. Real answers need fewer than ten, and the
/// parser's stack stays small.
pub const MAX_DEPTH: usize = 512;

/// How many UTF-16 units an excerpt shows on either side of the wrong character.
const CONTEXT: usize = 10;

/// What `String(value)` makes of values that are often parsed by mistake; the browser does not
/// look for a wrong character in them.
const STRINGIFIED: [&str; 4] = ["NaN", "Infinity", "undefined", "[object Object]"];

/// Why a text is not JSON. It displays as V8's message does, hence the capital letters.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum SyntaxError {
    /// The text ends where a value, or the rest of a word, must follow.
    #[error("Unexpected end of JSON input")]
    UnexpectedEnd,
    /// Something that V8 has a sentence of its own for.
    #[error("{defect} at {position}")]
    Malformed {
        /// What is wrong.
        defect: Defect,
        /// Where it is; the end of the text is such a place too.
        position: Position,
    },
    /// The whole text is a value that JavaScript turned into a string.
    #[error("\"{0}\" is not valid JSON")]
    Stringified(&'static str),
    /// Any other character that cannot stand where it does.
    #[error("Unexpected token '{token}', {excerpt} is not valid JSON")]
    UnexpectedToken {
        /// The character; U+FFFD for one that takes two UTF-16 units, of which V8 shows half.
        token: char,
        /// The text around it, in quotation marks, with dots where it is cut.
        excerpt: String,
    },
    /// More arrays and objects are open than the parser admits. The browser has no such limit,
    /// and these are our words.
    #[error("JSON nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

/// The sentences of V8 that come with a position.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Defect {
    #[error("Expected property name or '}}' in JSON")]
    NoNameOrBrace,
    #[error("Expected double-quoted property name in JSON")]
    NoQuotedName,
    #[error("Expected ':' after property name in JSON")]
    NoColon,
    #[error("Expected ',' or '}}' after property value in JSON")]
    NoCommaOrBrace,
    #[error("Expected ',' or ']' after array element in JSON")]
    NoCommaOrBracket,
    #[error("Unterminated string in JSON")]
    UnterminatedString,
    #[error("Bad control character in string literal in JSON")]
    ControlCharacter,
    #[error("Bad escaped character in JSON")]
    Escape,
    #[error("Bad Unicode escape in JSON")]
    UnicodeEscape,
    #[error("Unexpected non-whitespace character after JSON")]
    TrailingCharacter,
    #[error("No number after minus sign in JSON")]
    NoNumberAfterMinus,
    #[error("Unterminated fractional number in JSON")]
    NoFraction,
    #[error("Exponent part is missing a number in JSON")]
    NoExponent,
    #[error("Unexpected number in JSON")]
    Number,
    #[error("Unexpected string in JSON")]
    String,
}

/// A place in a text, in UTF-16 units.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Position {
    /// From 0.
    offset: usize,
    /// From 1; `\n`, `\r` and `\r\n` each end a line.
    line: usize,
    /// From 1.
    column: usize,
}

impl SyntaxError {
    /// The error for the character at byte index `at`.
    pub(super) fn unexpected_token(text: &str, at: usize) -> Self {
        if let Some(value) = STRINGIFIED.into_iter().find(|value| *value == text) {
            return Self::Stringified(value);
        }
        let token = match text[at..].chars().next() {
            Some(character) if character.len_utf16() == 1 => character,
            _ => char::REPLACEMENT_CHARACTER,
        };
        Self::UnexpectedToken { token, excerpt: excerpt(text, utf16_length(&text[..at])) }
    }
}

impl Position {
    /// The place of byte index `at`.
    pub(super) fn of(text: &str, at: usize) -> Self {
        let before = &text[..at];
        let line_start = before.rfind(['\n', '\r']).map_or(0, |last| last + 1);
        let breaks = before.matches(['\n', '\r']).count() - before.matches("\r\n").count();
        Self { offset: utf16_length(before), line: breaks + 1, column: utf16_length(&before[line_start..]) + 1 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { offset, line, column } = self;
        write!(f, "position {offset} (line {line} column {column})")
    }
}

/// The text around the UTF-16 unit `offset`: all of a short text, a window of a longer one.
fn excerpt(text: &str, offset: usize) -> String {
    let length = utf16_length(text);
    if length <= 2 * CONTEXT {
        return format!("\"{text}\"");
    }
    let starts = offset < CONTEXT;
    let ends = !starts && offset >= length - CONTEXT;
    let first = offset.saturating_sub(CONTEXT);
    let window: Vec<u16> = text.encode_utf16().skip(first).take(offset + CONTEXT - first).collect();
    format!(
        "{}\"{}\"{}",
        if starts { "" } else { "..." },
        String::from_utf16_lossy(&window),
        if ends { "" } else { "..." },
    )
}

fn utf16_length(text: &str) -> usize {
    text.encode_utf16().count()
}
