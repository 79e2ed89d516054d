//! The rows of a scenario: `let case = cases(#{ "unauthorized": .., "unavailable": .. });` as its first statement makes each of
//! them a case of its own. They are read from the text, in whose order they run, and before anything is compiled.

use std::collections::BTreeSet;

use rhai::Position;
use thiserror::Error;

use crate::script::scan::{Piece, PieceKind, pieces, position_of};

/// The most rows of one scenario.
pub const MAX_ROWS: usize = 1_000;
/// The longest name of a row, in bytes: it becomes a part of a file's name.
const MAX_NAME: usize = 100;
/// The function that a script with rows begins with.
const CASES: &str = "cases";
/// What no name of a row may have, since snapshots are named after it.
const NOT_IN_NAMES: &str = "/\\[]:*?\"<>|`";

/// The rows of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Their names, in the order of the file; none if the script has no rows.
    pub names: Vec<String>,
    /// Where `cases` is called.
    pub(crate) at: Option<Position>,
}

/// Why a script's first statement makes no rows.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RowsError {
    /// It is given something else.
    #[error("`cases` takes a map that is written out, so that its rows are known before it runs")]
    NoMap,
    /// The map has no keys.
    #[error("`cases` has no rows")]
    Empty,
    /// A key that cannot be a part of a file's name.
    #[error("the name of a row is empty, too long, or has a character that no file name should have")]
    Name,
    /// Two rows of one name, whose cases nobody could tell apart.
    #[error("`cases` has two rows of this name")]
    Twice,
    /// More than [`MAX_ROWS`].
    #[error("`cases` has more than {MAX_ROWS} rows")]
    TooMany,
}

impl RowsError {
    /// What to do.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NoMap | Self::Empty => "such as `cases(#{ \"unavailable\": #{ status: 503 } })`".to_owned(),
            Self::Name => format!(
                "1 to {MAX_NAME} bytes without {}",
                NOT_IN_NAMES.chars().map(String::from).collect::<Vec<_>>().join(" ")
            ),
            Self::Twice => "give each row a name of its own".to_owned(),
            Self::TooMany => "split the scenario".to_owned(),
        }
    }
}

impl Rows {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// The script begins with `cases`, and there is something wrong with it at that position.
    pub fn parse(text: &str) -> Result<Self, (RowsError, Position)> {
        // Almost no script has any.
        if !text.contains(CASES) {
            return Ok(Self::default());
        }
        let mut pieces = pieces(text, 0).peekable();
        if pieces.next_if(|piece| piece.is_word("let") || piece.is_word("const")).is_some() {
            let is_named = pieces.next().is_some_and(|piece| piece.kind == PieceKind::Word);
            if !is_named || pieces.next().is_none_or(|piece| !piece.is("=")) {
                return Ok(Self::default());
            }
        }
        let Some(call) = pieces.next_if(|piece| piece.is_word(CASES)) else { return Ok(Self::default()) };
        if pieces.next_if(|piece| piece.is("(")).is_none() {
            return Ok(Self::default());
        }
        let place = |piece: Option<Piece<'_>>| position_of(text, piece.map_or(call.start, |piece| piece.start));
        let first = pieces.next();
        if first.is_none_or(|piece| !piece.is("#{")) {
            return Err((RowsError::NoMap, place(first)));
        }
        let names = keys(&mut pieces).map_err(|(error, piece)| (error, place(Some(piece))))?;
        if names.is_empty() {
            return Err((RowsError::Empty, place(first)));
        }
        Ok(Self { names, at: Some(place(Some(call))) })
    }
}

/// The keys of a map whose opening is behind. What is not a map ends early, and the compiler says why.
fn keys<'a>(pieces: &mut impl Iterator<Item = Piece<'a>>) -> Result<Vec<String>, (RowsError, Piece<'a>)> {
    let mut names = Vec::new();
    let mut seen = BTreeSet::new();
    let (mut depth, mut is_key) = (0_usize, true);
    for piece in pieces {
        if is_key && piece.kind != PieceKind::Symbol {
            let name = piece.text.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(piece.text);
            if name.is_empty()
                || name.len() > MAX_NAME
                || name.contains(|character: char| character.is_control() || NOT_IN_NAMES.contains(character))
            {
                return Err((RowsError::Name, piece));
            }
            if names.len() >= MAX_ROWS {
                return Err((RowsError::TooMany, piece));
            }
            if !seen.insert(name) {
                return Err((RowsError::Twice, piece));
            }
            names.push(name.to_owned());
            is_key = false;
        } else if piece.opens() {
            depth += 1;
        } else if piece.closes() {
            let Some(outer) = depth.checked_sub(1) else { break };
            depth = outer;
        } else if depth == 0 && piece.is(",") {
            is_key = true;
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, names: &[&str]) {
        assert_eq!(Rows::parse(text).unwrap().names, names, "{text}");
    }

    #[test]
    fn rows_stand_in_the_order_of_the_file() {
        let text = "// One.\n// tags: a\nlet case = cases(#{ \"b\": #{ status: 401, x: [1, 2] }, a: 3, /* c: 4, */ \"z z\": (1), });\n";
        check(text, &["b", "a", "z z"]);
        assert_eq!(Rows::parse(text).unwrap().at, Some(Position::new(3, 12)));
        check("#!/usr/bin/env kandy-harness\nconst c = cases(#{ a: `${#{ x: 1 }.x}, b: `, ä: || 1 });", &["a", "ä"]);
        check("cases(#{ a: 1 });", &["a"]);
    }

    #[test]
    fn other_scripts_have_none() {
        for text in [
            "",
            "print(\"cases\");",
            "let x = 1; let case = cases(#{ a: 1 });",
            "let cases = #{ a: 1 };",
            "let x = casesOf(#{ a: 1 });",
            "let x = cases;",
        ] {
            check(text, &[]);
        }
    }

    #[test]
    fn what_makes_no_rows_is_told_with_its_place() {
        let error = |text: &str| Rows::parse(text).unwrap_err();
        assert_eq!(error("let c = cases(rows);"), (RowsError::NoMap, Position::new(1, 15)));
        assert_eq!(error("let c = cases();"), (RowsError::NoMap, Position::new(1, 15)));
        assert_eq!(error("let c = cases("), (RowsError::NoMap, Position::new(1, 9)));
        assert_eq!(error("\nlet c = cases(#{ });"), (RowsError::Empty, Position::new(2, 15)));
        for name in ["\"\"", "`a`", "\"a/b\"", "\"a\\nb\"", "\"a\tb\"", "\"[\"", &format!("\"{}\"", "x".repeat(101))] {
            assert_eq!(error(&format!("cases(#{{ {name}: 1 }});")), (RowsError::Name, Position::new(1, 10)), "{name}");
        }
        assert_eq!(error("cases(#{ a: 1,\n \"a\": 2 });"), (RowsError::Twice, Position::new(2, 2)));
        let many: String = (0..=MAX_ROWS).map(|row| format!("r{row}: 1,")).collect();
        assert_eq!(error(&format!("cases(#{{ {many} }});")).0, RowsError::TooMany);
    }
}
