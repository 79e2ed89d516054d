//! Changes to what the platform answers: a field that is missing, null or of another type, no body, another status.

use std::fmt;

use bytes::Bytes;
use http::StatusCode;
use kandy_mock_server::Response;
use serde_json::{Value, json};

use super::ActError;
use super::act::status;

/// The most fields of an answer that are changed.
const MAX_FIELDS: usize = 200;
/// How deep fields are looked for.
const MAX_DEPTH: usize = 8;
/// What takes the place of a success, and of anything else.
const STATUSES: [u16; 2] = [500, 200];

/// A change to an answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mutation {
    /// A field is missing.
    Without(Field),
    /// A field is `null`.
    Null(Field),
    /// A field is of another type.
    Retyped(Field),
    /// There is no body.
    Emptied,
    /// The status is this one.
    Status(u16),
}

/// A field of a body, by the names that lead to it: `success.expires`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field(String);

impl Field {
    /// Reads a path of names.
    pub(super) fn parse(text: &str) -> Option<Self> {
        (text.len() <= 256 && text.split('.').all(is_name)).then(|| Self(text.to_owned()))
    }

    /// The object that has it, and its own name there.
    fn place<'a>(&self, body: &'a mut Value) -> Option<(&'a mut serde_json::Map<String, Value>, &str)> {
        let (path, name) = self.0.rsplit_once('.').unwrap_or(("", &self.0));
        let mut at = body;
        for part in path.split('.').filter(|part| !part.is_empty()) {
            at = at.get_mut(part)?;
        }
        Some((at.as_object_mut()?, name))
    }
}

/// Whether a schedule can name a field so, where nothing is quoted.
fn is_name(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    !name.is_empty() && name.chars().all(is_plain)
}

impl Mutation {
    /// All changes that an answer can have.
    pub(crate) fn all_of(response: &Response) -> Vec<Self> {
        let status = STATUSES[usize::from(!response.status.is_success())];
        let mut all = vec![Self::Status(status)];
        if !response.body.is_empty() {
            all.push(Self::Emptied);
        }
        let mut fields = Vec::new();
        if let Ok(body) = serde_json::from_slice::<Value>(&response.body) {
            collect(&body, "", 0, &mut fields);
        }
        let of_field = |field: Field| [Self::Without(field.clone()), Self::Null(field.clone()), Self::Retyped(field)];
        all.extend(fields.into_iter().flat_map(of_field));
        all
    }

    /// An answer with this change; where it has no such field it stays as it is.
    pub(crate) fn apply(&self, mut response: Response) -> Response {
        let changed =
            |response: &Response, change: &dyn Fn(&mut serde_json::Map<String, Value>, &str), field: &Field| {
                let mut body: Value = serde_json::from_slice(&response.body).ok()?;
                let (object, name) = field.place(&mut body)?;
                if !object.contains_key(name) {
                    return None;
                }
                change(object, name);
                Some(Bytes::from(body.to_string()))
            };
        let body = match self {
            Self::Without(field) => changed(&response, &|object, name| drop(object.shift_remove(name)), field),
            Self::Null(field) => changed(&response, &|object, name| object[name] = Value::Null, field),
            Self::Retyped(field) => changed(&response, &|object, name| object[name] = retyped(&object[name]), field),
            Self::Emptied => Some(Bytes::new()),
            Self::Status(status) => {
                response.status = StatusCode::from_u16(*status).unwrap_or(response.status);
                response.reason = None;
                None
            }
        };
        response.body = body.unwrap_or(response.body);
        response
    }

    /// Reads one from its first word and the rest. Without a reason, it does not begin like one.
    pub(super) fn parse(word: &str, rest: &str) -> Result<Self, Option<ActError>> {
        let field = || Field::parse(rest).ok_or(ActError::Field);
        Ok(match word {
            "emptied" if rest.is_empty() => Self::Emptied,
            "without" => Self::Without(field()?),
            "null" => Self::Null(field()?),
            "retyped" => Self::Retyped(field()?),
            "status" => Self::Status(status(rest)?),
            _ => return Err(None),
        })
    }
}

fn collect(value: &Value, path: &str, depth: usize, fields: &mut Vec<Field>) {
    let Value::Object(object) = value else { return };
    for (name, value) in object.iter().filter(|(name, _)| is_name(name)) {
        if fields.len() >= MAX_FIELDS || depth >= MAX_DEPTH {
            return;
        }
        let path = if path.is_empty() { name.clone() } else { [path, name].join(".") };
        fields.push(Field(path.clone()));
        collect(value, &path, depth + 1, fields);
    }
}

/// A value of another type, which JavaScript does not take for the same either.
fn retyped(value: &Value) -> Value {
    match value {
        Value::String(_) => json!(7),
        Value::Array(_) => json!({}),
        Value::Object(_) => json!([]),
        Value::Null | Value::Bool(_) | Value::Number(_) => json!("x"),
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Without(field) => write!(f, "without {}", field.0),
            Self::Null(field) => write!(f, "null {}", field.0),
            Self::Retyped(field) => write!(f, "retyped {}", field.0),
            Self::Emptied => f.write_str("emptied"),
            Self::Status(status) => write!(f, "status {status}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn response(body: &str) -> Response {
        let body = Bytes::from(body.to_owned());
        Response { status: StatusCode::OK, reason: None, headers: HeaderMap::new(), body }
    }

    fn parsed(text: &str) -> Mutation {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        Mutation::parse(word, rest).unwrap()
    }

    #[test]
    fn every_field_of_an_answer_is_changed_in_three_ways() {
        let answer = response(r#"{"success":{"expires":3600,"a b":1,"names":["x"]}}"#);
        let all: Vec<String> = Mutation::all_of(&answer).iter().map(ToString::to_string).collect();
        assert_eq!(all.len(), 2 + 3 * 3, "{all:?}");
        for mutation in Mutation::all_of(&answer) {
            assert_eq!(parsed(&mutation.to_string()), mutation);
            assert_ne!(mutation.apply(answer.clone()), answer, "{mutation}");
        }
        assert_eq!(Mutation::all_of(&response("")), [Mutation::Status(500)]);
    }

    #[test]
    fn a_change_is_made_where_the_field_is_and_nowhere_else() {
        let body = r#"{"success":{"expires":3600,"token":"AT"},"names":["x"]}"#;
        for (text, expected) in [
            ("without success.expires", r#"{"success":{"token":"AT"},"names":["x"]}"#),
            ("null success", r#"{"success":null,"names":["x"]}"#),
            ("retyped success.token", r#"{"success":{"expires":3600,"token":7},"names":["x"]}"#),
            ("retyped names", r#"{"success":{"expires":3600,"token":"AT"},"names":{}}"#),
            ("emptied", ""),
            ("null nowhere", body),
            ("without success.token.deeper", body),
        ] {
            let changed = parsed(text).apply(response(body));
            assert_eq!(str::from_utf8(&changed.body), Ok(expected), "{text}");
        }
        assert_eq!(Mutation::Status(500).apply(response("{}")).status, StatusCode::INTERNAL_SERVER_ERROR);
    }
}
