//! Rhai's errors in the words of a scenario's author.

use std::collections::BTreeSet;
use std::rc::Rc;

use rhai::{
    AST, ASTNode, Dynamic, EvalAltResult, Expr, ImmutableString, LexError, ParseError, ParseErrorType, Position,
    is_valid_identifier,
};

use super::api::ApiFunction;
use super::engine::{CALL_LEVELS, EXPRESSION_LEVELS, MAX_ARRAY, MAX_KEYS, MAX_STRING, PLATFORM_KEYWORD, WORDS_OFF};
use super::failure::{Failure, Located};
use super::habits::{cure, missing};
use super::listener::Arities;
use super::names::{self, Of};
use super::power_assert::ASSERT_KEYWORD;
use super::run::Run;
use super::show::{kind_of_type, show};
use crate::diagnostic::Cause;
use crate::scenario::{Rows, RowsError};
use crate::text::nearest;

/// Explains an error that ended a script.
pub(super) fn explain(error: &EvalAltResult, run: &Run) -> Located {
    let mut error = error;
    let mut source = None;
    let mut position = error.position();
    // The place that matters is the innermost one; an error without one is placed at the nearest call around it.
    loop {
        position = error.position().or_else(position);
        match error {
            EvalAltResult::ErrorInFunctionCall(_, file, inner, _) => {
                source = Some(file.clone()).filter(|file| !file.is_empty()).or(source);
                error = inner;
            }
            EvalAltResult::ErrorInModule(file, inner, _) => {
                source = Some(file.clone()).filter(|file| !file.is_empty()).or(source);
                error = inner;
            }
            _ => break,
        }
    }
    Located { failure: explain_innermost(error, run), position, source }
}

fn explain_innermost(error: &EvalAltResult, run: &Run) -> Failure {
    match error {
        EvalAltResult::ErrorParsing(error, _) => explain_parse_type(error, ""),
        EvalAltResult::ErrorFunctionNotFound(signature, _) => unknown_function(signature, &run.arities.borrow()),
        EvalAltResult::ErrorDotExpr(message, _) => unknown_property(message),
        EvalAltResult::ErrorPropertyNotFound(key, _) => no_key(key),
        EvalAltResult::ErrorVariableNotFound(name, _) => unknown_variable(name, ""),
        EvalAltResult::ErrorModuleNotFound(name, _) => {
            Failure::new(Cause::Import, format!("there is no module `{name}`"))
        }
        EvalAltResult::ErrorDataRace(what, _) => in_use(what),
        EvalAltResult::ErrorAssignmentToConstant(name, _) => {
            Failure::new(Cause::Script, format!("`{name}` cannot be changed: it is a constant, or holds a client"))
                .with_help("give the new value a variable of its own: `let other = ..`")
        }
        EvalAltResult::ErrorRuntime(value, _) => Failure::new(Cause::Script, format!("uncaught {}", thrown(value))),
        EvalAltResult::ErrorMismatchDataType(expected, found, _)
        | EvalAltResult::ErrorMismatchOutputType(expected, found, _) => {
            Failure::new(Cause::Script, mismatch(expected, found))
        }
        EvalAltResult::ErrorTooManyOperations(_) => Failure::new(Cause::Limit, "the script took too many operations"),
        EvalAltResult::ErrorStackOverflow(_) => {
            Failure::new(Cause::Limit, format!("calls are nested more than {CALL_LEVELS} levels deep"))
                .with_help("is there a function that calls itself without end?")
        }
        EvalAltResult::ErrorDataTooLarge(what, _) => too_large(what),
        EvalAltResult::ErrorTooManyModules(_) => Failure::new(Cause::Limit, "the script imports too many modules"),
        EvalAltResult::ErrorTooManyVariables(_) => Failure::new(Cause::Limit, "the script has too many variables"),
        EvalAltResult::ErrorTerminated(..) => Failure::new(Cause::Limit, "the script was stopped"),
        error => {
            let mut place_free = error.to_string();
            let place = format!(" ({})", error.position());
            if place_free.ends_with(&place) {
                place_free.truncate(place_free.len() - place.len());
            }
            Failure::new(Cause::Script, sentence(&place_free))
        }
    }
}

