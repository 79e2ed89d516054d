//! Waits where none may be: in listeners, and in the condition of a `waitUntil`.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::parsed::{DefinedFunction, Parsed};
use super::patience::Patience;
use super::value::StaticValue;
use super::walk::Walk;
use crate::script::names::Of;
use crate::script::run::Inside;
use crate::script::wait::may_not_wait;

impl Walk<'_> {
    /// Looks for waits in what a call hands over to be called while the world moves.
    pub(super) fn look_for_waits(&mut self, of: Of, name: &str, given: &[StaticValue]) {
        let (handed, inside) = match (of, name) {
            (Of::Client, "on") => (given.get(1), Inside::Listener),
            (Of::Client, "subscribe") => (given.first(), Inside::Listener),
            (Of::Script, "waitUntil") => (given.first(), Inside::Condition),
            (Of::Script, "always" | "eventually" | "sometimes") => (given.get(1), Inside::Condition),
            _ => return,
        };
        let Some(StaticValue::Closure(closure)) = handed else { return };
        let Some(function) = self.script.named(&closure.function) else { return };
        let entered = self.searched.entry(inside).or_default();
        let (script, patience, next) = (self.script, self.patience, vec![function]);
        let mut search = WaitSearch { script, patience, entered, next, found: Vec::new() };
        while let Some(function) = search.next.pop().filter(|_| patience.lasts()) {
            search.body(&function.body);
        }
        for (wait, position) in search.found {
            self.fatal(may_not_wait(inside, &wait), position);
        }
    }
}

/// A search for waits in code that runs when a function is called: in functions of the script that it calls too, but not
/// in closures, which may be called later.
struct WaitSearch<'a> {
    script: &'a Parsed,
    patience: &'a Patience,
    /// The functions that have been searched, by this search or one before it.
    entered: &'a mut BTreeSet<(String, usize)>,
    /// Those that are still to be searched. A script may have a longer chain of them than there is stack.
    next: Vec<&'a DefinedFunction>,
    found: Vec<(String, Position)>,
}

impl WaitSearch<'_> {
    fn body(&mut self, body: &[Stmt]) {
        for statement in body {
            statement.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
                match path.last() {
                    Some(ASTNode::Stmt(Stmt::FnCall(call, position)) | ASTNode::Expr(Expr::FnCall(call, position))) => {
                        self.call(call, *position, call.args.len());
                    }
                    Some(ASTNode::Expr(Expr::MethodCall(call, position))) => {
                        self.call(call, *position, call.args.len() + 1);
                    }
                    _ => {}
                }
                self.patience.lasts()
            });
        }
    }

    /// A call; `given` counts what stands before the dot, too.
    fn call(&mut self, call: &FnCallExpr, position: Position, given: usize) {
        if call.is_qualified() {
            return;
        }
        if let Some(function) = self.script.function(&call.name, call.args.len()) {
            if self.entered.insert((call.name.to_string(), call.args.len())) {
                self.next.push(function);
            }
        } else if is_wait(&call.name, given) && !self.script.keys.contains(call.name.as_str()) {
            self.found.push((call.name.to_string(), position));
        }
    }
}

/// Whether a function of the script API lets the world move; `given` counts the client or the platform, too.
pub(super) fn is_wait(name: &str, given: usize) -> bool {
    match name {
        "advance" => given == 1,
        "waitUntil" => matches!(given, 1 | 2),
        "waitFor" => matches!(given, 2..=4),
        "expectNone" => given == 3,
        _ => false,
    }
}
