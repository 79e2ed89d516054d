//! Habits of JavaScript, and what a scenario writes instead.

use rhai::{AST, ASTNode, Expr, Position, Stmt};

use super::failure::Failure;
use super::scan::{Piece, PieceKind, offset_of, pieces, position_of};
use crate::diagnostic::Cause;

/// A word of JavaScript, what is said of it, and what to do.
struct Habit {
    word: &'static str,
    told: &'static str,
    cure: &'static str,
}

const fn habit(word: &'static str, told: &'static str, cure: &'static str) -> Habit {
    Habit { word, told, cure }
}

const CLOSURE: &str = "a closure is written `|params| ..`, one without parameters `|| ..`";
const NOTHING: &str = "`value == ()` asks for it";
const IN_A_WAIT: &str = "wait for what it brings about:\n`waitUntil(|| kandy.getConnection().isConnected)`";
const PLAIN_CHECKS: &str = "`assertEq(actual, expected)`, `assertNe`, `assertMatch(text, regex)`, `assert(condition)`";
const ONE_FILE: &str = "a file is one scenario, and begins with what it shows as a comment";

/// Words and signs that Rhai does not have.
const WORDS: &[Habit] = &[
    habit("null", "Rhai's word is `()`, not `null`", NOTHING),
    habit("undefined", "Rhai's word is `()`, not `undefined`", NOTHING),
    habit("await", "there is no `await`: a call is done when it returns", IN_A_WAIT),
    habit("async", "there is no `async`: a call is done when it returns", "leave the word out"),
    habit("function", "there is no `function`", CLOSURE),
    habit("var", "a variable is declared by `let`, not by `var`", "such as `let kandy = create();`"),
    habit("new", "there is no `new`", "a client comes from `create()`, an error from `throw \"message\"`"),
    habit("console", "there is no `console`", "`print(value)` writes a line of the transcript"),
    habit("JSON", "there is no `JSON`", "`value.to_json()`, `parse_json(text)`"),
    habit("Math", "there is no `Math`: numbers have its functions", "such as `max(a, b)`, `x.floor()`, `x.abs()`"),
    habit("typeof", "there is no `typeof`", "`type_of(value)` gives a text such as \"map\""),
    habit(
        "class",
        "there are no classes",
        "maps hold values: `#{ name: \"alice\" }`; `fn name(params) { .. }` is a function",
    ),
    habit("delete", "there is no `delete`", "`map.remove(\"key\")`"),
    habit("finally", "there is no `finally`", "write it behind the `try { .. } catch { .. }`"),
    habit("===", "there is one equality in Rhai, `==`", "`a == b`"),
    habit("!==", "there is one inequality in Rhai, `!=`", "`a != b`"),
    habit("...", "there is no `...`", "`+` joins arrays, and maps: `list + [1]`"),
    habit("++", "there is no `++`", "`x += 1`"),
    habit("--", "there is no `--`", "`x -= 1`"),
    habit("?", "there is no `? :`", "`if` gives a value: `let x = if condition { 1 } else { 2 };`"),
];

/// Functions that the script API does not have.
const CALLS: &[Habit] = &[
    habit("setTimeout", "there is no `setTimeout`: a scenario has its own time", "let it pass: `advance(\"1s\")`"),
    habit("setInterval", "there is no `setInterval`: a scenario has its own time", "let it pass: `advance(\"1s\")`"),
    habit("expect", "there is no `expect(..)`", PLAIN_CHECKS),
    habit("describe", "there is no `describe`", ONE_FILE),
    habit("it", "there is no `it`", ONE_FILE),
    habit("test", "there is no `test`", ONE_FILE),
    habit(
        "require",
        "there is no `require`",
        "`import \"lib/users\" as users;` takes a module from the scenario's root",
    ),
    habit("alert", "there is no `alert`", "`print(value)` writes a line of the transcript"),
];

/// A text that is not Rhai, in pieces, and where that came up.
struct BrokenText<'a> {
    text: &'a str,
    pieces: Vec<Piece<'a>>,
    /// The piece at which Rhai gave up; the number of pieces at the text's end.
    at: usize,
}

/// What to write in Rhai for a habit of JavaScript at `position`, and where that habit stands.
pub(super) fn cure(text: &str, position: Position) -> Option<(Failure, Position)> {
    let place = BrokenText::of(text, position)?;
    place.arrow().or_else(|| place.word()).or_else(|| place.map()).or_else(|| place.form())
}

