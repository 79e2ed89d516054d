//! A walk through a script in the order in which it would run, with what is known of each value.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use rhai::{ASTFlags, Dynamic, Expr, FlowControl, FnCallExpr, FnPtr, Ident, Position, Stmt};

use super::findings::{Collector, Severity};
use super::known::Known;
use super::modules::ImportedNames;
use super::parsed::{DefinedFunction, Parsed};
use super::patience::Patience;
use super::scope::Scope;
use super::value::{Closure, StaticValue, Type};
use crate::script::engine::PLATFORM_KEYWORD;
use crate::script::failure::Failure;
use crate::script::names::Of;
use crate::script::power_assert::ASSERT_KEYWORD;
use crate::script::run::Inside;

/// What Rhai makes of a closure that captures variables.
const CAPTURE: &str = "curry";

/// A walk through one script.
pub(super) struct Walk<'a> {
    pub(super) script: &'a Parsed,
    pub(super) known: &'a Known,
    pub(super) imported: &'a ImportedNames,
    pub(super) findings: Collector,
    pub(super) patience: &'a Patience,
    variables: Scope,
    /// Whether a `try` stands around what is looked at, which catches an unknown function.
    in_try: bool,
    /// The closures that have been walked through.
    walked: BTreeSet<String>,
    /// The functions that have been searched for waits, by where those would be wrong.
    pub(super) searched: BTreeMap<Inside, BTreeSet<(String, usize)>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        script: &'a Parsed,
        known: &'a Known,
        imported: &'a ImportedNames,
        patience: &'a Patience,
    ) -> Self {
        Self {
            script,
            known,
            imported,
            findings: Collector::default(),
            patience,
            variables: Scope::default(),
            in_try: false,
            walked: BTreeSet::new(),
            searched: BTreeMap::new(),
        }
    }

    /// Walks through all of it: first what runs by itself, then its functions.
    pub(super) fn whole(mut self) -> Collector {
        let Parsed { statements, functions, .. } = self.script;
        self.block(statements);
        for ((name, _), function) in functions {
            if !self.walked.contains(name) {
                self.function(function, Vec::new());
            }
        }
        self.findings
    }

    /// What makes a call fail for want of a function: a `try` around it catches that.
    pub(super) fn catchable(&mut self, failure: Failure, position: Position) {
        let severity = if self.in_try { Severity::Warning } else { Severity::Error };
        self.findings.add(severity, failure, position);
    }

    /// What ends a scenario, whatever stands around it.
    pub(super) fn fatal(&mut self, failure: Failure, position: Position) {
        self.findings.add(Severity::Error, failure, position);
    }

    fn function(&mut self, function: &DefinedFunction, captured: Vec<StaticValue>) {
        let variables = mem::take(&mut self.variables);
        let values = captured.into_iter().chain(std::iter::repeat(StaticValue::Unknown));
        self.variables = function.parameters.iter().cloned().zip(values).collect();
        self.block(&function.body);
        self.variables = variables;
    }

    /// Whether there is no need, or no time, to look further.
    pub(super) fn is_over(&self) -> bool {
        self.findings.is_full() || !self.patience.lasts()
    }
}

