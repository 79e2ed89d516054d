//! Rhai's functions whose result can be much larger than what they are given, some that might never end, and some that
//! panic.
//!
//! Rhai looks at the size of a value only after the call that made it, when the memory is already used: here the size
//! is known before, or checked while the value grows. Functions that are not here make at most twice what they are
//! given, or look first, as `pad` of arrays and `blob` do.

mod sort;

use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, Map, NativeCallContext, Position};

use self::sort::register_sorts;
use super::convert;
use super::engine::{MAX_ARRAY, MAX_KEYS, MAX_STRING};

type Made<T> = Result<T, Box<EvalAltResult>>;

pub(super) fn register_natives(engine: &mut Engine) {
    register_texts(engine);
    register_parts(engine);
    register_calls(engine);
    register_sorts(engine);
}

fn register_texts(engine: &mut Engine) {
    engine.register_fn("replace", |text: &mut ImmutableString, find: &str, with: &str| replace(text, find, with));
    engine.register_fn("replace", |text: &mut ImmutableString, find: &str, with: char| {
        replace(text, find, with.encode_utf8(&mut [0; 4]))
    });
    engine.register_fn("replace", |text: &mut ImmutableString, find: char, with: &str| {
        replace(text, find.encode_utf8(&mut [0; 4]), with)
    });
    engine.register_fn("replace", |text: &mut ImmutableString, find: char, with: char| {
        replace(text, find.encode_utf8(&mut [0; 4]), with.encode_utf8(&mut [0; 4]))
    });
    engine.register_fn("pad", |text: &mut ImmutableString, length: i64, with: &str| pad(text, length, with));
    engine.register_fn("pad", |text: &mut ImmutableString, length: i64, with: char| {
        pad(text, length, with.encode_utf8(&mut [0; 4]))
    });
    engine.register_fn("parse_json", parse_json);
}

/// Functions that cut a text into parts. A part takes many times the bytes that it has.
fn register_parts(engine: &mut Engine) {
    engine.register_fn("to_chars", |text: &str| parts(text.chars()));
    engine.register_fn(
        "split",
        |text: &str| if text.is_empty() { parts([text]) } else { parts(text.split_whitespace()) },
    );
    engine.register_fn("split", |text: &str, at: &str| parts(text.split(at)));
    engine.register_fn("split", |text: &str, at: char| parts(text.split(at)));
    engine.register_fn("split", |text: &str, at: &str, most: i64| parts(text.splitn(at_least_one(most), at)));
    engine.register_fn("split", |text: &str, at: char, most: i64| parts(text.splitn(at_least_one(most), at)));
    engine.register_fn("split_rev", |text: &str, at: &str| parts(text.rsplit(at)));
    engine.register_fn("split_rev", |text: &str, at: char| parts(text.rsplit(at)));
    engine.register_fn("split_rev", |text: &str, at: &str, most: i64| parts(text.rsplitn(at_least_one(most), at)));
    engine.register_fn("split_rev", |text: &str, at: char, most: i64| parts(text.rsplitn(at_least_one(most), at)));
}

/// Functions that gather what a closure gives.
fn register_calls(engine: &mut Engine) {
    engine.register_fn("map", |call: NativeCallContext, array: Array, with: FnPtr| {
        gather(array.into_iter().zip(0_i64..).map(|(mut element, index)| {
            with.call_raw_with_extra_args("map", &call, Some(&mut element), [], [index.into()], Some(0))
        }))
    });
    engine.register_fn("map", |call: NativeCallContext, map: Map, with: FnPtr| {
        let (keys, values): (Vec<_>, Vec<_>) = map.into_iter().unzip();
        let given = keys.iter().zip(values);
        let members = gather(given.map(|(key, mut value)| {
            with.call_raw_with_extra_args("map", &call, Some(&mut value), [key.clone().into()], [], Some(1))
        }))?;
        Made::Ok(keys.into_iter().zip(members).collect::<Map>())
    });
    engine.register_fn("zip", |call: NativeCallContext, left: Array, right: Array, with: FnPtr| {
        gather(left.into_iter().zip(right).zip(0_i64..).map(|((left, right), index)| {
            with.call_raw_with_extra_args("zip", &call, None, [left, right], [index.into()], None)
        }))
    });
}

