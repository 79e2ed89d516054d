//! Values as messages show them, and where two of them differ.

use std::fmt::{self, Write as _};

use rhai::{Dynamic, FnPtr, ImmutableString, Map};

use super::client_api::{ClientHandle, ConnectionPart, NotificationPart};
use super::dialects::ServicesPart;
use super::platform_api::PlatformHandle;
use crate::text::{ELLIPSIS, clip};

/// The longest text of a value in a message.
pub(super) const MAX_CHARS: usize = 2_000;
/// The longest value that is shown on one line.
const ONE_LINE: usize = 60;
/// How deep a value is looked into. No honest script has deeper ones.
pub(super) const MAX_DEPTH: usize = 64;

/// `value` as Rhai would write it: on one line if it is short, else one line a member.
pub(super) fn show(value: &Dynamic) -> String {
    if let Some(lines) = show_lines(value) {
        return clip(lines, MAX_CHARS).into_owned();
    }
    let mut line = String::new();
    write_value(&mut line, value, None, 0);
    clip(line, MAX_CHARS).into_owned()
}

/// An array or a map that is too long for one line, with one for each member.
pub(super) fn show_lines(value: &Dynamic) -> Option<String> {
    if !value.is_array() && !value.is_map() {
        return None;
    }
    let mut text = String::new();
    write_value(&mut text, value, None, 0);
    if text.chars().count() <= ONE_LINE {
        return None;
    }
    text.clear();
    write_value(&mut text, value, Some(0), 0);
    Some(text)
}

/// `value` on one line, cut where it gets long.
pub(super) fn show_short(value: &Dynamic) -> String {
    let mut line = String::new();
    write_value(&mut line, value, None, 0);
    clip(line, ONE_LINE).into_owned()
}

/// What a script says itself, such as a text that it throws. If it is too long, only its first line is shown, cut if that
/// is too long, too.
pub(super) fn said(text: String) -> String {
    let (first, more) = text.split_once('\n').map_or((text.as_str(), false), |(first, _)| (first, true));
    if text.len() <= MAX_CHARS {
        return text;
    }
    let is_cut = more && first.chars().nth(MAX_CHARS).is_none();
    let mut said = clip(first, MAX_CHARS).into_owned();
    said.extend(is_cut.then_some(ELLIPSIS));
    said
}

/// A map on one line, as `print` writes it; `show` shows its members.
pub(super) fn show_map(map: &Map, show: impl Fn(&Dynamic) -> String) -> String {
    let mut line = "#{".to_owned();
    for (index, (key, member)) in map.iter().enumerate() {
        if line.len() > 4 * MAX_CHARS {
            line.push(ELLIPSIS);
            break;
        }
        let comma = if index > 0 { ", " } else { "" };
        let member = if is_secret(Some(key), member) { SECRET.to_owned() } else { show(member) };
        let _ = write!(line, "{comma}{}: {member}", ShownKey(key));
    }
    line + "}"
}

/// What is shown of a secret.
pub(super) const SECRET: &str = "\"***\"";

fn is_secret(key: Option<&str>, member: &Dynamic) -> bool {
    key == Some("password") && member.is_string()
}

/// A key of a map: in quotes where it is not a name.
struct ShownKey<'a>(&'a str);

impl fmt::Display for ShownKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if rhai::is_valid_identifier(self.0) { f.write_str(self.0) } else { write!(f, "{:?}", self.0) }
    }
}

/// The kind of a value in plain words: `an integer`, `a map`.
pub(super) fn kind(value: &Dynamic) -> &'static str {
    kind_of_type(value.type_name())
}

/// The kind of a value whose type Rhai calls `name`.
pub(super) fn kind_of_type(name: &str) -> &'static str {
    match name {
        "()" => "()",
        "bool" => "a boolean",
        "i64" | "int" => "an integer",
        "f64" | "float" => "a float",
        "char" => "a character",
        "string" => "a string",
        name if name.starts_with("&str") => "a string",
        "array" => "an array",
        "map" => "a map",
        "blob" => "a blob",
        "Fn" => "a closure",
        "range" | "range=" => "a range",
        "client" => "a client",
        "connection" => "a client's `connection`",
        "notification" => "a client's `notification`",
        "platform" => "the platform",
        name if name == std::any::type_name::<ImmutableString>() => "a string",
        name if name == std::any::type_name::<rhai::Array>() => "an array",
        name if name == std::any::type_name::<Map>() => "a map",
        name if name == std::any::type_name::<rhai::Blob>() => "a blob",
        name if name == std::any::type_name::<FnPtr>() => "a closure",
        name if name == std::any::type_name::<ClientHandle>() => "a client",
        name if name == std::any::type_name::<PlatformHandle>() => "the platform",
        _ => "a value of another type",
    }
}

