//! JSON as the browser reads and writes it: what is refused is refused with V8's own words.
//!
//! Kandy.js puts the text of the browser's `SyntaxError` into the messages of its events, so an
//! application can see it. The texts are those of Chromium 156; [`SyntaxError`] holds them.
//!
//! One thing differs from the browser, because a limit is wanted: arrays and objects nested deeper than
//! [`MAX_DEPTH`] are refused.

mod stringify;
mod syntax_error;

use self::syntax_error::{Defect, Position};
pub use self::syntax_error::{MAX_DEPTH, SyntaxError};
use super::text::Text;
use super::value::{Object, Value};

impl Value {
    /// `JSON.parse(text)`.
    ///
    /// # Errors
    ///
    /// A [`SyntaxError`] that displays the browser's message for the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let mut parser = Parser { text, at: 0 };
        let value = parser.value(0)?;
        parser.skip_whitespace();
        match parser.peek() {
            None => Ok(value),
            Some(_) => Err(parser.defect(Defect::TrailingCharacter)),
        }
    }
}

/// Parses a body, as `Response.json()` does: UTF-8, in which malformed bytes become U+FFFD and
/// one byte order mark at the start is left out.
///
/// # Errors
///
/// As [`Value::parse`].
pub(crate) fn parse_body(bytes: &[u8]) -> Result<Value, SyntaxError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Almost all is UTF-8, which this finds much sooner than a look for what is not.
    str::from_utf8(bytes).map_or_else(|_| Value::parse(&String::from_utf8_lossy(bytes)), Value::parse)
}

/// A recursive descent over the text. `at` is a byte index on a character boundary: only ASCII
/// is stepped over byte by byte, save inside strings, where a step ends at an ASCII byte again.
struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        self.skip_whitespace();
        match self.peek() {
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(b'{' | b'[') if depth == MAX_DEPTH => Err(SyntaxError::TooDeep),
            Some(b'{') => self.object(depth + 1).map(Value::from),
            Some(b'[') => self.array(depth + 1).map(Value::from),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            _ => Err(self.unexpected()),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Object, SyntaxError> {
        self.at += 1;
        let mut members = Vec::new();
        if self.accept(b'}') {
            return Ok(Object::default());
        }
        let mut no_name = Defect::NoNameOrBrace;
        loop {
            self.skip_whitespace();
            if self.peek() != Some(b'"') {
                return Err(self.defect(no_name));
            }
            let name = self.string()?;
            if !self.accept(b':') {
                return Err(self.defect(Defect::NoColon));
            }
            let value = self.value(depth)?;
            members.push((name, value));
            if !self.accept(b',') {
                break;
            }
            no_name = Defect::NoQuotedName;
        }
        if self.accept(b'}') { Ok(Object::new(members)) } else { Err(self.defect(Defect::NoCommaOrBrace)) }
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Value>, SyntaxError> {
        self.at += 1;
        let mut elements = Vec::new();
        if self.accept(b']') {
            return Ok(elements);
        }
        loop {
            elements.push(self.value(depth)?);
            if !self.accept(b',') {
                break;
            }
        }
        if self.accept(b']') { Ok(elements) } else { Err(self.defect(Defect::NoCommaOrBracket)) }
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Value, SyntaxError> {
        for expected in word.bytes() {
            if self.peek() != Some(expected) {
                return Err(self.unexpected());
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<f64, SyntaxError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(self.defect(Defect::Number));
            }
        } else {
            self.digits(Defect::NoNumberAfterMinus)?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits(Defect::NoFraction)?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits(Defect::NoExponent)?;
        }
        Ok(self.text[start..self.at].parse().expect("JSON's numbers are a subset of Rust's"))
    }

    /// One digit or more.
    fn digits(&mut self, otherwise: Defect) -> Result<(), SyntaxError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.defect(otherwise));
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Text, SyntaxError> {
        self.at += 1;
        let plain = self.plain_text();
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(plain.into());
        }
        let mut string = TextBuilder::new(plain);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string.finish());
                }
                Some(b'\\') => {
                    string.push_unit(self.escape()?);
                    string.push_str(self.plain_text());
                }
                Some(_) => return Err(self.defect(Defect::ControlCharacter)),
                None => return Err(self.defect(Defect::UnterminatedString)),
            }
        }
    }

    /// What stands for itself in a string, up to the next character that does not.
    fn plain_text(&mut self) -> &'a str {
        let start = self.at;
        while matches!(self.peek(), Some(byte) if byte >= b' ' && byte != b'"' && byte != b'\\') {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    /// The UTF-16 unit that an escape stands for.
    fn escape(&mut self) -> Result<u16, SyntaxError> {
        self.at += 1;
        let unit = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0C,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => return self.code_unit(),
            // V8 knows escapes in Latin-1 only; its UTF-8 begins with 0xC3 at most.
            Some(0xC4..) => return Err(self.unexpected()),
            Some(_) => return Err(self.defect(Defect::Escape)),
            None => return Err(SyntaxError::UnexpectedEnd),
        };
        self.at += 1;
        Ok(unit.into())
    }

    /// The four hexadecimal digits behind the `u` at which the parser stands.
    fn code_unit(&mut self) -> Result<u16, SyntaxError> {
        let mut unit = 0;
        for _ in 0..4 {
            self.at += 1;
            let digit = self.peek().and_then(|byte| match byte {
                b'0'..=b'9' => Some(byte - b'0'),
                b'a'..=b'f' => Some(byte - b'a' + 10),
                b'A'..=b'F' => Some(byte - b'A' + 10),
                _ => None,
            });
            match digit {
                Some(digit) => unit = unit << 4 | u16::from(digit),
                None => return Err(self.defect(Defect::UnicodeEscape)),
            }
        }
        self.at += 1;
        Ok(unit)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over whitespace and then over `byte`, if that is what comes next.
    fn accept(&mut self, byte: u8) -> bool {
        self.skip_whitespace();
        let found = self.peek() == Some(byte);
        if found {
            self.at += 1;
        }
        found
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn defect(&self, defect: Defect) -> SyntaxError {
        SyntaxError::Malformed { defect, position: Position::of(self.text, self.at) }
    }

    fn unexpected(&self) -> SyntaxError {
        match self.peek() {
            None => SyntaxError::UnexpectedEnd,
            Some(b'-' | b'0'..=b'9') => self.defect(Defect::Number),
            Some(b'"') => self.defect(Defect::String),
            Some(_) => SyntaxError::unexpected_token(self.text, self.at),
        }
    }
}

/// A text in the making, in UTF-16 from its first escaped surrogate on: the other half need not follow.
enum TextBuilder {
    Plain(String),
    Units(Vec<u16>),
}

impl TextBuilder {
    fn new(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }

    fn push_str(&mut self, text: &str) {
        match self {
            Self::Plain(plain) => plain.push_str(text),
            Self::Units(units) => units.extend(text.encode_utf16()),
        }
    }

    fn push_unit(&mut self, unit: u16) {
        match (&mut *self, char::from_u32(unit.into())) {
            (Self::Units(units), _) => units.push(unit),
            (Self::Plain(plain), Some(character)) => plain.push(character),
            (Self::Plain(plain), None) => *self = Self::Units(plain.encode_utf16().chain([unit]).collect()),
        }
    }

    fn finish(self) -> Text {
        match self {
            Self::Plain(plain) => plain.into(),
            Self::Units(units) => Text::from_units(&units),
        }
    }
}

#[cfg(test)]
mod tests;
