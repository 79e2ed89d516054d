//! The parts of a condition that did not hold, in the words of the script.

use std::fmt::Write as _;

use rhai::Position;

use super::scan::{Piece, offset_of, pieces};
use super::show::SECRET;
use crate::text::clip;

/// How many parts a failure shows.
const MAX_PARTS: usize = 12;
/// The longest name of a part.
const MAX_LABEL: usize = 44;

/// The parts of a condition, as they were evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parts(pub(super) Vec<Part>);

/// A part of a condition, and what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Where it begins in its script.
    pub(super) start: Position,
    /// 0 for the condition itself, 1 for what `&&` and `||` join, and one more for the operands of a comparison.
    pub(super) depth: usize,
    /// Whether it is a comparison, whose operands are parts of their own.
    pub(super) is_comparison: bool,
    /// Its value as text; `None` where it was not evaluated.
    pub(super) value: Option<String>,
}

impl Parts {
    /// The parts below one another, as they stand in `text`; `None` if there is but the condition itself, which is known
    /// to be false.
    pub(super) fn table(&self, text: &str) -> Option<String> {
        let parts: Vec<&Part> = self.0.iter().filter(|part| part.depth > 0).take(MAX_PARTS).collect();
        let labels: Vec<String> = parts.iter().map(|part| label(part, text)).collect();
        let is_secret = labels.iter().any(|label| label.to_lowercase().contains("password"));
        let least = parts.iter().map(|part| part.depth).min()?;
        let indent = |part: &Part| 2 * (part.depth - least);
        let widths = parts.iter().zip(&labels).map(|(part, label)| indent(part) + label.chars().count());
        let width = widths.max()? + 1;
        let mut table = String::new();
        for (part, label) in parts.iter().zip(&labels) {
            let value = match &part.value {
                None => "not evaluated",
                Some(value) if is_secret && value.starts_with('"') => SECRET,
                Some(value) => value,
            };
            let indent = indent(part);
            let label_width = width - indent;
            let _ = writeln!(table, "{:indent$}{:label_width$} {value}", "", format!("{label}:"));
        }
        table.pop();
        Some(table)
    }
}

/// The part as it stands in the script, on one line.
fn label(part: &Part, text: &str) -> String {
    let Some(start) = offset_of(text, part.start) else { return "a part".to_owned() };
    let mut depth = 0_usize;
    let mut opened = 0_usize;
    let mut end = start;
    let mut all = pieces(text, start).peekable();
    while let Some(piece) = all.next() {
        // A `!` behind something is that of `!in`.
        if depth == 0 && (ends(&piece, part.is_comparison) || (piece.is("!") && piece.start > start)) {
            break;
        }
        if piece.opens() {
            depth += 1;
        } else if piece.closes() && depth > 0 {
            depth -= 1;
        } else if piece.closes() {
            // The bracket was opened before the part began: around all of it, or around its beginning.
            if all.peek().is_none_or(|next| next.closes() || next.is("!") || ends(next, part.is_comparison)) {
                break;
            }
            opened += 1;
        }
        end = piece.end();
    }
    let words: Vec<&str> = text[start..end].split_whitespace().collect();
    clip(format!("{}{}", "(".repeat(opened), words.join(" ")), MAX_LABEL).into_owned()
}

/// Whether a part ends before `piece`: an operand before a comparison, a comparison before what joins several.
fn ends(piece: &Piece<'_>, is_comparison: bool) -> bool {
    let joins = ["&&", "||", ",", ";"].iter().any(|symbol| piece.is(symbol));
    let compares = ["==", "!=", "<", ">", "<=", ">="].iter().any(|symbol| piece.is(symbol)) || piece.is_word("in");
    joins || (compares && !is_comparison)
}