fn write_value(out: &mut String, value: &Dynamic, indent: Option<usize>, depth: usize) {
    if depth > MAX_DEPTH || out.len() > 4 * MAX_CHARS {
        out.push(ELLIPSIS);
    } else if let Some(text) = value.read_lock::<ImmutableString>() {
        let _ = write!(out, "{:?}", text.as_str());
    } else if let Ok(array) = value.as_array_ref() {
        let members = array.iter().map(|member| (None, member));
        write_members(out, ("[", "]"), members, indent, depth);
    } else if let Ok(map) = value.as_map_ref() {
        let members = map.iter().map(|(key, member)| (Some(key.as_str()), member));
        write_members(out, ("#{", "}"), members, indent, depth);
    } else if let Some(function) = value.read_lock::<FnPtr>() {
        let _ = if function.is_anonymous() { write!(out, "|..| ..") } else { write!(out, "{}", function.fn_name()) };
    } else if value.is_unit() {
        out.push_str("()");
    } else if value.is_int() || value.is_bool() || value.is_float() {
        let _ = write!(out, "{value}");
    } else if let Ok(character) = value.as_char() {
        let _ = write!(out, "{character:?}");
    } else if let Ok(blob) = value.as_blob_ref() {
        let _ = write!(out, "blob of {} bytes", blob.len());
    } else {
        out.push_str(kind(value));
    }
}

fn write_members<'a>(
    out: &mut String,
    (open, close): (&str, &str),
    members: impl Iterator<Item = (Option<&'a str>, &'a Dynamic)>,
    indent: Option<usize>,
    depth: usize,
) {
    out.push_str(open);
    let inner = indent.map(|indent| indent + 2);
    let mut count = 0;
    for (key, member) in members {
        if out.len() > 4 * MAX_CHARS {
            break;
        }
        match inner {
            Some(inner) => {
                let _ = write!(out, "\n{:inner$}", "");
            }
            None if count > 0 => out.push_str(", "),
            None => {}
        }
        count += 1;
        if let Some(key) = key {
            let _ = write!(out, "{}: ", ShownKey(key));
        }
        // A short member stays on its line.
        let mut line = String::new();
        if is_secret(key, member) {
            line.push_str(SECRET);
        } else {
            write_value(&mut line, member, None, depth + 1);
        }
        if line.chars().count() <= ONE_LINE || inner.is_none() {
            out.push_str(&line);
        } else {
            write_value(out, member, inner, depth + 1);
        }
        if inner.is_some() {
            out.push(',');
        }
    }
    if let (Some(indent), 1..) = (indent, count) {
        let _ = write!(out, "\n{:indent$}", "");
    }
    out.push_str(close);
}

/// Where two values first differ: the path to there, and what is there in each; `None` if they are equal.
///
/// An integer equals a float of the same value. A missing key or element shows as `None`.
pub(super) fn difference(left: &Dynamic, right: &Dynamic) -> Option<ValueDifference> {
    let mut path = String::new();
    let (left, right) = find_difference(left, right, &mut path, 0)?;
    let is_password = path.ends_with(".password");
    let masked = |side: Option<String>| side.map(|side| if is_password { SECRET.to_owned() } else { side });
    Some(ValueDifference { left: masked(left), right: masked(right), path })
}

/// A place where two values differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ValueDifference {
    /// From the values to that place, such as `.error.code` or `[2]`; empty for the values themselves.
    pub(super) path: String,
    /// What the first value has there.
    pub(super) left: Option<String>,
    /// What the second value has there.
    pub(super) right: Option<String>,
}

type Sides = (Option<String>, Option<String>);

fn find_difference(left: &Dynamic, right: &Dynamic, path: &mut String, depth: usize) -> Option<Sides> {
    let sides = |left: Option<&Dynamic>, right: Option<&Dynamic>| Some((left.map(show_short), right.map(show_short)));
    if depth > MAX_DEPTH {
        return sides(Some(left), Some(right));
    }
    if let (Ok(left), Ok(right)) = (left.as_array_ref(), right.as_array_ref()) {
        for index in 0..left.len().max(right.len()) {
            let length = path.len();
            let _ = write!(path, "[{index}]");
            match (left.get(index), right.get(index)) {
                (Some(left), Some(right)) => {
                    if let Some(found) = find_difference(left, right, path, depth + 1) {
                        return Some(found);
                    }
                }
                (left, right) => return sides(left, right),
            }
            path.truncate(length);
        }
        return None;
    }
    if let (Ok(left), Ok(right)) = (left.as_map_ref(), right.as_map_ref()) {
        let keys: std::collections::BTreeSet<_> = left.keys().chain(right.keys()).collect();
        for key in keys {
            let length = path.len();
            let is_name = rhai::is_valid_identifier(key);
            let _ = if is_name { write!(path, ".{key}") } else { write!(path, "[{key:?}]") };
            match (left.get(key), right.get(key)) {
                (Some(left), Some(right)) => {
                    if let Some(found) = find_difference(left, right, path, depth + 1) {
                        return Some(found);
                    }
                }
                (left, right) => return sides(left, right),
            }
            path.truncate(length);
        }
        return None;
    }
    if is_same_scalar(left, right) { None } else { sides(Some(left), Some(right)) }
}

