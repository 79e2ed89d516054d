//! Values as JavaScript converts, prints and judges them.

use serde::{Serialize, Serializer};
use serde_json::Value;

/// Integers up to here are exact in an `f64`.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// The JSON that `JSON.stringify` writes for a number: `443` and not `443.0`; `null` for NaN and
/// the infinities.
pub(crate) fn js_number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER {
        // The guard holds the number within what an i64 represents.
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

/// What `String(number)` gives: the shortest digits that read back as the same number. Where two
/// such texts are equally near (`10213537623112.8125` in 17 digits), V8 may show the other one.
pub(crate) fn js_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER {
        return (number as i64).to_string();
    }
    let sign = if number < 0.0 { "-" } else { "" };
    if number.is_infinite() {
        return format!("{sign}Infinity");
    }
    let scientific = format!("{:e}", number.abs());
    let (mantissa, exponent) = scientific.split_once('e').expect("the format has an exponent");
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().expect("the exponent is an integer");
    format!("{sign}{}", positional(&digits, exponent))
}

/// `String(value)`; a missing value is undefined. In an array null and undefined print as nothing.
pub(crate) fn text(value: Option<&Value>) -> String {
    match value {
        None => "undefined".to_owned(),
        Some(Value::Null) => "null".to_owned(),
        Some(Value::Bool(flag)) => flag.to_string(),
        Some(Value::Number(number)) => number.as_f64().map_or_else(String::new, js_text),
        Some(Value::String(string)) => string.clone(),
        Some(Value::Array(elements)) => {
            let element = |element: &Value| if element.is_null() { String::new() } else { text(Some(element)) };
            elements.iter().map(element).collect::<Vec<_>>().join(",")
        }
        Some(Value::Object(_)) => "[object Object]".to_owned(),
    }
}

/// `Number(value)`; a missing value is undefined, which is no number.
pub(crate) fn number(value: Option<&Value>) -> f64 {
    match value {
        Some(Value::Number(number)) => number.as_f64().unwrap_or(f64::NAN),
        Some(Value::Null) => 0.0,
        Some(Value::Bool(flag)) => f64::from(u8::from(*flag)),
        Some(Value::String(string)) => number_from(string),
        Some(Value::Array(_)) => number_from(&text(value)),
        None | Some(Value::Object(_)) => f64::NAN,
    }
}

/// Whether JavaScript takes the value for true; a missing value is undefined.
pub(crate) fn truthy(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => number.as_f64().is_some_and(|number| number != 0.0),
        Some(Value::String(string)) => !string.is_empty(),
        Some(Value::Array(_) | Value::Object(_)) => true,
    }
}

/// `Number(string)`.
pub(crate) fn number_from(string: &str) -> f64 {
    let string = string.trim_matches(is_js_whitespace);
    if string.is_empty() {
        return 0.0;
    }
    let prefix = string.get(..2).map(str::to_ascii_lowercase);
    let radix = match prefix.as_deref() {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => return decimal_from(string),
    };
    let digits = &string[2..];
    if digits.is_empty() {
        return f64::NAN;
    }
    digits.chars().fold(0.0, |number, digit| {
        digit.to_digit(radix).map_or(f64::NAN, |digit| number * f64::from(radix) + f64::from(digit))
    })
}

/// Serializes an option as [`js_number`] writes it.
pub(crate) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    js_number(*number).serialize(serializer)
}

/// Lays out `digits`, the first of which counts `10^exponent`, by the rules of `Number::toString`.
fn positional(digits: &str, exponent: i32) -> String {
    let count = i32::try_from(digits.len()).expect("an f64 has at most 17 digits");
    match exponent {
        0..21 if count <= exponent + 1 => {
            let zeros = "0".repeat((exponent + 1 - count).unsigned_abs() as usize);
            format!("{digits}{zeros}")
        }
        0..21 => {
            let (whole, fraction) = digits.split_at((exponent + 1).unsigned_abs() as usize);
            format!("{whole}.{fraction}")
        }
        -6..0 => {
            let zeros = "0".repeat((-1 - exponent).unsigned_abs() as usize);
            format!("0.{zeros}{digits}")
        }
        _ => {
            let (whole, fraction) = digits.split_at(1);
            let point = if fraction.is_empty() { "" } else { "." };
            format!("{whole}{point}{fraction}e{exponent:+}")
        }
    }
}

fn decimal_from(string: &str) -> f64 {
    let unsigned = string.strip_prefix(['+', '-']).unwrap_or(string);
    // Rust also reads words such as `inf` and `nan`, of which JavaScript knows only this one.
    let is_known = unsigned == "Infinity"
        || unsigned.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if is_known { string.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

fn is_js_whitespace(character: char) -> bool {
    match character {
        '\u{FEFF}' => true,
        '\u{85}' => false,
        _ => character.is_whitespace(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn odd_values_are_printed_and_judged_as_in_javascript() {
        assert_eq!(text(None), "undefined");
        assert_eq!(text(Some(&json!([1, null, "a", 3.0]))), "1,,a,3");
        assert_eq!(text(Some(&json!({"a": 1}))), "[object Object]");
        assert_eq!(number(Some(&json!("3600"))), 3600.0);
        assert_eq!(number(Some(&json!([]))), 0.0);
        assert!(number(None).is_nan() && number(Some(&json!("1h"))).is_nan());
        assert!(truthy(Some(&json!([]))) && !truthy(Some(&json!(0))) && !truthy(Some(&json!(""))));
    }

    #[test]
    fn numbers_print_as_in_javascript() {
        for (number, expected) in [
            (443.0, "443"),
            (1.5, "1.5"),
            (-0.25, "-0.25"),
            (0.0, "0"),
            (-0.0, "0"),
            (1e20, "100000000000000000000"),
            (123456789012345680000.0, "123456789012345680000"),
            (1e21, "1e+21"),
            (-1.25e30, "-1.25e+30"),
            (0.000001, "0.000001"),
            (0.0000015, "0.0000015"),
            (1.5e-7, "1.5e-7"),
            (1234.5678, "1234.5678"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(js_text(number), expected);
        }
    }

    #[test]
    fn numbers_serialize_as_in_javascript() {
        assert_eq!(js_number(443.0).to_string(), "443");
        assert_eq!(js_number(-3.0).to_string(), "-3");
        assert_eq!(js_number(-0.0).to_string(), "0");
        assert_eq!(js_number(1.5).to_string(), "1.5");
        assert_eq!(js_number(1e300), json!(1e300));
        assert_eq!(js_number(f64::NAN), Value::Null);
        assert_eq!(js_number(f64::INFINITY), Value::Null);
    }

    #[test]
    fn strings_convert_as_in_javascript() {
        for (string, expected) in [
            ("8080", 8080.0),
            (" \u{feff}8080\n", 8080.0),
            ("", 0.0),
            ("  ", 0.0),
            ("-1.5e3", -1500.0),
            ("+.5", 0.5),
            ("5.", 5.0),
            ("0x1F", 31.0),
            ("0B101", 5.0),
            ("0o17", 15.0),
            ("017", 17.0),
            ("Infinity", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
            ("1e999", f64::INFINITY),
        ] {
            assert_eq!(number_from(string), expected, "{string:?}");
        }
        for string in [
            "abc", "80 80", "1_0", "inf", "nan", "NaN", "infinity", "0x", "0xg", "-0x1", "+", ".", "e5", "1e", "--1",
            "é", "\u{85}1", "1n",
        ] {
            assert!(number_from(string).is_nan(), "{string:?}");
        }
    }
}
