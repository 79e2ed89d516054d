//! Calls and properties: is there such a function, and does it take what it is given?

use kandy_client::Session;
use rhai::{Dynamic, Expr, FnCallExpr, Position, is_valid_identifier};

use super::arguments;
use super::value::{StaticValue, Type};
use super::walk::{Walk, of_owner};
use crate::diagnostic::Cause;
use crate::script::cases::misplaced;
use crate::script::convert;
use crate::script::explain::{self, UNKNOWN_TYPE};
use crate::script::failure::Failure;
use crate::script::names::{self, Of};
use crate::script::power_assert::word_before;

impl Walk<'_> {
    /// `function(..)`, `module::function(..)`, and operators, which are functions to Rhai.
    pub(super) fn call(&mut self, call: &FnCallExpr, position: Position) -> StaticValue {
        if let Some(closure) = self.capturing(call) {
            return closure;
        }
        let given = self.arguments(&call.args);
        let name = call.name.as_str();
        if call.is_operator_call() || !is_valid_identifier(name) {
            return if matches!(name, "==" | "!=") {
                StaticValue::Typed(Type::boolean())
            } else {
                StaticValue::Unknown
            };
        }
        if call.is_qualified() {
            self.call_in_module(call, &given, position);
            return StaticValue::Unknown;
        }
        if self.script.function(name, given.len()).is_some() {
            return StaticValue::Unknown;
        }
        if !self.known.has(name, &types(&given)) {
            let failure = self.unknown_function(name, &given);
            self.catchable(failure, position);
            return StaticValue::Unknown;
        }
        // `waitFor(kandy, ..)` is `kandy.waitFor(..)`.
        let (of, given) = match given.split_first() {
            Some((first, rest)) if names::functions_named(name).any(|function| Some(function.of) == first.owner()) => {
                (first.owner().unwrap_or(Of::Script), rest)
            }
            _ => (Of::Script, &given[..]),
        };
        self.api_call(of, name, given, position)
    }

    /// `receiver.function(..)`
    pub(super) fn method(&mut self, receiver: &StaticValue, call: &FnCallExpr, position: Position) -> StaticValue {
        let given = self.arguments(&call.args);
        let name = call.name.as_str();
        let is_own = self.script.function(name, given.len()).is_some();
        // Only a map has members that can be called; but what is not known may be one.
        let is_member = receiver.type_of().is_none_or(|known| known == Type::map()) && self.script.keys.contains(name);
        if is_own || is_member {
            return StaticValue::Unknown;
        }
        let all: Vec<StaticValue> = std::iter::once(receiver).chain(&given).cloned().collect();
        if !self.known.has(name, &types(&all)) {
            let failure = match receiver.type_of() {
                Some(_) => self.unknown_function(name, &all),
                None => explain::unknown_method(name, &type_names(&given), self.imported.arities()),
            };
            self.catchable(failure, position);
            return StaticValue::Unknown;
        }
        match receiver.owner() {
            Some(of) => self.api_call(of, name, &given, position),
            None => StaticValue::Unknown,
        }
    }

    /// `receiver.name`
    pub(super) fn property(&mut self, receiver: &StaticValue, name: &str, position: Position) -> StaticValue {
        let Some(known) = receiver.type_of() else { return StaticValue::Unknown };
        if let StaticValue::Map(members) = receiver {
            let found = members.iter().find(|(key, _)| key == name);
            if found.is_none() {
                self.catchable(explain::no_key(name), position);
            }
            return found.map_or(StaticValue::Unknown, |(_, member)| member.clone());
        }
        if known == Type::map() || known == Type::of::<()>("()") {
            return StaticValue::Unknown;
        }
        if !self.known.has_property(known, name) {
            self.catchable(explain::no_property(name, known.name), position);
            return StaticValue::Unknown;
        }
        match (receiver.owner(), name) {
            (Some(Of::Client), "connection") => of_owner(Of::Connection),
            (Some(Of::Client), "notification") => of_owner(Of::Notification),
            (Some(Of::Client), "services") => of_owner(Of::Services),
            _ => StaticValue::Unknown,
        }
    }

    /// `assert(condition, message)`, whose bracket is an input too.
    pub(super) fn assert(&mut self, inputs: &[Expr], values: &[StaticValue]) -> StaticValue {
        if let ([bracket, ..], [_, given @ ..]) = (inputs, values)
            && !self.known.has("assert", &types(given))
        {
            let failure = self.unknown_function("assert", given);
            self.fatal(failure, word_before(bracket.position()));
        }
        StaticValue::constant_of(Dynamic::UNIT)
    }

    /// A call that the script API has a function for.
    fn api_call(&mut self, of: Of, name: &str, given: &[StaticValue], position: Position) -> StaticValue {
        if let Err(failure) = arguments::judge(self.script, of, name, given) {
            self.fatal(failure, position);
        }
        if (of, name) == (Of::Script, "cases") && self.script.cases_at != Some(position) {
            self.fatal(misplaced(), position);
        }
        self.look_for_waits(of, name, given);
        result_of(of, name)
    }

    /// `module::function(..)`
    fn call_in_module(&mut self, call: &FnCallExpr, given: &[StaticValue], position: Position) {
        let [module] = &*call.namespace.path else { return };
        let Some(module) = self.imported.named(&module.name) else { return };
        if !module.has(&call.name, given.len()) {
            let failure = self.unknown_function(&format!("{}::{}", call.namespace, call.name), given);
            self.catchable(failure, position);
        }
    }

    fn unknown_function(&self, name: &str, given: &[StaticValue]) -> Failure {
        explain::unknown_function(&format!("{name} ({})", type_names(given).join(", ")), self.imported.arities())
    }
}

fn types(values: &[StaticValue]) -> Vec<Option<Type>> {
    values.iter().map(StaticValue::type_of).collect()
}

/// What Rhai calls them.
fn type_names(values: &[StaticValue]) -> Vec<&'static str> {
    values.iter().map(|value| value.type_of().map_or(UNKNOWN_TYPE, |known| known.name)).collect()
}

/// What a function of the script API gives, as far as it is always of one type.
fn result_of(of: Of, name: &str) -> StaticValue {
    match (of, name) {
        (Of::Script, "create") => of_owner(Of::Client),
        (Of::Script, "now") => StaticValue::Typed(Type::integer()),
        (Of::Client, "getConnection") => shape(&convert::connection(&Session::default())),
        (Of::Client, "getServices") => shape(&convert::services(&Session::default())),
        (Of::Client, "getUserInfo") => shape(&convert::user_info(None)),
        (Of::Connection, "getSocketState") => shape(&convert::socket_state(None)),
        (Of::Services, "getSubscriptions") => shape(&convert::no_subscriptions()),
        // What the platform's `waitFor` gives depends on what it is asked for.
        (Of::Client, "getConfig" | "waitFor") | (Of::Platform, "issueToken") => StaticValue::Typed(Type::map()),
        (Of::Client, "events") | (Of::Platform, "requests" | "subscriptions" | "sockets") => {
            StaticValue::Typed(Type::array())
        }
        _ => StaticValue::Unknown,
    }
}

/// A map that has the keys of another. One without keys stands for one whose keys differ from case to case.
fn shape(map: &Dynamic) -> StaticValue {
    let members = map.as_map_ref().ok().filter(|members| !members.is_empty());
    members.map_or(StaticValue::Unknown, |members| {
        StaticValue::Map(members.iter().map(|(key, member)| (key.to_string(), shape(member))).collect())
    })
}

/// What never does anything.
pub(super) fn useless(message: impl Into<String>) -> Failure {
    Failure::new(Cause::Unused, message)
}
