//! `assert` that knows the parts of its condition: each is evaluated once, and a failure shows what it was.
//!
//! A function gets values, not expressions. So `assert(` is a word of the language here, as `platform` is; the function
//! of that name stays for those who call it otherwise.

use std::rc::Rc;

use rhai::{
    Dynamic, Engine, EvalAltResult, EvalContext, Expr, Expression, FnCallExpr, ImmutableString, LexError, ParseError,
    ParseErrorType, Position, Token,
};

use super::failure::{Failure, Halt};
use super::names;
use super::parts::{Part, Parts};
use super::run::Run;
use super::show::{kind, show_short};

/// What `assert` is called inside the engine where its condition is looked into.
pub(super) const ASSERT_KEYWORD: &str = "__assert";
/// What Rhai calls `in`.
const CONTAINS: &str = "contains";
/// The columns of `assert`, which stands right before its bracket.
const WORD: u16 = 6;

type Context<'a, 's, 'ps, 'g, 'c, 't> = EvalContext<'a, 's, 'ps, 'g, 'c, 't>;

/// A part of a condition while it is evaluated.
struct Evaluated<'e> {
    expression: &'e Expr,
    /// 0 for the condition itself, 1 for what `&&` and `||` join, and one more for the operands of a comparison.
    depth: usize,
    /// `None` where the parts before it decided.
    value: Option<Dynamic>,
}

pub(super) fn register_power_assert(engine: &mut Engine, run: &Rc<Run>) {
    let shared = Rc::clone(run);
    engine.register_custom_syntax_with_state_raw(
        ASSERT_KEYWORD,
        |symbols, next, _| next_symbol(symbols, next),
        false,
        move |context, inputs, _| shared.assert_parts(context, inputs),
    );
}

/// What comes next in `assert(condition)` and `assert(condition, message)`.
fn next_symbol(symbols: &[ImmutableString], next: &str) -> Result<Option<ImmutableString>, ParseError> {
    if symbols.last().is_some_and(|last| last == ")") {
        return Ok(None);
    }
    let symbol = match (symbols.len(), next) {
        // Without arguments both brackets are one token.
        (1, "()") => return Err(wrong_count()),
        // As a symbol the bracket tells its position.
        (1, _) => "$symbol$",
        (2, ")") | (5, ",") => return Err(wrong_count()),
        (2, _) => "$expr$",
        (3, ",") => ",",
        (3, _) | (5, _) => ")",
        (4, ")") => ")",
        (4, _) => "$expr$",
        _ => return Ok(None),
    };
    Ok(Some(symbol.into()))
}

/// What a wrong number of arguments is said to be; `explain` has the usage.
fn wrong_count() -> ParseError {
    let error = LexError::ImproperSymbol(String::new(), ASSERT_KEYWORD.to_owned());
    ParseError(ParseErrorType::BadInput(error).into(), Position::NONE)
}

impl Run {
    fn assert_parts(
        &self,
        context: &mut Context<'_, '_, '_, '_, '_, '_>,
        inputs: &[Expression<'_>],
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        let [bracket, condition, message @ ..] = inputs else { return Ok(Dynamic::UNIT) };
        let mut parts = Vec::new();
        let value = evaluate(context, condition, 0, &mut parts)?;
        let message = message.first().map(|message| context.eval_expression_tree(message)).transpose()?;
        self.count_call();
        let done = self.check_wall_time().map_err(Halt::from);
        let done = done.and_then(|()| self.assert(&value, message_text(&value, message.as_ref())?.as_deref()));
        done.map(|()| Dynamic::UNIT).map_err(|halt| {
            let halt = match halt {
                Halt::Failure(failure) => Halt::Failure(Failure { parts: Some(shown(&parts)), ..failure }),
                halt => halt,
            };
            let position = word_before(bracket.position());
            self.halt_at(halt, position, context.source().map(str::to_owned))
        })
    }
}

/// Where the word stands whose bracket that is.
pub(super) fn word_before(bracket: Position) -> Position {
    let column = bracket.position().and_then(|column| u16::try_from(column).ok()?.checked_sub(WORD));
    let line = bracket.line().and_then(|line| u16::try_from(line).ok());
    line.zip(column).map_or(bracket, |(line, column)| Position::new(line, column))
}

fn message_text(condition: &Dynamic, message: Option<&Dynamic>) -> Result<Option<String>, Failure> {
    let Some(message) = message else { return Ok(None) };
    match message.read_lock::<ImmutableString>() {
        Some(text) => Ok(Some(text.to_string())),
        None => {
            let usage = names::functions_named("assert").next().map(|function| function.usage()).unwrap_or_default();
            let message = format!("`assert` does not take {} and {}", kind(condition), kind(message));
            Err(Failure::argument(message).with_help(usage))
        }
    }
}

fn shown(parts: &[Evaluated<'_>]) -> Box<Parts> {
    let shown = |part: &Evaluated<'_>| Part {
        start: start_of(part.expression),
        depth: part.depth,
        is_comparison: matches!(part.expression, Expr::FnCall(call, position) if is_comparison(call, *position)),
        value: part.value.as_ref().map(show_short),
    };
    Box::new(Parts(parts.iter().map(shown).collect()))
}

/// Evaluates a condition as Rhai does, and notes what its parts are.
fn evaluate<'e>(
    context: &mut Context<'_, '_, '_, '_, '_, '_>,
    expression: &'e Expr,
    depth: usize,
    parts: &mut Vec<Evaluated<'e>>,
) -> Result<Dynamic, Box<EvalAltResult>> {
    match expression {
        Expr::And(operands, _) => evaluate_until(false, context, operands, depth, parts),
        Expr::Or(operands, _) => evaluate_until(true, context, operands, depth, parts),
        Expr::FnCall(call, position) if is_comparison(call, *position) => {
            compare(context, expression, call, *position, depth, parts)
        }
        Expr::FnCall(call, _) if call.op_token == Some(Token::Bang) && call.args.len() == 1 => {
            let value = evaluate(context, &call.args[0], depth, parts)?;
            match value.as_bool() {
                Ok(value) => Ok((!value).into()),
                Err(_) => context.call_native_fn_raw("!", false, &mut [&mut value.clone()]),
            }
        }
        _ => {
            let value = context.eval_expression_tree(&expression.into())?.flatten();
            if !expression.is_constant() {
                parts.push(Evaluated { expression, depth, value: Some(value.clone()) });
            }
            Ok(value)
        }
    }
}

