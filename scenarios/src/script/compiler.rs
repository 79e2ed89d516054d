//! Compiles scripts: with `platform` as a word of the language, and within limits of its own.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use rhai::{AST, Engine, LexError, Position, Token, is_valid_identifier};

use super::clock::ClockGuard;
use super::engine::{MAX_MAP, PLATFORM_KEYWORD};
use super::explain::explain_parse;
use super::failure::Failure;
use super::habits::foreign_call;
use super::power_assert::ASSERT_KEYWORD;
use super::scan::position_of;
use crate::diagnostic::Cause;

/// The longest script, in bytes.
const MAX_SCRIPT: usize = 1024 * 1024;
/// The most arms of a `switch`, alternatives counted. Rhai compares each with all before it.
const MAX_ARMS: usize = 1_000;
/// The most arguments of a call, and parameters of a function. Rhai compares each parameter with all before it.
const MAX_ARGUMENTS: usize = 1_000;
/// After how many tokens the clock is looked at.
const TOKENS_PER_LOOK: usize = 256;

/// Compiles scripts, in which `platform` is a word of the language, and Rhai's reserved words may be keys.
#[derive(Default)]
pub(super) struct Compiler {
    /// The text that is being compiled.
    text: RefCell<SearchedText>,
    literals: RefCell<Literals>,
    guard: RefCell<ClockGuard>,
    /// Whether that text has a function named `assert`, which then takes the place of ours.
    has_own_assert: Cell<bool>,
    tokens: Cell<usize>,
    /// Why the text is not read to its end.
    refused: RefCell<Option<(Failure, Position)>>,
}

impl Compiler {
    /// Sets what ends the compiling of the next scripts before its time.
    pub(super) fn guard(&self, guard: ClockGuard) {
        self.guard.replace(guard);
    }

    pub(super) fn compile(&self, engine: &Engine, text: &str) -> Result<AST, (Failure, Position)> {
        if text.len() > MAX_SCRIPT {
            let message = format!("the script is longer than {} MiB", MAX_SCRIPT >> 20);
            return Err((Failure::new(Cause::Limit, message).with_help("split it into several"), Position::NONE));
        }
        if let Some(at) = lone_return(text) {
            let message = "a carriage return stands alone, without the line feed that would break the line";
            let failure =
                Failure::new(Cause::Syntax, message).with_help("save the script with line breaks of Unix or Windows");
            return Err((failure, position_of(text, at)));
        }
        // A script that can be run as a program names its interpreter in its first line; to Rhai that is a comment.
        let shebang = text.strip_prefix("#!").map(|rest| format!("//{rest}"));
        let text = shebang.as_deref().unwrap_or(text);
        self.has_own_assert.set(text.contains("fn assert("));
        self.text.replace(SearchedText::new(text));
        self.literals.take();
        self.tokens.set(0);
        let compiled = engine.compile(text);
        if let Some(refused) = self.refused.take() {
            return Err(refused);
        }
        let ast = compiled.map_err(|error| explain_parse(&error, text))?;
        let own: BTreeSet<&str> = ast.iter_functions().map(|function| function.name).collect();
        let has_own = |name: &str| own.contains(name);
        match foreign_call(&ast, has_own) {
            Some(foreign) => Err(foreign),
            None => Ok(ast),
        }
    }

    /// Turns the identifiers `platform` and `assert` into words of the language, unless it is the name of a property or a
    /// key, and a reserved word that is one into an identifier: services are called `call`, and events have a `platform`.
    /// `case` is an identifier everywhere.
    pub(super) fn read_token(&self, token: Token, position: Position) -> Token {
        if let Err(failure) = self.check(&token) {
            let token = LexError::Runtime(failure.message.clone());
            self.refused.borrow_mut().get_or_insert((failure, position));
            return Token::LexError(Box::new(token));
        }
        match token {
            Token::Identifier(name) if name.as_str() == "platform" => {
                if self.text.borrow_mut().is_member(&name, position) {
                    Token::Identifier(name)
                } else {
                    Token::Reserved(Box::new(PLATFORM_KEYWORD.into()))
                }
            }
            // Rhai keeps the word for itself and has no use for it; what `cases` gives is called so.
            Token::Reserved(word) if word.as_str() == "case" => Token::Identifier(word),
            Token::Reserved(word)
                if is_valid_identifier(&word) && self.text.borrow_mut().is_member(&word, position) =>
            {
                Token::Identifier(word)
            }
            Token::Identifier(name)
                if name.as_str() == "assert"
                    && !self.has_own_assert.get()
                    && self.text.borrow_mut().is_plain_call(&name, position) =>
            {
                Token::Reserved(Box::new(ASSERT_KEYWORD.into()))
            }
            token => token,
        }
    }

