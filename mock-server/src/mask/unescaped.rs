//! A text as it is in JSON, with its escapes read.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

/// A text without its escapes, which knows where each part of it stands in the source.
pub(super) struct Unescaped {
    text: String,
    /// Where in the source each byte begins, and where the last one ends.
    places: Vec<usize>,
}

impl Unescaped {
    /// The same of a text, wherever its strings begin and end; `None` if it has no escapes.
    pub(super) fn of(text: &str) -> Option<Self> {
        text.contains('\\').then(|| Self::read(text, |at| at))
    }

    /// The next level.
    pub(super) fn again(&self) -> Option<Self> {
        self.text.contains('\\').then(|| Self::read(&self.text, |at| self.places[at]))
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where a part of it stands in the source.
    pub(super) fn source_of(&self, span: &Range<usize>) -> Range<usize> {
        self.places[span.start]..self.places[span.end]
    }

    fn read(text: &str, place: impl Fn(usize) -> usize) -> Self {
        let mut read = Self { text: String::with_capacity(text.len()), places: Vec::with_capacity(text.len() + 1) };
        let mut rest = text.char_indices().peekable();
        while let Some((at, character)) = rest.next() {
            let character = if character == '\\' { escaped(&mut rest) } else { character };
            read.text.push(character);
            read.places.resize(read.text.len(), place(at));
        }
        read.places.push(place(text.len()));
        read
    }
}

/// What follows a backslash. If it escapes nothing, or half a character, something takes its place all the same.
fn escaped(rest: &mut Peekable<CharIndices<'_>>) -> char {
    match rest.next() {
        Some((_, 'n')) => '\n',
        Some((_, 'r')) => '\r',
        Some((_, 't')) => '\t',
        Some((_, 'b' | 'f')) => ' ',
        Some((_, 'u')) => {
            let unit = unit(rest);
            unit.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        Some((_, other)) => other,
        None => char::REPLACEMENT_CHARACTER,
    }
}

/// Four hexadecimal digits.
fn unit(rest: &mut Peekable<CharIndices<'_>>) -> Option<u32> {
    let mut unit = 0;
    for _ in 0..4 {
        let (_, digit) = rest.next_if(|(_, character)| character.is_ascii_hexdigit())?;
        unit = unit << 4 | digit.to_digit(16)?;
    }
    Some(unit)
}
