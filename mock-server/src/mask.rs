//! What is hidden of texts that came from elsewhere: passwords, tokens and their like, which are known by their names.
//!
//! Both records have it, the journal and the trace of a run. It is at work when a text is shown and not when it is kept.

mod unescaped;

#[cfg(test)]
pub(crate) mod tests;

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use self::unescaped::Unescaped;
use crate::query;

/// What stands for a secret.
pub(crate) const MASK: &str = "***";

/// A name in JSON that is longer than this is not read, and what it names is hidden.
const MAX_NAME_BYTES: usize = 512;
/// JSON in a text of JSON in a text, and so on. A text with more of that is hidden whole.
const MAX_LEVELS: usize = 8;

/// Hides the values whose names say that they are secret, except the platform's own tokens, which are placeholders: in
/// JSON at any depth, in JSON that is a text in JSON, in forms, and in the addresses that stand in a text. The text need
/// not be whole, and need not be any of these.
#[must_use]
pub fn masked(text: &str) -> Cow<'_, str> {
    let mut hidden = secrets(text);
    let mut level = Unescaped::of(text);
    for _ in 0..MAX_LEVELS {
        let Some(unescaped) = level else { return without(text, hidden) };
        hidden.extend(secrets(unescaped.text()).into_iter().map(|span| unescaped.source_of(&span)));
        level = unescaped.again();
    }
    if level.is_none() { without(text, hidden) } else { Cow::Borrowed(MASK) }
}

/// Hides the secrets in the query of an address, but for the platform's own tokens.
#[must_use]
pub fn masked_query(query: &str) -> String {
    let mut shown = String::with_capacity(query.len());
    for (index, pair) in query.split('&').enumerate() {
        if index > 0 {
            shown.push('&');
        }
        match pair.split_once('=') {
            Some((name, value)) if is_secret(&query::decode(name)) && !is_placeholder(value) => {
                shown.push_str(name);
                shown.push('=');
                shown.push_str(MASK);
            }
            _ => shown.push_str(pair),
        }
    }
    shown
}

/// What [`masked`] hides, of JSON that has been read.
#[must_use]
pub fn masked_value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(masked(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(masked_value).collect(),
        Value::Object(members) => {
            let shown = members.into_iter().map(|(name, member)| {
                let is_hidden = is_secret(&name) && !member.as_str().is_some_and(is_placeholder);
                let member = if is_hidden { MASK.into() } else { masked_value(member) };
                (name, member)
            });
            Value::Object(shown.collect())
        }
        other => other,
    }
}

/// Whether a value of that name may be a secret.
pub(crate) fn is_secret(name: &str) -> bool {
    const WORDS: [&str; 9] =
        ["token", "pass", "pwd", "secret", "hmac", "credential", "authorization", "apikey", "api_key"];
    WORDS.iter().any(|word| contains(name, word))
}

/// Whether a name contains a word of lower-case ASCII, however it is spelled.
pub(crate) fn contains(name: &str, word: &str) -> bool {
    let word = word.as_bytes();
    // Most parts differ in the first byte, which is told without a loop.
    let begins = |part: &[u8]| part[0].eq_ignore_ascii_case(&word[0]);
    name.as_bytes().windows(word.len()).any(|part| begins(part) && part.eq_ignore_ascii_case(word))
}

/// Whether a token is one that the platform has numbered itself.
pub(crate) fn is_placeholder(token: &str) -> bool {
    let number = ["AT-", "RT-", "OA-", "SESS-"].iter().find_map(|prefix| token.strip_prefix(prefix));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A text with masks in place of parts of it.
fn without(text: &str, mut hidden: Vec<Range<usize>>) -> Cow<'_, str> {
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    // What is a secret on one level may be part of one on another.
    hidden.sort_unstable_by_key(|span| span.start);
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for span in hidden {
        if span.start >= from {
            shown.push_str(&text[from..span.start]);
            shown.push_str(MASK);
        }
        from = from.max(span.end);
    }
    shown.push_str(&text[from..]);
    Cow::Owned(shown)
}

/// Where in a text the values are that are hidden, as far as they are written without escapes.
fn secrets(text: &str) -> Vec<Range<usize>> {
    let is_form = is_form(text);
    let mut found = Vec::new();
    // What has been looked at, and where the last value has ended: no name begins before that.
    let (mut from, mut floor) = (0, 0);
    // A name ends with one of these: `"token": ..` and `?token=..`.
    while let Some(end) = text[from..].find(['"', '=']).map(|at| from + at) {
        from = end + 1;
        let value = match text.as_bytes()[end] {
            b'"' => value_in_json(text, floor, end),
            _ => value_in_form(text, floor, end, is_form),
        };
        let Some(value) = value else { continue };
        (from, floor) = (value.end, value.end);
        if !is_placeholder(&text[value.clone()]) {
            found.push(value);
        }
    }
    found
}

/// The value behind the quotation mark at `end`, if that ends a name in JSON which is secret.
fn value_in_json(text: &str, floor: usize, end: usize) -> Option<Range<usize>> {
    let behind = text[end + 1..].trim_start().strip_prefix(':')?.trim_start();
    let before = &text[floor..end];
    if is_escaped(before) {
        // It is a name in a text, which is read on the next level.
        return None;
    }
    if let Some(name) = name_at_end(before)
        && !is_secret(Unescaped::of(name).as_ref().map_or(name, Unescaped::text))
    {
        return None;
    }
    let start = text.len() - behind.len();
    Some(match behind.as_bytes().first() {
        Some(b'"') => start + 1..start + 1 + end_of_string(&behind[1..]),
        Some(b'{' | b'[') => start..start + end_of_nested(behind),
        _ => start..start + end_of_bare(behind),
    })
}

/// The value behind the sign at `end`, if a name stands before it which is secret.
fn value_in_form(text: &str, floor: usize, end: usize, is_form: bool) -> Option<Range<usize>> {
    let before = &text[floor..end];
    let name = &before[before.trim_end_matches(is_of_a_name).len()..];
    if !is_secret(&query::decode(name)) {
        return None;
    }
    let (start, behind) = (end + 1, &text[end + 1..]);
    Some(match behind.strip_prefix('"') {
        _ if is_form => start..start + behind.find('&').unwrap_or(behind.len()),
        Some(quoted) => start + 1..start + 1 + end_of_string(quoted),
        None => start..start + end_of_bare(behind),
    })
}

/// Whether a text is a form from its beginning on, so that its values end at `&` and nowhere else.
fn is_form(text: &str) -> bool {
    text.split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|one| one == '&' || is_of_a_name(one)))
}

/// The name that ends where a text ends; none if it is longer than a name is.
fn name_at_end(before: &str) -> Option<&str> {
    let window = before.floor_char_boundary(before.len().saturating_sub(MAX_NAME_BYTES));
    let seen = &before[window..];
    let begin = seen.rmatch_indices('"').find(|(at, _)| !is_escaped(&seen[..*at]));
    match begin {
        Some((at, _)) => Some(&seen[at + 1..]),
        None => (window == 0).then_some(seen),
    }
}

/// Whether what follows a text is escaped.
fn is_escaped(before: &str) -> bool {
    before.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// Where a string ends, of which the quotation mark was read.
fn end_of_string(value: &str) -> usize {
    let mut is_escaped = false;
    let end = value.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.unwrap_or(value.len())
}

/// Where an object or an array ends that a value begins with.
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

/// Whether a character may be in the name of a parameter, still encoded.
fn is_of_a_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_-.%+[]".contains(character)
}