    fn check(&self, token: &Token) -> Result<(), Failure> {
        let tokens = self.tokens.get() + 1;
        self.tokens.set(tokens);
        if tokens.is_multiple_of(TOKENS_PER_LOOK) {
            self.guard.borrow().check("compiling took")?;
        }
        self.literals.borrow_mut().read(token)
    }
}

/// Where a carriage return stands alone. To Rhai it ends a comment but not a line, so what looks like a comment may be code,
/// and line numbers differ from those of editors.
fn lone_return(text: &str) -> Option<usize> {
    text.match_indices('\r').map(|(at, _)| at).find(|at| text.as_bytes().get(at + 1) != Some(&b'\n'))
}

/// A text in which words are looked for one after the other.
#[derive(Default)]
struct SearchedText {
    text: String,
    /// Where each line begins.
    lines: Vec<usize>,
    /// The last place that was looked for: its line, its column, and where they are.
    last: (usize, usize, usize),
}

impl SearchedText {
    fn new(text: &str) -> Self {
        let after_break = |(at, _): (usize, &str)| at + 1;
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(after_break)).collect();
        Self { text: text.to_owned(), lines, last: (0, 0, 0) }
    }

    /// Whether the word at `position` is the name of a property or a key, and not that of a function.
    fn is_member(&mut self, word: &str, position: Position) -> bool {
        let Some((before, after)) = self.around(word, position) else { return false };
        let (before, after) = (before.trim_end(), after.trim_start());
        let is_property = before.ends_with('.') && !before.ends_with("..") && !after.starts_with('(');
        let is_key = after.starts_with(':') && !after.starts_with("::");
        is_property || is_key
    }

    /// Whether the word at `position` calls a function of that name, and not a method and none of a module.
    fn is_plain_call(&mut self, word: &str, position: Position) -> bool {
        let Some((before, after)) = self.around(word, position) else { return false };
        let before = before.trim_end();
        let is_member = before.ends_with("::") || before.strip_suffix('.').is_some_and(|before| !before.ends_with('.'));
        after.starts_with('(') && !is_member
    }

    /// What stands before and behind the word at `position` on its line.
    fn around(&mut self, word: &str, position: Position) -> Option<(&str, &str)> {
        let (line, start) = self.find(position)?;
        let end = self.lines.get(line).map_or(self.text.len(), |next| next - 1);
        let after = self.text[start..end].strip_prefix(word).unwrap_or_default();
        Some((&self.text[self.lines[line - 1]..start], after))
    }

    /// The line of a place, and where in the text it is. Words come in their order, so that the way from the last one is
    /// short, however long the line is.
    fn find(&mut self, position: Position) -> Option<(usize, usize)> {
        let (line, column) = (position.line()?, position.position()?);
        let begin = *self.lines.get(line - 1)?;
        let (near_column, near) = match self.last {
            (last_line, last_column, at) if last_line == line && last_column <= column => (last_column, at),
            _ => (1, begin),
        };
        let rest = &self.text[near..];
        let at = near + rest.char_indices().nth(column - near_column).map_or(rest.len(), |(offset, _)| offset);
        self.last = (line, column, at);
        Some((line, at))
    }
}

/// What is open at a place of a text. Rhai takes time in the square of the number of keys, arms or parameters.
#[derive(Default)]
struct Literals {
    open: Vec<(Bracket, usize)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Map,
    Block,
    Arguments,
    Other,
}

impl Literals {
    fn read(&mut self, token: &Token) -> Result<(), Failure> {
        match token {
            Token::MapStart => self.open.push((Bracket::Map, 0)),
            Token::LeftBrace => self.open.push((Bracket::Block, 0)),
            Token::LeftParen => self.open.push((Bracket::Arguments, 0)),
            Token::LeftBracket | Token::QuestionBracket => self.open.push((Bracket::Other, 0)),
            Token::RightBrace | Token::RightParen | Token::RightBracket => {
                self.open.pop();
            }
            Token::Comma => {
                self.count(Bracket::Map, MAX_MAP, "keys", "a map literal")?;
                self.count(Bracket::Arguments, MAX_ARGUMENTS, "elements", "a list of arguments or parameters")?;
            }
            Token::DoubleArrow | Token::Pipe => self.count(Bracket::Block, MAX_ARMS, "arms", "a `switch`")?,
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self, bracket: Bracket, most: usize, what: &str, of: &str) -> Result<(), Failure> {
        let Some((_, count)) = self.open.last_mut().filter(|(open, _)| *open == bracket) else { return Ok(()) };
        *count += 1;
        if *count > most {
            return Err(Failure::new(Cause::Limit, format!("{of} has more than {most} {what}")));
        }
        Ok(())
    }
}
