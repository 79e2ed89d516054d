//! Text of scripts, files and arguments, made fit for a terminal.

use std::borrow::Cow;
use std::path::Path;

/// `text` with what is not seen as itself escaped, as `\n` or `\u{1b}`: it stays on its line, and cannot move the
/// cursor, turn the text around it, or hide in it.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(is_unprintable) else {
        return Cow::Borrowed(text);
    };
    let mut shown = String::with_capacity(text.len() + 8);
    shown.push_str(&text[..first]);
    for character in text[first..].chars() {
        push_printable(&mut shown, character);
    }
    Cow::Owned(shown)
}

/// A path as messages show it: a file name may hold a line break or worse.
pub(crate) fn printable_path(path: &Path) -> String {
    printable(&path.to_string_lossy()).into_owned()
}

/// Adds one character, escaped where [`printable`] would.
pub(crate) fn push_printable(shown: &mut String, character: char) {
    if is_unprintable(character) {
        shown.extend(character.escape_default());
    } else {
        shown.push(character);
    }
}

/// Control characters, line separators, and format characters that turn or hide text. This includes those that join
/// emoji, but not variation selectors and combining marks, because words need them.
pub(crate) fn is_unprintable(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(printable(text), expected);
        // What is escaped once has nothing left to escape.
        assert_eq!(printable(expected), expected);
    }

    #[test]
    fn what_moves_turns_or_hides_is_escaped() {
        check("a\tb\r\nc", "a\\tb\\r\\nc");
        check("\u{1b}]0;title\u{7}\u{9b}2J\u{7f}", "\\u{1b}]0;title\\u{7}\\u{9b}2J\\u{7f}");
        check("a\u{202e}b\u{2066}c\u{2069}\u{200f}\u{61c}", "a\\u{202e}b\\u{2066}c\\u{2069}\\u{200f}\\u{61c}");
        check("a\u{200b}b\u{200d}\u{2060}\u{feff}\u{ad}", "a\\u{200b}b\\u{200d}\\u{2060}\\u{feff}\\u{ad}");
        check("a\u{2028}b\u{2029}\u{85}", "a\\u{2028}b\\u{2029}\\u{85}");
        check("\u{e0041}\u{fffa}\u{180e}", "\\u{e0041}\\u{fffa}\\u{180e}");
    }

    #[test]
    fn words_of_all_languages_stay() {
        for text in [
            "",
            "plain \\n 'quoted' \"too\"",
            "Grüße, naïve ß",
            "こんにちは 세계",
            "مرحبا שלום",
            "नमस्ते",
            "e\u{301} ☃ 🙂 ❤\u{fe0f}",
        ] {
            check(text, text);
            assert!(matches!(printable(text), Cow::Borrowed(_)));
        }
    }
}
