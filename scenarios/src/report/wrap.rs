//! Text in lines of bounded width.

/// The columns that reports keep to, where their words allow.
pub const COLUMNS: usize = 80;

/// The words of `text` in lines of at most [`COLUMNS`], less `indent` for what stands before each.
#[must_use]
pub fn wrap(text: &str, indent: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if indent + line.chars().count() + 1 + word.chars().count() <= COLUMNS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
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
    }
}
