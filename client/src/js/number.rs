//! Numbers: their texts, and texts as numbers.

/// Integers up to here are exact in an `f64`.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// `String(number)`: the shortest digits that read back as the same number.
#[must_use]
pub fn number_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER {
        #[expect(clippy::cast_possible_truncation, reason = "it is a whole number that an i64 holds")]
        return (number as i64).to_string();
    }
    let sign = if number < 0.0 { "-" } else { "" };
    if number.is_infinite() {
        return format!("{sign}Infinity");
    }
    let scientific = shortest(number.abs());
    format!("{sign}{}", positional_of(&scientific))
}

/// The digits of a text in scientific notation, as JavaScript writes them.
fn positional_of(scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').expect("the format has an exponent");
    let exponent = exponent.parse().expect("the exponent is an integer");
    positional(&mantissa.replace('.', ""), exponent)
}

/// The shortest digits, in scientific notation. Where two such texts are equally near, Rust takes the greater one, and
/// V8 the one whose last digit is even.
fn shortest(number: f64) -> String {
    let greater = format!("{number:e}");
    let Some((mantissa, exponent)) = greater.split_once('e') else { return greater };
    let count = mantissa.len().saturating_sub(2);
    let last = mantissa.as_bytes().last().map_or(0, |digit| digit - b'0');
    if last % 2 == 0 || mantissa.len() < 3 {
        return greater;
    }
    // One more digit, which is a 5 with nothing behind it just where the number lies in the middle.
    let longer = format!("{number:.0$e}", count + 1);
    let is_middle = longer.split_once('e').is_some_and(|(digits, _)| digits.ends_with('5'))
        && longer.parse() == Ok(number)
        && format!("{number:.0$e}", count + DIGITS_BEHIND).split_once('e').is_some_and(|(digits, _)| {
            digits.len() > DIGITS_BEHIND && digits.as_bytes()[count + 3..].iter().all(|digit| *digit == b'0')
        });
    let smaller = format!("{}{}e{exponent}", &mantissa[..mantissa.len() - 1], last - 1);
    if is_middle && smaller.parse() == Ok(number) { smaller } else { greater }
}

/// How far behind the shortest digits is looked for others.
const DIGITS_BEHIND: usize = 60;

/// `Number(string)`.
pub(super) fn number_from(string: &str) -> f64 {
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
    use super::*;

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
            (f64::from_bits(0x42A2_940C_9058_91A0), "10213537623112.812"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(number_text(number), expected);
        }
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
