//! A script's text in pieces, as far as messages need them: where a part of an expression ends, what stands before an
//! error. It takes any text, also what is not Rhai.

use rhai::Position;

/// Symbols of more than one character, of Rhai and of JavaScript; a longer one stands before its beginnings.
const SYMBOLS: [&str; 25] = [
    "===", "!==", "...", "..=", "**=", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "?[", "#{", "::", "->",
    "..", "++", "--", "+=", "-=", "*=", "/=",
];

/// A piece of a text that is neither a space nor a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) kind: PieceKind,
    pub(crate) text: &'a str,
    /// Where it begins, in bytes.
    pub(crate) start: usize,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// A name, a keyword or a number.
    Word,
    /// Text in quotes of any sort.
    Text,
    /// An operator, a bracket or another sign.
    Symbol,
}

impl Piece<'_> {
    /// Where it ends, in bytes.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this sign.
    pub(crate) fn is(&self, symbol: &str) -> bool {
        self.kind == PieceKind::Symbol && self.text == symbol
    }

    /// Whether it is this word.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == PieceKind::Word && self.text == word
    }

    /// Whether it opens a bracket.
    pub(crate) fn opens(&self) -> bool {
        self.kind == PieceKind::Symbol && matches!(self.text, "(" | "[" | "{" | "#{" | "?[")
    }

    /// Whether it closes a bracket.
    pub(crate) fn closes(&self) -> bool {
        self.kind == PieceKind::Symbol && matches!(self.text, ")" | "]" | "}")
    }
}

/// The pieces of `text` from the byte `from` on.
pub(crate) fn pieces(text: &str, from: usize) -> impl Iterator<Item = Piece<'_>> {
    let mut at = from;
    std::iter::from_fn(move || {
        at = skip_blank(text, at);
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let (kind, length) = piece_at(rest);
        let piece = Piece { kind, text: &rest[..length], start: at };
        at += length;
        Some(piece)
    })
}

/// The byte at which a position lies; the text's end if it has no such place.
pub(crate) fn offset_of(text: &str, position: Position) -> Option<usize> {
    let (line, column) = (position.line()?, position.position().unwrap_or(1));
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let rest = &text[start..];
    Some(rest.char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(offset, _)| start + offset))
}

/// The position of a byte.
pub(crate) fn position_of(text: &str, offset: usize) -> Position {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.matches('\n').count() + 1;
    let column = before[line_start..].chars().count() + 1;
    match (u16::try_from(line), u16::try_from(column)) {
        (Ok(line), Ok(column)) => Position::new(line, column),
        _ => Position::NONE,
    }
}

fn skip_blank(text: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start().len();
        let rest = &rest[blank..];
        let comment = if rest.starts_with("//") || (at + blank == 0 && rest.starts_with("#!")) {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            0
        };
        at += blank + comment;
        if comment == 0 {
            return at;
        }
    }
}

/// What `rest` begins with, and how many bytes that takes. `rest` is not empty.
fn piece_at(rest: &str) -> (PieceKind, usize) {
    let is_in_word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$');
    let Some(first) = rest.chars().next() else { return (PieceKind::Symbol, 0) };
    if is_in_word(first) {
        return (PieceKind::Word, rest.find(|character| !is_in_word(character)).unwrap_or(rest.len()));
    }
    if matches!(first, '"' | '\'' | '`') {
        return (PieceKind::Text, quoted(rest, first));
    }
    let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol));
    (PieceKind::Symbol, symbol.map_or(first.len_utf8(), |symbol| symbol.len()))
}

/// How long the text in quotes is that `rest` begins with. Only text between backticks may go on in the next line, and
/// may hold code.
fn quoted(rest: &str, quote: char) -> usize {
    let mut characters = rest.char_indices().skip(1);
    let mut depth = 0_usize;
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '\n' if quote != '`' => return at,
            '$' if quote == '`' && rest[at + 1..].starts_with('{') => depth += 1,
            '}' if depth > 0 => depth -= 1,
            character if character == quote && depth == 0 => return at + quote.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        pieces(text, 0).map(|piece| piece.text).collect()
    }

    #[test]
    fn a_text_is_taken_apart() {
        assert_eq!(
            texts("let x = #{ a: \"b\\\"}\" }; // c"),
            ["let", "x", "=", "#{", "a", ":", "\"b\\\"}\"", "}", ";"]
        );
        assert_eq!(
            texts("a===b /* ( */ || `x ${f(\"`\")}` => 'c'"),
            ["a", "===", "b", "||", "`x ${f(\"`\")}`", "=>", "'c'"]
        );
        assert_eq!(texts("#!/usr/bin/env x\n1..=2"), ["1", "..=", "2"]);
        assert_eq!(texts("\"open\nnext /* open"), ["\"open", "next"]);
        assert_eq!(texts("`open ${"), ["`open ${"]);
        assert!(texts("").is_empty() && texts(" // x").is_empty());
    }

    #[test]
    fn offsets_and_positions_agree() {
        let text = "aé\n b\n";
        for (offset, line, column) in [(0, 1, 1), (1, 1, 2), (3, 1, 3), (4, 2, 1), (5, 2, 2)] {
            assert_eq!(position_of(text, offset), Position::new(line, column));
            assert_eq!(offset_of(text, Position::new(line, column)), Some(offset));
        }
        assert_eq!(offset_of(text, Position::new(9, 9)), Some(text.len()));
        assert_eq!(offset_of(text, Position::NONE), None);
    }
}
