//! Text in lines of bounded width.

use std::borrow::Cow;

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// The columns that reports keep to, where their words allow.
pub const COLUMNS: usize = 80;

/// The words of `text` in lines of at most [`COLUMNS`], less `indent` for what stands before each. A word is never broken,
/// however long it is.
#[must_use]
pub fn wrap(text: &str, indent: usize) -> Vec<String> {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let options = Options::new(COLUMNS.saturating_sub(indent))
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    let lines = textwrap::wrap(&words, options).into_iter();
    lines.map(Cow::into_owned).filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        let (long, short) = ("x".repeat(100), "y".repeat(36));
        assert_eq!(
            wrap(&format!("{short}  {short}\n{short} {long} a b"), 4),
            [format!("{short} {short}"), short, long, "a b".to_owned()]
        );
        assert!(wrap("  ", 0).is_empty());
        let wide = "\u{6771}".repeat(30);
        assert_eq!(wrap(&format!("{wide} {wide}"), 0), [wide.clone(), wide], "a wide letter takes two columns");
    }
}
