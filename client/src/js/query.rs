//! Queries, as written by the library that the SDK uses.

use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;

use super::text::Text;
use super::value::{Object, Value};

/// What is left as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Why there is no query: what the browser says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum QueryError {
    /// A text holds half a character.
    #[error("URI malformed")]
    LoneSurrogate,
    /// There are no parameters to look through.
    #[error("Cannot convert undefined or null to object")]
    Null,
}

/// The query with its `?` for the members of `parameters`, sorted by their names: undefined ones are left out, null is
/// the name alone, and a list the name once for each element. Without any member there is not even the `?`.
///
/// # Errors
///
/// A text holds a lone surrogate, or the parameters are null.
pub fn query_string(parameters: &Value) -> Result<String, QueryError> {
    let numbered;
    let object = match parameters {
        Value::Null => return Err(QueryError::Null),
        Value::Object(object) => object,
        other => {
            numbered = Arc::new(numbered_members(other));
            &numbered
        }
    };
    let mut members: Vec<(&Text, &Value)> = object.iter().collect();
    members.sort_by_key(|(name, _)| *name);
    let mut query = String::from("?");
    for (name, value) in &members {
        let before = query.len();
        if before > 1 {
            query.push('&');
        }
        let begun = query.len();
        match value {
            Value::List(elements) => {
                for (index, element) in elements.iter().filter(|element| !element.is_undefined()).enumerate() {
                    query.push_str(if index > 0 { "&" } else { "" });
                    push_pair(&mut query, name, element)?;
                }
            }
            Value::Undefined => {}
            value => push_pair(&mut query, name, value)?,
        }
        if query.len() == begun {
            query.truncate(before);
        }
    }
    if members.is_empty() {
        query.clear();
    }
    Ok(query)
}

/// The members of what is not an object, as JavaScript lists them: the elements of a list, the units of a text.
fn numbered_members(value: &Value) -> Object {
    let values: Vec<Value> = match value {
        Value::List(elements) => elements.to_vec(),
        Value::Text(text) => text.units().into_iter().map(|unit| Text::from_units(&[unit]).into()).collect(),
        _ => Vec::new(),
    };
    Object::new(values.into_iter().enumerate().map(|(index, value)| (index.to_string().into(), value)).collect())
}

fn push_pair(query: &mut String, name: &Text, value: &Value) -> Result<(), QueryError> {
    push_encoded(query, name)?;
    if !matches!(value, Value::Null) {
        query.push('=');
        push_encoded(query, &value.to_text())?;
    }
    Ok(())
}

fn push_encoded(into: &mut String, text: &Text) -> Result<(), QueryError> {
    let text = text.as_str().ok_or(QueryError::LoneSurrogate)?;
    into.extend(utf8_percent_encode(text, UNRESERVED));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(parameters: &str) -> Result<String, QueryError> {
        query_string(&Value::parse(parameters).unwrap())
    }

    #[test]
    fn members_are_sorted_and_written_by_their_kind() {
        assert_eq!(query(r#"{"token": "a b", "expires": null, "x": [1, null, "c"], "y": []}"#).unwrap(), {
            "?expires&token=a%20b&x=1&x&x=c"
        });
        assert_eq!(query(r#"{"a": "-_.!~*'()ä", "ö&": {}}"#).unwrap(), {
            "?a=-_.%21~%2A%27%28%29%C3%A4&%C3%B6%26=%5Bobject%20Object%5D"
        });
        assert_eq!((query("{}").unwrap(), query(r#"{"a": []}"#).unwrap()), (String::new(), "?".to_owned()));
        let undefined = Value::object([("a", Value::Undefined), ("b", 5.0.into())]);
        assert_eq!(query_string(&undefined).unwrap(), "?b=5");
        assert_eq!((query(r#""xy""#).unwrap(), query("[7]").unwrap()), ("?0=x&1=y".to_owned(), "?0=7".to_owned()));
    }

    #[test]
    fn what_cannot_be_written_is_told_in_the_words_of_the_browser() {
        assert_eq!(query(r#"{"a": "\ud800"}"#).unwrap_err().to_string(), "URI malformed");
        assert_eq!(query("null").unwrap_err().to_string(), "Cannot convert undefined or null to object");
    }
}
