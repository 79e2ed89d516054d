//! Lines that a person copies into a shell.

use super::COLUMNS;

/// `word` as a shell takes it for one, and a command for a path or a text.
pub(crate) fn word(word: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "/._-+@,=".contains(character);
    // What begins with a dash would be an option.
    let here = if word.starts_with('-') { "./" } else { "" };
    if !word.is_empty() && word.chars().all(is_plain) {
        return [here, word].concat();
    }
    format!("'{here}{}'", word.replace('\'', "'\\''"))
}

/// `kandy-harness explore WORDS OPTIONS`, the options below if that is too long for a line. `lead` stands before it.
pub(crate) fn explore(lead: &str, words: &str, options: &str) -> String {
    let line = format!("{lead}kandy-harness explore {words} {options}");
    if line.chars().count() <= COLUMNS {
        return line;
    }
    let indent = lead.chars().count() + 2;
    format!("{lead}kandy-harness explore {words} \\\n{:indent$}{options}", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_to_a_shell_and_no_option() {
        for (word, expected) in [
            ("drop/reconnect.rhai", "drop/reconnect.rhai"),
            ("größe/a b.rhai", "'größe/a b.rhai'"),
            ("it's.rhai", "'it'\\''s.rhai'"),
            ("$(rm x).rhai", "'$(rm x).rhai'"),
            ("-x.rhai", "./-x.rhai"),
            ("--at y.rhai", "'./--at y.rhai'"),
            ("", "''"),
        ] {
            assert_eq!(super::word(word), expected);
        }
    }

    #[test]
    fn a_long_line_goes_on_below() {
        let at = "--at \"open 1: lost\"";
        assert_eq!(explore("  ", "a.rhai", at), "  kandy-harness explore a.rhai --at \"open 1: lost\"");
        let long = "a".repeat(50);
        assert_eq!(explore("  ", &long, at), format!("  kandy-harness explore {long} \\\n    --at \"open 1: lost\""));
    }
}