/// The first call of a function that only JavaScript has. `has_own` tells which names the script gives to functions.
pub(super) fn foreign_call(ast: &AST, has_own: impl Fn(&str) -> bool) -> Option<(Failure, Position)> {
    let mut found = None;
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let Some(ASTNode::Expr(Expr::FnCall(call, position)) | ASTNode::Stmt(Stmt::FnCall(call, position))) =
            path.last()
            && !call.is_qualified()
            && let Some(habit) = CALLS.iter().find(|habit| habit.word == call.name)
            && !has_own(habit.word)
        {
            let failure = Failure::new(Cause::UnknownFunction, habit.told).with_help(habit.cure);
            found = Some((failure, *position));
        }
        found.is_none()
    });
    found
}

impl<'a> BrokenText<'a> {
    /// The place of an error; `None` inside a text between backticks, whose code is not looked into.
    fn of(text: &'a str, position: Position) -> Option<Self> {
        let offset = offset_of(text, position)?;
        let pieces: Vec<Piece<'a>> = pieces(text, 0).collect();
        let at = pieces.partition_point(|piece| piece.start < offset);
        let is_inside = at.checked_sub(1).is_some_and(|before| pieces[before].end() > offset);
        (!is_inside).then_some(Self { text, pieces, at })
    }

    fn piece(&self, index: Option<usize>) -> Option<&Piece<'a>> {
        self.pieces.get(index?)
    }

    fn told(&self, piece: &Piece<'_>, message: impl Into<String>, help: impl Into<String>) -> (Failure, Position) {
        (Failure::new(Cause::Syntax, message).with_help(help), position_of(self.text, piece.start))
    }

    /// `params => ..` and `(params) => ..`; Rhai gives up at a parameter, or at the arrow.
    fn arrow(&self) -> Option<(Failure, Position)> {
        let mut index = self.at;
        let opening = self.opening();
        if self.piece(opening).is_some_and(|piece| piece.is("(")) && !self.pieces.get(index)?.is("=>") {
            // A parameter between brackets: the arrow is behind them.
            let is_end = |piece: &Piece<'_>| piece.opens() || piece.closes();
            let end = self.pieces[index..].iter().position(is_end).map_or(self.pieces.len(), |end| index + end);
            if self.pieces.get(end + 1).is_some_and(|piece| piece.is("=>")) {
                index = end + 1;
            }
        }
        let candidates = [Some(index), index.checked_add(1)];
        let arrow = candidates.into_iter().find_map(|index| self.piece(index).filter(|piece| piece.is("=>")))?;
        let is_of_switch = opening.is_some_and(|opening| {
            self.pieces[..opening].iter().rev().take_while(|piece| !piece.is(";")).any(|piece| piece.is_word("switch"))
        });
        (!is_of_switch).then(|| self.told(arrow, "`=>` does not make a function in Rhai", CLOSURE))
    }

    /// A word or a sign of [`WORDS`] where Rhai gave up, or before it, such as the `function` of an unknown parameter.
    fn word(&self) -> Option<(Failure, Position)> {
        let is_habit = |piece: &Piece<'_>, habit: &Habit| piece.kind != PieceKind::Text && piece.text == habit.word;
        let known = |piece: &Piece<'_>| WORDS.iter().find(|habit| is_habit(piece, habit));
        if let Some(piece) = self.pieces.get(self.at)
            && let Some(habit) = known(piece)
        {
            return Some(self.told(piece, habit.told, habit.cure));
        }
        // `function name(params)`: the word is up to three pieces before the parameter.
        let before = &self.pieces[self.at.saturating_sub(3)..self.at];
        let piece = before.iter().rev().find(|piece| piece.is_word("function"))?;
        known(piece).map(|habit| self.told(piece, habit.told, habit.cure))
    }

    /// `{ key: value }` where a value is wanted.
    fn map(&self) -> Option<(Failure, Position)> {
        let opening = self.opening()?;
        let bracket = self.pieces.get(opening).filter(|piece| piece.is("{"))?;
        let before = self.piece(opening.checked_sub(1))?;
        let is_value = ["(", ",", "=", ":", "[", "&&", "||", "=="].iter().any(|symbol| before.is(symbol))
            || before.is_word("return");
        let [key, next, ..] = self.pieces.get(opening + 1..)? else { return None };
        let has_keys = key.kind != PieceKind::Symbol && (next.is(":") || next.is(","));
        (is_value && has_keys).then(|| {
            let key = if next.is(":") { format!("{}: ..", key.text) } else { format!("{0}: {0}, ..", key.text) };
            self.told(bracket, "a map begins with `#{`, and `{` with statements", format!("write `#{{ {key} }}`"))
        })
    }

    /// Forms that Rhai writes otherwise.
    fn form(&self) -> Option<(Failure, Position)> {
        let piece = self.pieces.get(self.at)?;
        let before = self.piece(self.at.checked_sub(1));
        let first = self.piece(self.at.checked_sub(2));
        let is_after = |word: &str| before.is_some_and(|before| before.is_word(word));
        if (piece.is("{") || piece.is("[")) && (is_after("let") || is_after("const")) {
            return Some(self.told(
                piece,
                "a value is not taken apart here",
                "member by member: `let code = error.code;`",
            ));
        }
        let opening = self.opening().filter(|opening| self.pieces[*opening].is("("));
        let is_of_for =
            opening.and_then(|opening| self.piece(opening.checked_sub(1))).is_some_and(|piece| piece.is_word("for"));
        // `for (key, value) in map` has brackets, with names alone in them.
        if let Some(bracket) = opening.filter(|opening| {
            is_of_for && (opening + 1 == self.at || piece.is("=") || piece.is_word("of") || piece.is_word("in"))
        }) {
            return Some(self.told(
                &self.pieces[bracket],
                "`for` has no brackets",
                "`for item in list { .. }`, `for i in 0..10 { .. }`",
            ));
        }
        if let Some(import) = [before, first].into_iter().flatten().find(|piece| piece.is_word("import")) {
            return Some(self.told(
                import,
                "a module is imported as a whole",
                "Kandy's functions are there without an import; of your own: `import \"lib/users\" as users;`",
            ));
        }
        if piece.is_word("fn") && before.is_some_and(|before| !before.is(";") && !before.is("}")) {
            return Some(self.told(piece, "a function has its name behind `fn`, and stands by itself", CLOSURE));
        }
        if piece.is("=") && opening.is_some() {
            return Some(self.told(piece, "`=` gives a variable its value, and stands by itself", "`a == b` compares"));
        }
        if piece.kind == PieceKind::Text && piece.text.starts_with('\'') && piece.text.len() > 1 {
            let text = piece.text.trim_matches('\'');
            return Some(self.told(piece, "text stands in double quotes", format!("write `\"{text}\"`")));
        }
        None
    }

    /// Whether the statement declares a variable.
    fn is_declared(&self) -> bool {
        let mut statement = self.pieces[..self.at].iter().rev().take_while(|piece| !piece.is(";"));
        self.opening().is_none_or(|opening| self.pieces[opening].is("{"))
            && statement.any(|piece| piece.is_word("let") || piece.is_word("const"))
    }

    /// The innermost bracket that is open where Rhai gave up.
    fn opening(&self) -> Option<usize> {
        let mut closed = 0_usize;
        for (index, piece) in self.pieces[..self.at].iter().enumerate().rev() {
            if piece.closes() {
                closed += 1;
            } else if piece.opens() && closed == 0 {
                return Some(index);
            } else if piece.opens() {
                closed -= 1;
            }
        }
        None
    }
}