fn is_same_scalar(left: &Dynamic, right: &Dynamic) -> bool {
    macro_rules! same {
        ($($type:ty),*) => {
            false $(|| matches!(
                (left.read_lock::<$type>(), right.read_lock::<$type>()),
                (Some(left), Some(right)) if *left == *right
            ))*
        };
    }
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return left == right;
    }
    if let (Some(left), Some(right)) = (left.read_lock::<FnPtr>(), right.read_lock::<FnPtr>()) {
        return left.fn_name() == right.fn_name();
    }
    left.is_unit() && right.is_unit()
        || same!(
            bool,
            char,
            ImmutableString,
            rhai::Blob,
            ClientHandle,
            ConnectionPart,
            NotificationPart,
            ServicesPart,
            PlatformHandle
        )
}

#[expect(clippy::cast_precision_loss, reason = "only mixed comparisons lose precision, as in Rhai itself")]
fn number(value: &Dynamic) -> Option<Number> {
    if let Ok(integer) = value.as_int() {
        return Some(Number { integer: Some(integer), float: integer as f64 });
    }
    value.as_float().ok().map(|float| Number { integer: None, float })
}

/// A number of either kind.
struct Number {
    integer: Option<i64>,
    float: f64,
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self.integer, other.integer) {
            (Some(left), Some(right)) => left == right,
            _ => self.float == other.float,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(script: &str) -> Dynamic {
        rhai::Engine::new().eval(script).unwrap()
    }

    #[test]
    fn values_are_shown_as_rhai_writes_them() {
        assert_eq!(show(&value(r#"#{b: [1, 2.5, ()], "a-b": "x\n", c: 'q', d: true}"#)), {
            r#"#{"a-b": "x\n", b: [1, 2.5, ()], c: 'q', d: true}"#
        });
        assert_eq!(show(&value("|x| x")), "|..| ..");
    }

    #[test]
    fn a_long_value_has_a_line_for_each_member() {
        let long = "x".repeat(50);
        let shown = show(&value(&format!("#{{a: \"{long}\", b: #{{c: \"{long}\", d: 1}}}}")));
        assert_eq!(shown, format!("#{{\n  a: \"{long}\",\n  b: #{{\n    c: \"{long}\",\n    d: 1,\n  }},\n}}"));
        assert!(show(&value(&format!("[{}]", "1, ".repeat(3000)))).chars().count() <= MAX_CHARS + 1);
    }

    #[test]
    fn a_password_is_not_shown() {
        let credentials = value(r#"[#{username: "alice", password: "s3cret"}, #{password: ()}]"#);
        assert_eq!(show(&credentials), r#"[#{password: "***", username: "alice"}, #{password: ()}]"#);
    }

    #[test]
    fn deep_and_endless_values_are_cut() {
        assert!(show(&value("let a = []; for i in 0..500 { a = [a]; } a")).contains('…'));
    }

    #[test]
    fn the_first_difference_is_found() {
        let differ = |left, right| {
            let found = difference(&value(left), &value(right))?;
            Some((found.path, found.left.unwrap_or_default(), found.right.unwrap_or_default()))
        };
        let place = |path: &str, left: &str, right: &str| Some((path.into(), left.into(), right.into()));
        assert_eq!(differ("1", "1.0"), None);
        assert_eq!(differ("#{a: [1, #{b: \"x\"}]}", "#{a: [1, #{b: \"x\"}]}"), None);
        assert_eq!(differ("#{a: [1, #{b: \"x\"}]}", "#{a: [1, #{b: \"y\"}]}"), place(".a[1].b", "\"x\"", "\"y\""));
        assert_eq!(differ("[1]", "[1, 2]"), place("[1]", "", "2"));
        assert_eq!(differ("#{a: 1}", "#{}"), place(".a", "1", ""));
        let masked = place(".a.password", SECRET, SECRET);
        assert_eq!(differ("#{a: #{password: \"x\"}}", "#{a: #{password: \"y\"}}"), masked);
        assert_eq!(differ("\"1\"", "1"), place("", "\"1\"", "1"));
        assert_eq!(differ("()", "false"), place("", "()", "false"));
        assert_eq!(differ("9007199254740993", "9007199254740992"), place("", "9007199254740993", "9007199254740992"));
    }
}
