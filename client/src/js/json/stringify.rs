//! JSON as `JSON.stringify` writes it.

use crate::js::number::number_text;
use crate::js::text::Text;
use crate::js::value::Value;

impl Value {
    /// `JSON.stringify(value)`; `None` for undefined, of which it makes nothing.
    #[must_use]
    pub fn stringify(&self) -> Option<String> {
        let mut json = String::new();
        write(&mut json, self).then_some(json)
    }
}

/// Writes a value; nothing, and false, for undefined.
fn write(json: &mut String, value: &Value) -> bool {
    match value {
        Value::Undefined => return false,
        Value::Null => json.push_str("null"),
        Value::Bool(true) => json.push_str("true"),
        Value::Bool(false) => json.push_str("false"),
        Value::Number(number) if number.is_finite() => json.push_str(&number_text(*number)),
        Value::Number(_) => json.push_str("null"),
        Value::Text(text) => write_text(json, text),
        Value::List(elements) => {
            json.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                if !write(json, element) {
                    json.push_str("null");
                }
            }
            json.push(']');
        }
        Value::Object(object) => {
            json.push('{');
            let mut gap = "";
            for (name, value) in object.iter().filter(|(_, value)| !value.is_undefined()) {
                json.push_str(gap);
                gap = ",";
                write_text(json, name);
                json.push(':');
                write(json, value);
            }
            json.push('}');
        }
    }
    true
}

fn write_text(json: &mut String, text: &Text) {
    json.push('"');
    match text.as_str() {
        Some(text) => write_escaped(json, text),
        None => {
            for decoded in char::decode_utf16(text.units()) {
                match decoded {
                    Ok(character) => write_escaped(json, character.encode_utf8(&mut [0; 4])),
                    Err(half) => json.push_str(&format!("\\u{:04x}", half.unpaired_surrogate())),
                }
            }
        }
    }
    json.push('"');
}

fn write_escaped(json: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        let (plain, special) = rest.split_at(at);
        json.push_str(plain);
        match special.as_bytes()[0] {
            b'"' => json.push_str("\\\""),
            b'\\' => json.push_str("\\\\"),
            0x08 => json.push_str("\\b"),
            0x0C => json.push_str("\\f"),
            b'\n' => json.push_str("\\n"),
            b'\r' => json.push_str("\\r"),
            b'\t' => json.push_str("\\t"),
            other => json.push_str(&format!("\\u{other:04x}")),
        }
        rest = &special[1..];
    }
    json.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_by_a_browser() {
        for (given, written) in [
            (r#"{"b": 80.0, "2": -0, "a": [1e400, 1e21, null, {}]}"#, r#"{"2":0,"b":80,"a":[null,1e+21,null,{}]}"#),
            (r#""\u0001\b\f\n\r\t\"\\/\u007f\u2028é""#, "\"\\u0001\\b\\f\\n\\r\\t\\\"\\\\/\u{7f}\u{2028}é\""),
            (r#""\uD800\ud83d\ude00\udc00""#, "\"\\ud800\u{1F600}\\udc00\""),
        ] {
            assert_eq!(Value::parse(given).unwrap().stringify().unwrap(), written);
        }
        assert_eq!(Value::Undefined.stringify(), None);
        let odd = Value::object([("a", Value::Undefined), ("b", vec![Value::Undefined].into())]);
        assert_eq!(odd.stringify().unwrap(), r#"{"b":[null]}"#);
    }
}
