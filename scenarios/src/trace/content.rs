//! Texts and bodies, as much of them as a trace keeps.

use std::fmt;
use std::io;

use kandy_mock_server::masked;
use serde::Serialize;

/// The most bytes of one text that a trace keeps.
pub const MAX_BEGINNING_BYTES: usize = 512;
/// The most bytes of one body that a trace keeps.
pub const MAX_BODY_BYTES: usize = 4 * 1024;

/// The beginning of a text: [`MAX_BEGINNING_BYTES`] of it at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    text: String,
    bytes: usize,
}

/// The body of a request or an answer: [`MAX_BODY_BYTES`] of it at most. What it says is told without its secrets only.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    beginning: Box<[u8]>,
    bytes: usize,
}

impl Beginning {
    pub(crate) fn of(text: &str) -> Self {
        let end = text.floor_char_boundary(MAX_BEGINNING_BYTES);
        Self { text: text[..end].to_owned(), bytes: text.len() }
    }

    /// The beginning of a value as JSON; of one that has no form in JSON it is empty.
    pub(crate) fn of_json(value: &impl Serialize) -> Self {
        let mut kept = BeginningWriter::default();
        if serde_json::to_writer(&mut kept, value).is_err() {
            return Self { text: String::new(), bytes: 0 };
        }
        let text = String::from_utf8(kept.bytes).unwrap_or_else(|error| {
            // The last character is kept in part.
            let whole = error.utf8_error().valid_up_to();
            String::from_utf8_lossy(&error.as_bytes()[..whole]).into_owned()
        });
        Self { text, bytes: kept.all }
    }

    /// What is kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The length of the whole text.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether all of it is kept.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.text.len() == self.bytes
    }
}

/// Keeps the text itself if it is short.
impl From<String> for Beginning {
    fn from(text: String) -> Self {
        if text.len() > MAX_BEGINNING_BYTES { Self::of(&text) } else { Self { bytes: text.len(), text } }
    }
}

impl Body {
    pub(crate) fn of(body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        // A copy: what a body came in may have room for more, and a trace keeps it for long.
        Self { beginning: body[..body.len().min(MAX_BODY_BYTES)].into(), bytes: body.len() }
    }

    /// The length of the whole body.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether all of it is kept.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.beginning.len() == self.bytes
    }

    /// What is kept, as text: bytes that are not UTF-8 as U+FFFD, and secrets as `***`, but for the platform's own tokens,
    /// which are placeholders.
    #[must_use]
    pub fn text(&self) -> String {
        masked(&String::from_utf8_lossy(&self.beginning)).into_owned()
    }

    pub(super) const fn kept(&self) -> usize {
        self.beginning.len()
    }

    pub(super) fn forget(&mut self) {
        self.beginning = Box::default();
    }
}

/// Only its length: it may hold secrets.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// Keeps the beginning of what is written, and counts all of it.
#[derive(Default)]
struct BeginningWriter {
    bytes: Vec<u8>,
    all: usize,
}

impl io::Write for BeginningWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = MAX_BEGINNING_BYTES - self.bytes.len();
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.all += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_long_text_is_kept_up_to_a_character_below_the_limit() {
        let long = "é".repeat(MAX_BEGINNING_BYTES);
        for beginning in [Beginning::of(&format!("x{long}")), Beginning::from(format!("x{long}"))] {
            assert_eq!(beginning.as_str().len(), MAX_BEGINNING_BYTES - 1);
            assert_eq!((beginning.bytes(), beginning.is_whole()), (2 * MAX_BEGINNING_BYTES + 1, false));
        }
        let json = Beginning::of_json(&long);
        assert_eq!((json.as_str().len(), json.bytes()), (MAX_BEGINNING_BYTES - 1, long.len() + 2));
        assert!(Beginning::of_json(&json!({ "a": 1 })).is_whole());
    }

    #[test]
    fn a_long_body_is_kept_in_part() {
        let body = vec![b'x'; MAX_BODY_BYTES + 1];
        let kept = Body::of(&body);
        assert_eq!((kept.bytes(), kept.text().len(), kept.is_whole()), (body.len(), MAX_BODY_BYTES, false));
    }

    #[test]
    fn a_body_tells_no_secret() {
        let body = Body::of(r#"{"token":"s3cret"}"#);
        assert_eq!(body.text(), r#"{"token":"***"}"#);
        assert_eq!(format!("{body:?}"), "Body { bytes: 18, .. }");
    }
}