/// What was thrown: an error of JavaScript by its name and message, as a browser shows it.
fn thrown(value: &Dynamic) -> String {
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return format!("exception: {}", text.as_str());
    }
    let text_of = |key| Some(value.as_map_ref().ok()?.get(key)?.read_lock::<ImmutableString>()?.to_string());
    match (text_of("name"), text_of("message")) {
        (Some(name), Some(message)) => format!("{name}: {message}"),
        _ => format!("exception: {}", show(value)),
    }
}

/// Where in a script the function of that name is called on an element of an array or a map. Rhai's error about a
/// captured client does not say.
pub(super) fn place_of_race(error: &EvalAltResult, ast: &AST) -> Position {
    let EvalAltResult::ErrorDataRace(what, _) = error.unwrap_inner() else { return Position::NONE };
    let Some(name) = what.split('\'').nth(1) else { return Position::NONE };
    let mut found = Position::NONE;
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        let is_element = |node: &ASTNode<'_>| matches!(node, ASTNode::Expr(Expr::Index(..) | Expr::Dot(..)));
        if let Some((ASTNode::Expr(Expr::MethodCall(call, position)), above)) = path.split_last()
            && call.name == name
            && above.iter().filter(|node| is_element(node)).count() > 1
        {
            found = *position;
        }
        found.is_none()
    });
    found
}

/// Explains why a text is not a script. `text` is that text, to find what a wrong name was meant to be.
pub(super) fn explain_parse(error: &ParseError, text: &str) -> (Failure, Position) {
    let position = error.position();
    if let Some(failure) = word_off(text, position) {
        return (failure, position);
    }
    let wanted = match error.err_type() {
        ParseErrorType::MissingToken(token, _) => Some(Some(token.as_str())),
        ParseErrorType::UnexpectedEOF => Some(None),
        _ => None,
    };
    let missing = || wanted.and_then(|wanted| missing(text, position, wanted));
    let cured = cure(text, position).or_else(|| row_twice(text, position)).or_else(missing);
    cured.unwrap_or_else(|| (explain_parse_type(error.err_type(), text), position))
}

/// Explains that a word of Rhai is off, if such a word stands there.
fn word_off(text: &str, position: Position) -> Option<Failure> {
    let line = text.lines().nth(position.line()?.checked_sub(1)?)?;
    let (start, _) = line.char_indices().nth(position.position()?.checked_sub(1)?)?;
    let word = line[start..].split(|character: char| !(character.is_alphanumeric() || character == '_')).next()?;
    let (word, help) = WORDS_OFF.iter().find(|(off, _)| *off == word)?;
    Some(Failure::new(Cause::Syntax, format!("`{word}` is off in scenarios")).with_help(*help))
}

/// Explains that `cases` has two rows of one name: to Rhai it is a map like others.
fn row_twice(text: &str, position: Position) -> Option<(Failure, Position)> {
    let (error, at) = Rows::parse(text).err().filter(|(error, at)| *error == RowsError::Twice && *at == position)?;
    Some((Failure::argument(error.to_string()).with_help(error.help()), at))
}

