//! JSON that stands in a page.

use std::io;

use serde::Serialize;

/// A value as JSON without what could end the element in which it stands, or begin a comment there. Browsers that take JSON
/// for a script would stumble over line separators, so these are escaped, too. All of them occur only inside of texts.
pub(crate) fn json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(value)?;
    if !json.iter().any(|byte| matches!(byte, b'<' | 0xe2)) {
        return Ok(json);
    }
    let mut escaped = Vec::with_capacity(json.len() + json.len() / 16);
    let mut rest = &json[..];
    while let Some(at) = rest.iter().position(|byte| matches!(byte, b'<' | 0xe2)) {
        escaped.extend_from_slice(&rest[..at]);
        let (code, length): (&[u8], usize) = match &rest[at..] {
            [b'<', ..] => (b"\\u003c", 1),
            [0xe2, 0x80, 0xa8, ..] => (b"\\u2028", 3),
            [0xe2, 0x80, 0xa9, ..] => (b"\\u2029", 3),
            other => (&other[..1], 1),
        };
        escaped.extend_from_slice(code);
        rest = &rest[at + length..];
    }
    escaped.extend_from_slice(rest);
    Ok(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_element_and_the_value_stays() {
        let text = "</script><!--<SCRIPT>\u{2028}\u{2029}é€\u{202e}&\"\\";
        let json = String::from_utf8(json(&[text]).unwrap()).unwrap();
        assert!(!json.contains(['<', '\u{2028}', '\u{2029}']), "{json}");
        assert!(json.starts_with(r#"["\u003c/script>\u003c!--\u003cSCRIPT>\u2028\u2029é€"#), "{json}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), [text]);
    }
}
