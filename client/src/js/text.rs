//! Texts as JavaScript has them: sequences of UTF-16 units, which may be halves of characters.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A text. Equal texts have the same UTF-16 units.
#[derive(Clone)]
pub struct Text(Repr);

/// Most texts are well-formed and kept as such; `Units` is only for those that hold a lone surrogate, so that equal
/// texts always have the same form.
#[derive(Clone)]
enum Repr {
    Static(&'static str),
    Shared(Arc<str>),
    Units(Arc<[u16]>),
}

impl Text {
    /// A text that is part of the program.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        Self(Repr::Static(text))
    }

    /// The text of these UTF-16 units.
    #[must_use]
    pub fn from_units(units: &[u16]) -> Self {
        match String::from_utf16(units) {
            Ok(text) => text.into(),
            Err(_) => Self(Repr::Units(units.into())),
        }
    }

    /// The text, unless it holds a lone surrogate.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Repr::Static(text) => Some(text),
            Repr::Shared(text) => Some(text),
            Repr::Units(_) => None,
        }
    }

    /// The text with U+FFFD for each lone surrogate, as a browser writes it into addresses and UTF-8.
    #[must_use]
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        match &self.0 {
            Repr::Static(text) => Cow::Borrowed(text),
            Repr::Shared(text) => Cow::Borrowed(text),
            Repr::Units(units) => Cow::Owned(String::from_utf16_lossy(units)),
        }
    }

    /// Its UTF-16 units.
    #[must_use]
    pub fn units(&self) -> Vec<u16> {
        match &self.0 {
            Repr::Static(text) => text.encode_utf16().collect(),
            Repr::Shared(text) => text.encode_utf16().collect(),
            Repr::Units(units) => units.to_vec(),
        }
    }

    /// Whether it has no unit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_str().is_some_and(str::is_empty)
    }

    /// How many bytes it takes in UTF-8.
    pub(crate) fn byte_len(&self) -> usize {
        match &self.0 {
            Repr::Static(text) => text.len(),
            Repr::Shared(text) => text.len(),
            Repr::Units(units) => units.len() * 3,
        }
    }

    /// All of `parts` behind one another. Halves of a character that meet make a whole one.
    #[must_use]
    pub fn concat(parts: &[Self]) -> Self {
        let plain: Option<Vec<&str>> = parts.iter().map(Self::as_str).collect();
        match plain {
            Some(plain) => plain.concat().into(),
            None => Self::from_units(&parts.iter().flat_map(Self::units).collect::<Vec<_>>()),
        }
    }

    /// All of `parts` and then `behind`, with U+FFFD for each lone surrogate.
    pub(crate) fn concat_lossy(parts: &[Self], behind: &str) -> String {
        if parts.iter().any(|part| part.as_str().is_none()) {
            return Self::concat(parts).to_str_lossy().into_owned() + behind;
        }
        let mut text = String::with_capacity(parts.iter().map(Self::byte_len).sum::<usize>() + behind.len());
        parts.iter().filter_map(Self::as_str).for_each(|part| text.push_str(part));
        text + behind
    }

    /// `text.toUpperCase()`.
    #[must_use]
    pub fn to_upper_case(&self) -> Self {
        match self.as_str() {
            Some(text) if text.is_ascii() => text.to_ascii_uppercase().into(),
            Some(text) => text.to_uppercase().into(),
            None => {
                let units = self.units();
                let upper = char::decode_utf16(units).flat_map(|decoded| match decoded {
                    Ok(character) => character.to_uppercase().collect::<String>().encode_utf16().collect::<Vec<_>>(),
                    Err(half) => vec![half.unpaired_surrogate()],
                });
                Self::from_units(&upper.collect::<Vec<_>>())
            }
        }
    }

    /// The place that the key of a member has by its form: `Some` for the keys that JavaScript counts as indexes of an
    /// array, which come first and in the order of their numbers.
    pub(crate) fn index(&self) -> Option<u32> {
        let text = self.as_str()?;
        let is_canonical =
            text == "0" || (text.starts_with(|first: char| first.is_ascii_digit()) && !text.starts_with('0'));
        let number = if is_canonical { text.parse::<u32>().ok()? } else { return None };
        (number < u32::MAX).then_some(number)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Repr::Shared(text.into()))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Repr::Shared(text.into()))
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Units(one), Repr::Units(other)) => one == other,
            _ => self.as_str().is_some() && self.as_str() == other.as_str(),
        }
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(*other)
    }
}

/// By UTF-16 units, as JavaScript sorts.
impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.as_str(), other.as_str()) {
            (Some(one), Some(other)) if one.is_ascii() && other.is_ascii() => one.cmp(other),
            _ => self.units().cmp(&other.units()),
        }
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::from_static("")
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_str_lossy())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Units(units) => f.debug_tuple("Units").field(units).finish(),
            _ => fmt::Debug::fmt(&self.to_str_lossy(), f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HIGH: u16 = 0xD83D;
    const LOW: u16 = 0xDE00;

    #[test]
    fn halves_of_a_character_are_kept_apart_and_meet() {
        let half = |unit| Text::from_units(&[unit]);
        assert_ne!(half(HIGH), half(LOW));
        assert_eq!(half(HIGH), half(HIGH));
        assert_eq!(half(HIGH).to_str_lossy(), "\u{FFFD}");
        assert_eq!(Text::concat(&[half(HIGH), half(LOW)]), Text::from("\u{1F600}"));
        assert_eq!(Text::from_units(&[0x61, HIGH]).to_upper_case().units(), [0x41, HIGH]);
    }

    #[test]
    fn texts_are_equal_and_sorted_by_their_units() {
        assert_eq!(Text::from_static("a"), Text::from("a".to_owned()));
        // By characters U+FF5E would come first.
        let sorted = ["", "b", "ba", "\u{1F600}", "\u{FF5E}"].map(Text::from);
        assert!(sorted.is_sorted() && sorted[0].is_empty());
    }

    #[test]
    fn some_keys_are_indexes() {
        for (key, index) in [("0", Some(0)), ("10", Some(10)), ("4294967294", Some(4_294_967_294))] {
            assert_eq!(Text::from(key).index(), index, "{key}");
        }
        for key in ["", "00", "01", "-1", "+1", "1.0", "4294967295", "a"] {
            assert_eq!(Text::from(key).index(), None, "{key}");
        }
    }
}
