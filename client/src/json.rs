//! JSON as the browser reads it: what is refused is refused with V8's own words.
//!
//! Kandy.js puts the text of the browser's `SyntaxError` into the messages of its events, so an
//! application can see it. The texts are those of Chromium 156; [`SyntaxError`] holds them.
//!
//! What differs from the browser, because a [`Value`] cannot hold it or a limit is wanted:
//! - a number beyond the range of `f64` becomes the largest one (`1e999` is `f64::MAX`);
//! - an escaped surrogate without its other half becomes U+FFFD;
//! - integers of up to 64 bits keep all their digits;
//! - members keep the order of the text, also where their names are integers;
//! - arrays and objects nested deeper than [`MAX_DEPTH`] are refused.

mod syntax_error;

use serde_json::{Map, Number, Value};

pub(crate) use self::syntax_error::SyntaxError;
use self::syntax_error::{Fault, Position};

/// How many arrays and objects may be open at once. Real answers need fewer than ten, and the
/// parser's stack stays small.
pub(crate) const MAX_DEPTH: usize = 512;

/// Parses a whole text, as `JSON.parse` does.
///
/// A name that occurs twice in an object keeps its first place and its last value.
///
/// # Errors
///
/// A [`SyntaxError`] that displays the browser's message for the first thing that is wrong.
pub(crate) fn parse(text: &str) -> Result<Value, SyntaxError> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(0)?;
    parser.skip_whitespace();
    match parser.peek() {
        None => Ok(value),
        Some(_) => Err(parser.fault(Fault::TrailingCharacter)),
    }
}

/// Parses a body, as `Response.json()` does: UTF-8, in which malformed bytes become U+FFFD and
/// one byte order mark at the start is left out.
///
/// # Errors
///
/// As [`parse`].
pub(crate) fn parse_bytes(bytes: &[u8]) -> Result<Value, SyntaxError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    // Almost all is UTF-8, which this finds much sooner than a look for what is not.
    str::from_utf8(bytes).map_or_else(|_| parse(&String::from_utf8_lossy(bytes)), parse)
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
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            Some(b'{' | b'[') if depth == MAX_DEPTH => Err(SyntaxError::TooDeep),
            Some(b'{') => self.object(depth + 1).map(Value::Object),
            Some(b'[') => self.array(depth + 1).map(Value::Array),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            _ => Err(self.unexpected()),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Map<String, Value>, SyntaxError> {
        self.at += 1;
        let mut members = Map::new();
        if self.accept(b'}') {
            return Ok(members);
        }
        let mut no_name = Fault::NoNameOrBrace;
        loop {
            self.skip_whitespace();
            if self.peek() != Some(b'"') {
                return Err(self.fault(no_name));
            }
            let name = self.string()?;
            if !self.accept(b':') {
                return Err(self.fault(Fault::NoColon));
            }
            let value = self.value(depth)?;
            members.insert(name, value);
            if !self.accept(b',') {
                break;
            }
            no_name = Fault::NoQuotedName;
        }
        if self.accept(b'}') { Ok(members) } else { Err(self.fault(Fault::NoCommaOrBrace)) }
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
        if self.accept(b']') { Ok(elements) } else { Err(self.fault(Fault::NoCommaOrBracket)) }
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

    fn number(&mut self) -> Result<Number, SyntaxError> {
        let start = self.at;
        let mut is_integer = true;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(self.fault(Fault::Number));
            }
        } else {
            self.digits(Fault::NoNumberAfterMinus)?;
        }
        if self.peek() == Some(b'.') {
            is_integer = false;
            self.at += 1;
            self.digits(Fault::NoFraction)?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_integer = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits(Fault::NoExponent)?;
        }
        Ok(number(&self.text[start..self.at], is_integer))
    }

    /// One digit or more.
    fn digits(&mut self, otherwise: Fault) -> Result<(), SyntaxError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.fault(otherwise));
        }
        Ok(())
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        self.at += 1;
        let mut string = self.plain_text().to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => {
                    string.push(self.escape()?);
                    string.push_str(self.plain_text());
                }
                Some(_) => return Err(self.fault(Fault::ControlCharacter)),
                None => return Err(self.fault(Fault::UnterminatedString)),
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

    fn escape(&mut self) -> Result<char, SyntaxError> {
        self.at += 1;
        let character = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{C}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            // V8 knows escapes in Latin-1 only; its UTF-8 begins with 0xC3 at most.
            Some(0xC4..) => return Err(self.unexpected()),
            Some(_) => return Err(self.fault(Fault::Escape)),
            None => return Err(SyntaxError::UnexpectedEnd),
        };
        self.at += 1;
        Ok(character)
    }

    fn unicode_escape(&mut self) -> Result<char, SyntaxError> {
        let first = self.code_unit()?;
        let after_first = self.at;
        if matches!(first, 0xD800..=0xDBFF) && self.text[self.at..].starts_with("\\u") {
            self.at += 1;
            let second = self.code_unit()?;
            if let Some(Ok(character)) = char::decode_utf16([first, second]).next() {
                return Ok(character);
            }
            self.at = after_first;
        }
        Ok(char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER))
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
                None => return Err(self.fault(Fault::UnicodeEscape)),
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

    fn fault(&self, fault: Fault) -> SyntaxError {
        SyntaxError::Malformed { fault, position: Position::of(self.text, self.at) }
    }

    fn unexpected(&self) -> SyntaxError {
        match self.peek() {
            None => SyntaxError::UnexpectedEnd,
            Some(b'-' | b'0'..=b'9') => self.fault(Fault::Number),
            Some(b'"') => self.fault(Fault::String),
            Some(_) => SyntaxError::unexpected_token(self.text, self.at),
        }
    }
}

/// The value of a text that is a JSON number.
fn number(text: &str, is_integer: bool) -> Number {
    if is_integer && text != "-0" {
        if let Ok(unsigned) = text.parse::<u64>() {
            return unsigned.into();
        }
        if let Ok(signed) = text.parse::<i64>() {
            return signed.into();
        }
    }
    let float: f64 = text.parse().expect("JSON's numbers are a subset of Rust's");
    Number::from_f64(float.clamp(f64::MIN, f64::MAX)).expect("a clamped number is finite")
}

#[cfg(test)]
mod tests;