fn explain_parse_type(error: &ParseErrorType, text: &str) -> Failure {
    match error {
        ParseErrorType::VariableUndefined(name) => unknown_variable(name, text),
        ParseErrorType::ModuleUndefined(name) => {
            Failure::new(Cause::UnknownVariable, format!("no module is imported as `{name}`"))
                .with_help(format!("import it first: `import \"lib/{name}\" as {name};`"))
        }
        ParseErrorType::Reserved(word) if word == PLATFORM_KEYWORD => {
            Failure::new(Cause::Syntax, "`platform` is the platform of the scenario: take another name")
        }
        ParseErrorType::Reserved(word) => Failure::new(Cause::Syntax, format!("`{word}` is a reserved word of Rhai"))
            .with_help("take another name; as a key write it in quotes"),
        ParseErrorType::ExprTooDeep => {
            Failure::new(Cause::Limit, format!("expressions are nested more than {EXPRESSION_LEVELS} levels deep"))
        }
        ParseErrorType::LiteralTooLarge(what, _) => too_large(what),
        ParseErrorType::TooManyFunctions => Failure::new(Cause::Limit, "the script has too many functions"),
        ParseErrorType::BadInput(LexError::UnterminatedString) => {
            Failure::new(Cause::Syntax, "the string does not end")
                .with_help("text of several lines goes between backticks")
        }
        ParseErrorType::BadInput(LexError::ImproperSymbol(_, word)) if word == ASSERT_KEYWORD => {
            let usage = names::functions_named("assert").next().map(|function| function.usage()).unwrap_or_default();
            Failure::argument("`assert` takes a condition, and a message if you like").with_help(usage)
        }
        ParseErrorType::DuplicatedProperty(key) => Failure::new(Cause::Syntax, format!("the map has two keys `{key}`")),
        ParseErrorType::UnexpectedEOF => {
            Failure::new(Cause::Syntax, "the script ends too early").with_help("is a bracket or a quote not closed?")
        }
        error => {
            let text = error.to_string().replace(PLATFORM_KEYWORD, "platform").replace(ASSERT_KEYWORD, "assert");
            Failure::new(Cause::Syntax, sentence(&text))
        }
    }
}

/// Rhai's messages begin with a capital letter; ours do not.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) if !text[1..].starts_with(char::is_uppercase) => first.to_lowercase().chain(characters).collect(),
        _ => text.to_owned(),
    }
}

fn mismatch(expected: &str, found: &str) -> String {
    match (expected, found) {
        ("", found) => format!("{} does not go here", kind_of_type(found)),
        (expected, "") => format!("{} is wanted here", kind_of_type(expected)),
        (expected, found) => format!("{} is wanted here, not {}", kind_of_type(expected), kind_of_type(found)),
    }
}

fn too_large(what: &str) -> Failure {
    let message = match what {
        what if what.contains("string") => format!("a string is longer than {MAX_STRING} bytes"),
        what if what.contains("map") => format!("the maps in a value have more than {MAX_KEYS} keys"),
        what if what.contains("rray") || what.contains("BLOB") => {
            format!("an array has more than {MAX_ARRAY} elements")
        }
        what => format!("a value is too large: {what}"),
    };
    Failure::new(Cause::Limit, message)
}

fn in_use(what: &str) -> Failure {
    let what = what.strip_prefix("variable ").unwrap_or(what);
    let message = if what.contains("function '") {
        "this call is on something inside an array or a map that a closure has captured, too".to_owned()
    } else if what.is_empty() {
        "a captured variable is wanted while it is in use".to_owned()
    } else {
        format!("{} is wanted while it is in use", what.replace('\'', "`"))
    };
    Failure::new(Cause::Script, message)
        .with_note("while a call on an array, a map or something in it runs, Rhai keeps closures from the whole of it")
        .with_help("take what you need out first, such as `let kandy = clients[0];`, and walk arrays with `for`")
}

/// Explains a name that is not a variable. `text` is the script's, if it is at hand.
fn unknown_variable(name: &str, text: &str) -> Failure {
    let failure = Failure::new(Cause::UnknownVariable, format!("there is no variable `{name}` here"));
    let words: Vec<&str> = text.split(|character: char| !(character.is_alphanumeric() || character == '_')).collect();
    let declared: BTreeSet<&str> =
        words.windows(2).filter(|pair| matches!(pair[0], "let" | "const" | "for")).map(|pair| pair[1]).collect();
    if declared.contains(name) {
        return failure
            .with_note(
                "a function does not see the variables of the script, and a line does not see those declared after it",
            )
            .with_help(format!("pass it on as a parameter, or write a closure: `let f = |..| {name}..; f.call(..)`"));
    }
    if names::functions_named(name).next().is_some() {
        return failure.with_help(format!("`{name}` is a function: wrap it in a closure, `|value| {name}(value)`"));
    }
    if words.windows(2).any(|pair| pair == ["as", name]) {
        return failure.with_help(format!("`{name}` is a module: `{name}::function(..)`"));
    }
    let known = declared.into_iter().chain(std::iter::once("platform"));
    failure.with_nearest(nearest(name, known))
}

