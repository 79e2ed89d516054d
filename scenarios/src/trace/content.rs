//! Texts and bodies, as much of them as a trace keeps.

use std::fmt;
use std::io;

use bytes::Bytes;
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
    beginning: Bytes,
    bytes: usize,
}

impl Beginning {
    pub(crate) fn of(text: &str) -> Self {
        let end = text.floor_char_boundary(MAX_BEGINNING_BYTES);
        Self { text: text[..end].to_owned(), bytes: text.len() }
    }

    /// The beginning of a value as JSON; of one that has no form in JSON it is empty.
    pub(crate) fn of_json(value: &impl Serialize) -> Self {
        let mut kept = Kept::default();
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
    /// Shares the bytes if they are few.
    pub(crate) fn of(body: &Bytes) -> Self {
        if body.len() <= MAX_BODY_BYTES {
            return Self { beginning: body.clone(), bytes: body.len() };
        }
        Self::of_text(body)
    }

    /// Copies the beginning.
    pub(crate) fn of_text(body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        Self { beginning: Bytes::copy_from_slice(&body[..body.len().min(MAX_BODY_BYTES)]), bytes: body.len() }
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

    /// What is kept, as text: bytes that are no UTF-8 as U+FFFD, and secrets as `***`, but for the platform's own tokens,
    /// which are placeholders.
    #[must_use]
    pub fn text(&self) -> String {
        masked(&String::from_utf8_lossy(&self.beginning))
    }

    pub(super) const fn kept(&self) -> usize {
        self.beginning.len()
    }

    pub(super) fn forget(&mut self) {
        self.beginning = Bytes::new();
    }
}

/// Only its length: it may hold secrets.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// Hides the tokens in the query of an address, but for the platform's own.
pub(super) fn masked_query(query: &str) -> String {
    let mut shown = String::with_capacity(query.len());
    for (index, pair) in query.split('&').enumerate() {
        if index > 0 {
            shown.push('&');
        }
        match pair.split_once('=') {
            Some((key @ ("token" | "access_token"), token)) if !is_placeholder(token) => {
                shown.push_str(key);
                shown.push_str("=***");
            }
            _ => shown.push_str(pair),
        }
    }
    shown
}

/// Hides what a body says in JSON under a name that is secret, and tokens in addresses. It need not be whole, and need not
/// be JSON.
fn masked(body: &str) -> String {
    let mut shown = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, value, behind)) = next_secret(rest) {
        shown.push_str(before);
        shown.push_str(if is_placeholder(value) { value } else { "***" });
        rest = behind;
    }
    shown + rest
}

/// What comes before the next value whose name is secret, the value, and what comes behind it.
fn next_secret(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    // A name ends with one of these: `"token": ..` and `?token=..`.
    while let Some(end) = text[from..].find(['"', '=']).map(|at| from + at) {
        let before_name = text[..end].trim_end_matches(is_of_a_name).len();
        from = end + 1;
        if !is_secret(&text[before_name..end]) {
            continue;
        }
        let is_json = text.as_bytes()[end] == b'"';
        let start = if is_json { value_start(text, end + 1) } else { Some(end + 1) };
        let Some(start) = start else { continue };
        let value = &text[start..];
        let end = match value.as_bytes().first() {
            Some(b'{' | b'[') if is_json => end_of_nested(value),
            _ if text[..start].ends_with('"') => end_of_string(value),
            _ => end_of_bare(value),
        };
        return Some((&text[..start], &value[..end], &value[end..]));
    }
    None
}

/// Where the value begins whose name has just ended, if it is a name in JSON.
fn value_start(text: &str, name_end: usize) -> Option<usize> {
    let value = text[name_end..].trim_start().strip_prefix(':')?.trim_start();
    let value = value.strip_prefix('"').unwrap_or(value);
    Some(text.len() - value.len())
}

fn end_of_string(value: &str) -> usize {
    let mut is_escaped = false;
    let end = value.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.unwrap_or(value.len())
}