/// Statements.
impl Walk<'_> {
    fn block(&mut self, statements: &[Stmt]) {
        let outer = self.variables.len();
        statements.iter().for_each(|statement| self.statement(statement));
        self.variables.truncate(outer);
        self.look_at_order(statements);
    }

    fn statement(&mut self, statement: &Stmt) {
        if self.is_over() {
            return;
        }
        match statement {
            Stmt::If(flow, _) | Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.value(&flow.expr);
                self.block(flow.body.statements());
                self.block(flow.branch.statements());
            }
            Stmt::Switch(switch, _) => {
                let (of, cases) = &**switch;
                self.value(of);
                for case in &cases.expressions {
                    self.value(&case.lhs);
                    self.value(&case.rhs);
                }
            }
            Stmt::For(repeated, _) => {
                let (name, counter, flow) = &**repeated;
                self.repeat(name, counter.as_ref(), flow);
            }
            Stmt::Var(variable, flags, _) => {
                let (name, expr, _) = &**variable;
                let value = self.value(expr);
                self.declare(&name.name, value, flags.contains(ASTFlags::CONSTANT));
            }
            Stmt::Assignment(assignment) => {
                let (_, pair) = &**assignment;
                self.value(&pair.rhs);
                self.target(&pair.lhs);
            }
            Stmt::FnCall(call, position) => {
                self.call(call, *position);
            }
            Stmt::Block(block) => self.block(block.statements()),
            Stmt::TryCatch(flow, _) => {
                let outer = mem::replace(&mut self.in_try, true);
                self.block(flow.body.statements());
                self.in_try = outer;
                self.block(flow.branch.statements());
            }
            Stmt::Expr(expr) => {
                self.value(expr);
            }
            Stmt::BreakLoop(Some(expr), ..) | Stmt::Return(Some(expr), ..) => {
                self.value(expr);
            }
            Stmt::Import(import, _) => {
                self.value(&import.0);
            }
            _ => {}
        }
    }

    fn repeat(&mut self, name: &Ident, counter: Option<&Ident>, flow: &FlowControl) {
        self.value(&flow.expr);
        let outer = self.variables.len();
        for name in counter.into_iter().chain([name]) {
            self.variables.push(name.name.to_string(), StaticValue::Unknown);
        }
        self.block(flow.body.statements());
        self.variables.truncate(outer);
    }

    /// A variable that gets another value somewhere may hold anything. An array, a map or a string that is changed in
    /// place keeps its type.
    fn declare(&mut self, name: &str, value: StaticValue, is_constant: bool) {
        let value = match value {
            value if is_constant => value,
            _ if self.script.reassigned.contains(name) => StaticValue::Unknown,
            value if self.script.changed.contains(name) => {
                value.type_of().map_or(StaticValue::Unknown, StaticValue::Typed)
            }
            value => value,
        };
        self.variables.push(name.to_owned(), value);
    }

    /// What is assigned to. The last property is set, not read.
    fn target(&mut self, target: &Expr) {
        match target {
            Expr::Dot(pair, ..) if matches!(pair.rhs, Expr::Property(..)) => {
                self.value(&pair.lhs);
            }
            Expr::Dot(..) | Expr::Index(..) => {
                self.quiet_chain(target);
            }
            _ => {}
        }
    }

    /// What is inside of a longer chain that is assigned to: calls in it are looked at, properties are not.
    fn quiet_chain(&mut self, expr: &Expr) {
        match expr {
            Expr::Dot(pair, ..) | Expr::Index(pair, ..) => {
                self.quiet_chain(&pair.lhs);
                self.quiet_chain(&pair.rhs);
            }
            Expr::MethodCall(call, _) => {
                self.arguments(&call.args);
            }
            Expr::Property(..) => {}
            expr => {
                self.value(expr);
            }
        }
    }
}