/// What stands for a type that is not known before the script runs.
pub(super) const UNKNOWN_TYPE: &str = "?";

/// Where the words stand that ask for JavaScript's ways.
pub(super) fn place_of_words(place: usize) -> String {
    format!("`how` is argument {place}, behind all others: `()` stands for one that is left out")
}

/// Explains `name (type, type)`, for which there is no function. `arities` are of the functions that the script sees.
pub(super) fn unknown_function(signature: &str, arities: &[Rc<Arities>]) -> Failure {
    let (name, types) = signature.split_once(" (").unwrap_or((signature, ")"));
    let types: Vec<&str> =
        types.strip_suffix(')').unwrap_or(types).split(", ").filter(|name| !name.is_empty()).collect();
    if !is_valid_identifier(name.rsplit("::").next().unwrap_or(name)) {
        return wrong_operands(name, &types);
    }
    let of_script = functions_of_script(arities);
    if let Some((module, function)) = name.rsplit_once("::") {
        let given = in_words(&types);
        return Failure::new(
            Cause::UnknownFunction,
            format!("`{module}` has no function `{function}` that takes {given}"),
        )
        .with_nearest(nearest(function, of_script.iter().map(String::as_str)));
    }
    let receiver = types.first().and_then(|first| Of::type_named(first));
    let of = receiver.unwrap_or(Of::Script);
    let args = if receiver.is_some() { &types[1..] } else { &types[..] };
    if let Some(function) = names::functions_named(name).find(|function| function.of == of) {
        let failure = Failure::new(Cause::Argument, format!("`{name}` does not take {}", in_words(args)));
        let failure = if args.contains(&"()") { failure.with_note("an empty map is `#{}`, not `{}`") } else { failure };
        let failure = match misplaced_words(&function, args) {
            Some(place) => failure.with_note(place_of_words(place)),
            None => failure,
        };
        return failure.with_help(function.usage());
    }
    if of_script.contains(name) {
        return wrong_arguments(name, &types, arities);
    }
    let failure = match receiver {
        Some(of) => Failure::new(Cause::UnknownFunction, format!("{} has no function `{name}`", of.shown())),
        None if types.is_empty() => Failure::new(Cause::UnknownFunction, format!("there is no function `{name}`")),
        None => Failure::new(
            Cause::UnknownFunction,
            format!("there is no function `{name}` that takes {}", in_words(&types)),
        ),
    };
    if let Some(function) = names::functions_named(name).next() {
        return failure.with_help(function.usage());
    }
    if types == ["map"] && names::KEYS.contains(&name) {
        return failure.with_help(format!("`{name}` is a key: read it without brackets"));
    }
    let nearest = names::nearest_function(name, of, &of_script);
    failure.with_nearest(nearest.or_else(|| names::nearest_of_rhai(name)))
}

/// Which argument `how` is, from 1, where the last one seems to be meant for it and stands elsewhere.
fn misplaced_words(function: &ApiFunction, args: &[&str]) -> Option<usize> {
    let place = function.parameters().iter().position(|parameter| parameter.name == "how")? + 1;
    (args.len() > 1 && args.len() != place && args.last() == Some(&"map")).then_some(place)
}

/// Explains that nothing has a function `name` for such arguments, where nobody knows what it is called on.
pub(super) fn unknown_method(name: &str, types: &[&str], arities: &[Rc<Arities>]) -> Failure {
    let failure = |what: String| Failure::new(Cause::UnknownFunction, format!("nothing has a function `{name}`{what}"));
    if let Some(function) = names::functions_named(name).next() {
        return failure(format!(" that takes {}", in_words(types))).with_help(function.usage());
    }
    if names::is_of_rhai(name) {
        return failure(format!(" that takes {}", in_words(types)));
    }
    if types.is_empty() && names::KEYS.contains(&name) {
        return failure(String::new()).with_help(format!("`{name}` is a key: read it without brackets"));
    }
    failure(String::new()).with_nearest(names::nearest_of_all(name, &functions_of_script(arities)))
}