/// Where an object or an array has ended that the value begins with.
fn end_of_nested(value: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = value.as_bytes().get(at) {
        at += 1;
        match byte {
            b'"' => at += (end_of_string(&value[at..]) + 1).min(value.len() - at),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn end_of_bare(value: &str) -> usize {
    let ends = |character: char| character.is_whitespace() || "&\",}]#".contains(character);
    value.find(ends).unwrap_or(value.len())
}

fn is_of_a_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.')
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["token", "pass", "pwd", "secret"].iter().any(|word| name.contains(word))
}

/// Whether a token is one that the platform numbered itself.
fn is_placeholder(token: &str) -> bool {
    let number = ["AT-", "RT-", "OA-"].iter().find_map(|prefix| token.strip_prefix(prefix));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Keeps the beginning of what is written, and counts all of it.
#[derive(Default)]
struct Kept {
    bytes: Vec<u8>,
    all: usize,
}

impl io::Write for Kept {
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
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngSeed};
    use serde_json::{Value, json};

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
    fn a_body_tells_no_secret() {
        for (body, shown) in [
            (r#"{"access_token":"s3cret","expires":60}"#, r#"{"access_token":"***","expires":60}"#),
            (
                r#"{"access_token" : "AT-1", "refreshToken":"s3\"cr"}"#,
                r#"{"access_token" : "AT-1", "refreshToken":"***"}"#,
            ),
            (r#"{"password":12345,"a":"token"}"#, r#"{"password":***,"a":"token"}"#),
            (r#"{"url":"wss://x/CH-1?token=s3cret&a=b"}"#, r#"{"url":"wss://x/CH-1?token=***&a=b"}"#),
            (r#"{"token":"s3c"#, r#"{"token":"***"#),
            (r#"{"tokens":{"a":["s3cret"],"b}":1},"c":2}"#, r#"{"tokens":***,"c":2}"#),
            (r#"{"tokens":["s3c"#, r#"{"tokens":***"#),
            ("étoken=s3cret x", "étoken=*** x"),
            ("grant=x&client_secret=s3cret", "grant=x&client_secret=***"),
            ("no secret: \"é\" = 'é'", "no secret: \"é\" = 'é'"),
        ] {
            let body = Body::of(&Bytes::from(body.to_owned()));
            assert_eq!(body.text(), shown);
            assert!(!format!("{body:?}").contains("s3c"), "{body:?}");
        }
    }

    proptest! {
        #![proptest_config(kept_config())]

        /// Wherever it stands, whatever its form, and wherever the body is cut.
        #[test]
        fn no_body_shows_what_has_a_secret_name(
            around in arbitrary_json(),
            key in "[a-z]{0,3}(token|Token|_token|password|Secret)[A-Za-z]{0,3}",
            nested in any::<bool>(),
            cut in any::<proptest::sample::Index>(),
        ) {
            let secret = json!("s3cret\\\"s3cret");
            let secret = if nested { json!({ "a": [secret] }) } else { secret };
            let body = json!([around, { "b": around, key: secret, "c": around }]).to_string();
            let cut = &body.as_bytes()[..cut.index(body.len() + 1)];
            let shown = Body::of_text(cut).text();
            prop_assert!(!shown.contains("s3c"), "{shown}");
            let clean = json!([around, around]).to_string();
            prop_assert_eq!(Body::of_text(&clean).text(), clean);
        }
    }

    /// The same bodies in every run, unless `PROPTEST_CASES` says how many others to take.
    fn kept_config() -> Config {
        if std::env::var_os("PROPTEST_CASES").is_some() {
            return Config::default();
        }
        Config { rng_seed: RngSeed::Fixed(0), ..Config::default() }
    }

    fn arbitrary_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof!["[^=]{0,8}".prop_map(Value::from), any::<i32>().prop_map(Value::from)];
        leaf.prop_recursive(3, 16, 4, |inner| {
            let objects = proptest::collection::btree_map("[a-z\"\\\\é]{0,4}", inner.clone(), 0..3);
            prop_oneof![
                proptest::collection::vec(inner, 0..3).prop_map(Value::from),
                objects.prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn a_long_body_is_kept_in_part() {
        let body = Bytes::from(vec![b'x'; MAX_BODY_BYTES + 1]);
        for kept in [Body::of(&body), Body::of_text(&body)] {
            assert_eq!((kept.bytes(), kept.text().len(), kept.is_whole()), (body.len(), MAX_BODY_BYTES, false));
        }
    }
}