/// Expressions.
impl Walk<'_> {
    pub(super) fn value(&mut self, expr: &Expr) -> StaticValue {
        if self.is_over() {
            return StaticValue::Unknown;
        }
        match expr {
            Expr::DynamicConstant(value, _) if value.is_fnptr() => self.closure(value, Vec::new()),
            Expr::InterpolatedString(parts, _) => {
                self.arguments(parts);
                StaticValue::Typed(Type::string())
            }
            Expr::Array(items, _) => StaticValue::Array(self.arguments(items).into()),
            Expr::Map(members, _) => {
                let member = |(key, expr): &(Ident, Expr)| (key.name.to_string(), self.value(expr));
                StaticValue::Map(members.0.iter().map(member).collect())
            }
            Expr::Variable(variable, ..) if variable.2.is_empty() => self.variables.value(&variable.1),
            Expr::Stmt(block) => self.block_value(block.statements()),
            Expr::FnCall(call, position) => self.call(call, *position),
            Expr::Dot(pair, ..) => {
                let receiver = match (self.value(&pair.lhs), &pair.lhs) {
                    // Rhai reads a key of a map that stands right there when it compiles, and misses none.
                    (_, Expr::Map(..)) => StaticValue::Typed(Type::map()),
                    (receiver, _) => receiver,
                };
                self.link(&receiver, &pair.rhs)
            }
            Expr::Index(pair, flags, _) => {
                self.value(&pair.lhs);
                self.index(&pair.rhs, *flags)
            }
            Expr::And(parts, _) | Expr::Or(parts, _) => {
                self.arguments(parts.iter());
                StaticValue::Typed(Type::boolean())
            }
            Expr::Coalesce(parts, _) => {
                self.arguments(parts.iter());
                StaticValue::Unknown
            }
            Expr::Custom(custom, _) => {
                let inputs = self.arguments(&custom.inputs);
                match custom.tokens.first().map(rhai::ImmutableString::as_str) {
                    Some(PLATFORM_KEYWORD) => of_owner(Of::Platform),
                    Some(ASSERT_KEYWORD) => self.assert(&custom.inputs, &inputs),
                    _ => StaticValue::Unknown,
                }
            }
            expr => expr.get_literal_value(None).map_or(StaticValue::Unknown, StaticValue::constant_of),
        }
    }

    /// The values of several expressions.
    pub(super) fn arguments<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) -> Vec<StaticValue> {
        exprs.into_iter().map(|expr| self.value(expr)).collect()
    }

    /// The value of a block is that of its last expression.
    fn block_value(&mut self, statements: &[Stmt]) -> StaticValue {
        if statements.is_empty() {
            return StaticValue::constant_of(Dynamic::UNIT);
        }
        let [first @ .., Stmt::Expr(last)] = statements else {
            self.block(statements);
            return StaticValue::Unknown;
        };
        let outer = self.variables.len();
        first.iter().for_each(|statement| self.statement(statement));
        let value = self.value(last);
        self.variables.truncate(outer);
        self.look_at_order(statements);
        value
    }

    /// What follows a dot.
    fn link(&mut self, receiver: &StaticValue, rest: &Expr) -> StaticValue {
        match rest {
            Expr::Property(property, position) => self.property(receiver, &property.2, *position),
            Expr::MethodCall(call, position) => self.method(receiver, call, *position),
            Expr::Dot(pair, ..) => {
                let next = self.link(receiver, &pair.lhs);
                self.link(&next, &pair.rhs)
            }
            Expr::Index(pair, flags, _) => {
                self.link(receiver, &pair.lhs);
                self.index(&pair.rhs, *flags)
            }
            _ => StaticValue::Unknown,
        }
    }

    /// What stands in brackets, and what follows them.
    fn index(&mut self, rest: &Expr, flags: ASTFlags) -> StaticValue {
        let ends = flags.contains(ASTFlags::BREAK);
        match rest {
            Expr::Dot(pair, ..) if !ends => {
                self.value(&pair.lhs);
                self.link(&StaticValue::Unknown, &pair.rhs)
            }
            Expr::Index(pair, flags, _) if !ends => {
                self.value(&pair.lhs);
                self.index(&pair.rhs, *flags)
            }
            index => {
                self.value(index);
                StaticValue::Unknown
            }
        }
    }

    /// A closure that captures variables, if a call is what Rhai makes of one.
    pub(super) fn capturing(&mut self, call: &FnCallExpr) -> Option<StaticValue> {
        let [Expr::DynamicConstant(value, _), captured @ ..] = &*call.args else { return None };
        if call.name != CAPTURE || !value.is_fnptr() {
            return None;
        }
        let captured = self.arguments(captured);
        Some(self.closure(value, captured))
    }

    /// A closure, whose code is walked through where it stands: it sees the variables that are there.
    fn closure(&mut self, value: &Dynamic, captured: Vec<StaticValue>) -> StaticValue {
        let function = value.clone().cast::<FnPtr>().fn_name().to_owned();
        let closure = Closure { value: value.clone(), function: function.clone(), captured: captured.len() };
        if self.walked.insert(function)
            && let Some(body) = self.script.named(&closure.function)
        {
            self.function(body, captured);
        }
        StaticValue::Closure(closure)
    }
}

/// Something that has the functions of `of`.
pub(super) fn of_owner(of: Of) -> StaticValue {
    Type::of_owner(of).map_or(StaticValue::Unknown, StaticValue::Typed)
}