/// The names of the functions that a script sees, its closures aside.
fn functions_of_script(arities: &[Rc<Arities>]) -> BTreeSet<String> {
    let names = arities.iter().flat_map(|arities| arities.names());
    names.filter(|name| is_valid_identifier(name)).map(str::to_owned).collect()
}

fn wrong_arguments(name: &str, types: &[&str], arities: &[Rc<Arities>]) -> Failure {
    let counts: BTreeSet<usize> = arities.iter().filter_map(|arities| arities.of(name)).flatten().copied().collect();
    let given = types.len();
    if counts.contains(&given) {
        // Called as a method, where the first value is `this` and no argument.
        return Failure::new(Cause::Argument, format!("`{name}` is a function of the script, and not a method"))
            .with_help(format!("call it as `{name}(..)`"));
    }
    let plural = if counts.len() == 1 && counts.contains(&1) { "" } else { "s" };
    let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
    Failure::new(Cause::Argument, format!("`{name}` takes {} argument{plural}, not {given}", counts.join(" or ")))
}

fn wrong_operands(operator: &str, types: &[&str]) -> Failure {
    let message = match types {
        [one] => format!("`{operator}` does not work on {}", kind_of_type(one)),
        [left, right] => {
            format!("`{operator}` does not work on {} and {}", kind_of_type(left), kind_of_type(right))
        }
        types => format!("`{operator}` does not work on {}", in_words(types)),
    };
    Failure::new(Cause::Script, message)
}

/// `a string and a map`, `no arguments`; `2 arguments` if not all of their types are known.
fn in_words(types: &[&str]) -> String {
    if types.contains(&UNKNOWN_TYPE) {
        let plural = if types.len() == 1 { "" } else { "s" };
        return format!("{} argument{plural}", types.len());
    }
    let kinds: Vec<&str> = types.iter().map(|name| kind_of_type(name)).collect();
    match &kinds[..] {
        [] => "no arguments".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Explains `Unknown property 'x' - a getter is not registered for type 'y'` and its like.
fn unknown_property(message: &str) -> Failure {
    let quoted: Vec<&str> = message.split('\'').skip(1).step_by(2).collect();
    let &[property, receiver, ..] = &quoted[..] else {
        return Failure::new(Cause::UnknownFunction, sentence(message));
    };
    let owner = kind_of_type(receiver);
    if message.starts_with("No writable") || message.contains("setter") {
        return Failure::new(Cause::UnknownFunction, format!("{owner} has no property `{property}` that can be set"));
    }
    no_property(property, receiver)
}

/// Explains that a map has no such key.
pub(super) fn no_key(key: &str) -> Failure {
    Failure::new(Cause::UnknownFunction, format!("the map has no key `{key}`"))
        .with_nearest(nearest(key, names::KEYS.iter().copied()))
}

/// Explains that a value of the type that Rhai calls `receiver` has no such property.
pub(super) fn no_property(property: &str, receiver: &str) -> Failure {
    let owner = kind_of_type(receiver);
    let failure = Failure::new(Cause::UnknownFunction, format!("{owner} has no property `{property}`"));
    let Some(of) = Of::type_named(receiver) else {
        return match property {
            "length" => failure.with_help("`len()` gives how many there are: `list.len()`"),
            name if names::is_of_rhai(name) => failure.with_help(format!("`{name}` is a function: `{name}(..)`")),
            _ => failure,
        };
    };
    if names::functions_named(property).any(|function| function.of == of) {
        return failure.with_help(format!("`{property}` is a function: `{property}(..)`"));
    }
    failure.with_nearest(nearest(property, ["connection", "notification"]))
}