/// Explains a missing semicolon behind what it should follow, and a bracket that is not closed at its opening.
/// `wanted` is the piece that Rhai misses; `None` where the text ended.
pub(super) fn missing(text: &str, position: Position, wanted: Option<&str>) -> Option<(Failure, Position)> {
    let place = BrokenText::of(text, position)?;
    let (at, here) = (place.at, place.pieces.get(place.at));
    let syntax = |message: String| Failure::new(Cause::Syntax, message);
    if wanted == Some(";") {
        let last = place.pieces.get(at.checked_sub(1)?)?;
        return Some(match here {
            Some(here) if here.closes() => {
                (syntax(format!("this `{}` closes nothing", here.text)), position_of(text, here.start))
            }
            Some(here) if here.is(",") && place.is_declared() => {
                let failure = syntax("a `let` declares one variable".to_owned());
                (failure.with_help("each on its own: `let a = 1; let b = 2;`"), position_of(text, here.start))
            }
            _ => (syntax("a `;` is missing here".to_owned()), position_of(text, last.end())),
        });
    }
    // A comma is missing where something follows in the same brackets; else the bracket is not closed.
    let ends = here.is_none_or(|here| {
        here.closes() || here.is(";") || ["let", "const", "fn", "import"].iter().any(|word| here.is_word(word))
    });
    if wanted == Some(",") && !ends {
        return None;
    }
    let opening = place.pieces.get(place.opening()?)?;
    let closing = match opening.text {
        "(" => ")",
        "[" | "?[" => "]",
        _ => "}",
    };
    let failure = syntax(format!("this `{}` is not closed", opening.text));
    let before = match here {
        None => "the end of the script".to_owned(),
        Some(here) => {
            let at = position_of(text, here.start);
            format!("`{}` in line {}, column {}", here.text, at.line()?, at.position()?)
        }
    };
    Some((failure.with_note(format!("a `{closing}` is missing before {before}")), position_of(text, opening.start)))
}