/// The operands of `&&` or `||`, up to the first that is `decisive`.
fn evaluate_until<'e>(
    decisive: bool,
    context: &mut Context<'_, '_, '_, '_, '_, '_>,
    operands: &'e [Expr],
    depth: usize,
    parts: &mut Vec<Evaluated<'e>>,
) -> Result<Dynamic, Box<EvalAltResult>> {
    // What is joined is shown below one another, however deep brackets nest it.
    let depth = depth.max(1);
    let mut decided = false;
    for operand in operands {
        if decided {
            parts.push(Evaluated { expression: operand, depth, value: None });
            continue;
        }
        let value = evaluate(context, operand, depth, parts)?;
        match value.as_bool() {
            Ok(holds) => decided = holds == decisive,
            Err(found) => {
                let place = operand.position();
                return Err(EvalAltResult::ErrorMismatchDataType("bool".to_owned(), found.to_owned(), place).into());
            }
        }
    }
    Ok((decided == decisive).into())
}

fn compare<'e>(
    context: &mut Context<'_, '_, '_, '_, '_, '_>,
    expression: &'e Expr,
    call: &'e FnCallExpr,
    position: Position,
    depth: usize,
    parts: &mut Vec<Evaluated<'e>>,
) -> Result<Dynamic, Box<EvalAltResult>> {
    let [left_operand, right_operand] = &call.args[..] else { return context.eval_expression_tree(&expression.into()) };
    let mut left = context.eval_expression_tree(&left_operand.into())?.flatten();
    let mut right = context.eval_expression_tree(&right_operand.into())?.flatten();
    let value = match plainly(call, &left, &right) {
        Some(holds) => holds.into(),
        None => {
            // The function that compares may take its second argument away.
            let kept = if right_operand.is_constant() { Dynamic::UNIT } else { right.clone() };
            let args = &mut [&mut left, &mut right];
            let compared = if call.name == CONTAINS {
                context.call_fn_raw(CONTAINS, true, false, args)
            } else {
                context.call_native_fn_raw(&call.name, true, args)
            };
            right = kept;
            compared.map_err(|mut error| {
                if error.position().is_none() {
                    error.set_position(position);
                }
                error
            })?
        }
    };
    parts.push(Evaluated { expression, depth, value: Some(value.clone()) });
    for (operand, value) in [(left_operand, left), (right_operand, right)] {
        if !operand.is_constant() {
            parts.push(Evaluated { expression: operand, depth: depth + 1, value: Some(value) });
        }
    }
    Ok(value)
}

/// What most conditions compare, without looking for a function that does it.
fn plainly(call: &FnCallExpr, left: &Dynamic, right: &Dynamic) -> Option<bool> {
    let order = if let (Ok(left), Ok(right)) = (left.as_int(), right.as_int()) {
        left.cmp(&right)
    } else if let (Ok(left), Ok(right)) = (left.as_bool(), right.as_bool()) {
        left.cmp(&right)
    } else {
        return None;
    };
    match call.op_token {
        Some(Token::EqualsTo) => Some(order.is_eq()),
        Some(Token::NotEqualsTo) => Some(order.is_ne()),
        Some(Token::LessThan) => Some(order.is_lt()),
        Some(Token::LessThanEqualsTo) => Some(order.is_le()),
        Some(Token::GreaterThan) => Some(order.is_gt()),
        Some(Token::GreaterThanEqualsTo) => Some(order.is_ge()),
        _ => None,
    }
}

/// Whether a call is a comparison. Rhai makes `item in list` a call of `contains(list, item)` that stands behind `item`.
fn is_comparison(call: &FnCallExpr, position: Position) -> bool {
    match (&call.op_token, &call.args[..]) {
        (None | Some(Token::NotIn), [_, item]) => {
            call.name == CONTAINS && !call.is_qualified() && start_of(item) < position
        }
        (Some(operator), [_, _]) => matches!(
            operator,
            Token::EqualsTo
                | Token::NotEqualsTo
                | Token::LessThan
                | Token::LessThanEqualsTo
                | Token::GreaterThan
                | Token::GreaterThanEqualsTo
        ),
        _ => false,
    }
}

/// Where an expression begins. Rhai places a call of an operator at the operator.
fn start_of(expression: &Expr) -> Position {
    match expression {
        Expr::FnCall(call, position) => {
            let name = if call.is_qualified() { call.namespace.position() } else { *position };
            call.args.iter().map(start_of).filter(|start| !start.is_none()).fold(name, Position::min)
        }
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => start_of(&pair.lhs),
        Expr::And(operands, _) | Expr::Or(operands, _) | Expr::Coalesce(operands, _) => start_of(&operands[0]),
        expression => expression.start_position(),
    }
}