fn replace(text: &mut ImmutableString, find: &str, with: &str) -> Made<()> {
    if text.is_empty() {
        return Ok(());
    }
    let found = text.matches(find).count();
    let kept = text.len() - found * find.len();
    if found.saturating_mul(with.len()).saturating_add(kept) > MAX_STRING {
        return Err(too_large("Length of string"));
    }
    *text = text.replace(find, with).into();
    Ok(())
}

/// Makes a text `length` characters long. Rhai's own never ends with nothing to pad with.
fn pad(text: &mut ImmutableString, length: i64, with: &str) -> Made<()> {
    let length = usize::try_from(length).unwrap_or_default();
    if length > MAX_STRING {
        return Err(too_large("Length of string"));
    }
    let missing = length.saturating_sub(text.chars().count());
    let added: Vec<char> = with.chars().take(missing).collect();
    if missing == 0 || added.is_empty() {
        return Ok(());
    }
    let cycle = || added.iter().copied().cycle().take(missing);
    if cycle().map(char::len_utf8).sum::<usize>().saturating_add(text.len()) > MAX_STRING {
        return Err(too_large("Length of string"));
    }
    text.make_mut().extend(cycle());
    Ok(())
}

/// A value has few bytes in JSON and many here, so the number of values counts.
fn parse_json(json: &str) -> Made<Dynamic> {
    if json.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count() > MAX_ARRAY {
        return Err(too_large("Size of array/BLOB"));
    }
    let value: serde_json::Value = serde_json::from_str(json).map_err(|error| format!("this is not JSON: {error}"))?;
    Ok(convert::from_json(&value))
}

/// Rhai takes a number of parts below one for one.
fn at_least_one(most: i64) -> usize {
    usize::try_from(most).unwrap_or_default().max(1)
}

fn parts<T: Into<Dynamic>>(parts: impl IntoIterator<Item = T>) -> Made<Array> {
    gather(parts.into_iter().map(|part| Ok(part.into())))
}

/// An array of what comes, within the limits of a value.
fn gather(values: impl Iterator<Item = Made<Dynamic>>) -> Made<Array> {
    let mut size = Size::default();
    values
        .map(|value| {
            let value = value?.flatten();
            size.elements += 1;
            size.add(&value)?;
            Ok(value)
        })
        .collect()
}

/// How large a value is, as Rhai counts it.
#[derive(Default)]
struct Size {
    elements: usize,
    keys: usize,
    bytes: usize,
}

impl Size {
    fn add(&mut self, value: &Dynamic) -> Made<()> {
        if let Ok(text) = value.as_immutable_string_ref() {
            self.bytes += text.len();
        } else if let Ok(blob) = value.as_blob_ref() {
            self.elements += blob.len();
        } else if let Ok(array) = value.as_array_ref() {
            self.elements += array.len();
            array.iter().try_for_each(|member| self.add(member))?;
        } else if let Ok(map) = value.as_map_ref() {
            self.keys += map.len();
            map.values().try_for_each(|member| self.add(member))?;
        }
        self.check()
    }

    fn check(&self) -> Made<()> {
        if self.bytes > MAX_STRING {
            return Err(too_large("Length of string"));
        }
        if self.elements > MAX_ARRAY {
            return Err(too_large("Size of array/BLOB"));
        }
        if self.keys > MAX_KEYS {
            return Err(too_large("Size of object map"));
        }
        Ok(())
    }
}

/// What Rhai says of a value that is too large; `explain` has the words for it.
fn too_large(what: &str) -> Box<EvalAltResult> {
    EvalAltResult::ErrorDataTooLarge(what.to_owned(), Position::NONE).into()
}
