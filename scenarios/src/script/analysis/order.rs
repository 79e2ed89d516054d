//! What follows what: statements that are never reached, and faults that nothing can meet.

use kandy_mock_server::Point;
use rhai::{ASTFlags, ASTNode, Dynamic, Expr, FnCallExpr, Map, Position, Stmt};

use super::arguments::faults;
use super::calls::useless;
use super::findings::Severity;
use super::waits::is_wait;
use super::walk::Walk;
use crate::script::engine::PLATFORM_KEYWORD;

/// How many statements behind a fault are looked at.
const MAX_AHEAD: usize = 200;

impl Walk<'_> {
    /// Looks at statements that follow one another in a block.
    pub(super) fn look_at_order(&mut self, statements: &[Stmt]) {
        for (index, statement) in statements.iter().enumerate() {
            if self.is_over() {
                return;
            }
            let rest = &statements[index + 1..];
            if let Some(end) = self.end_of_flow(statement) {
                // A closing bracket, or a variable that a closure captures, is not a statement of the script.
                let next = rest.iter().find(|next| !matches!(next, Stmt::Noop(_) | Stmt::Share(_)));
                if let Some(next) = next {
                    let failure = useless(format!("this is never reached: `{end}` stands before it"));
                    self.findings.add(Severity::Warning, failure, next.position());
                }
                return;
            }
            self.look_at_fault(statement, &rest[..rest.len().min(MAX_AHEAD)]);
        }
    }

    /// The word that ends what runs here, if a statement does that whenever it is reached.
    fn end_of_flow(&self, statement: &Stmt) -> Option<&'static str> {
        let call = match statement {
            Stmt::Return(_, flags, _) if flags.contains(ASTFlags::BREAK) => return Some("throw"),
            Stmt::Return(..) => return Some("return"),
            Stmt::BreakLoop(_, flags, _) if flags.contains(ASTFlags::BREAK) => return Some("break"),
            Stmt::BreakLoop(..) => return Some("continue"),
            Stmt::FnCall(call, _) => call,
            Stmt::Expr(expr) => match &**expr {
                Expr::FnCall(call, _) => call,
                _ => return None,
            },
            _ => return None,
        };
        let is_own = call.is_qualified() || self.script.function(&call.name, call.args.len()).is_some();
        match (call.name.as_str(), call.args.len()) {
            _ if is_own => None,
            ("fail", 1) => Some("fail"),
            ("skip", 1) => Some("skip"),
            ("exit", 0 | 1) => Some("exit"),
            _ => None,
        }
    }

    /// Looks whether anything can meet a fault. That nothing can is certain only if it is taken back before the world
    /// moves, or if another always comes first.
    fn look_at_fault(&mut self, statement: &Stmt, rest: &[Stmt]) {
        let Some((call, position)) = platform_call(statement, "fail") else { return };
        let [Expr::StringConstant(point, _), how] = &*call.args else { return };
        let Ok(point) = point.parse::<Point>() else { return };
        let takes_back = |next: &Stmt| match platform_call(next, "clear").map(|(call, _)| &*call.args) {
            Some([]) => true,
            Some([Expr::StringConstant(cleared, _)]) => cleared.parse() == Ok(point),
            _ => false,
        };
        let before_moves = rest.iter().take_while(|next| !self.may(next, is_wait));
        if before_moves.clone().any(takes_back) {
            let failure = useless("nothing can meet this fault: it is cleared before the world moves")
                .with_help("wait for what is to meet it, and clear it then");
            self.findings.add(Severity::Warning, failure, position);
            return;
        }
        if !is_for_ever(how) {
            return;
        }
        let line = position.line().unwrap_or_default();
        let cleared = rest.iter().position(|next| self.may(next, |name, _| name == "clear"));
        for next in &rest[..cleared.unwrap_or(rest.len())] {
            if let Some((call, later)) = platform_call(next, "fail")
                && let [Expr::StringConstant(name, _), _] = &*call.args
                && name.parse() == Ok(point)
            {
                let message = format!("nothing can meet this fault: that of line {line} always comes first");
                let failure = useless(message)
                    .with_help(format!("clear {point} before, or give the first one `times`; a list is used in order"));
                self.findings.add(Severity::Warning, failure, later);
            }
        }
    }

    /// Whether a statement may call a function for which `is_it` holds, given its name and how much it is given.
    fn may(&self, statement: &Stmt, is_it: impl Fn(&str, usize) -> bool) -> bool {
        let call_may = |call: &FnCallExpr, given: usize| {
            let is_own = self.script.named(&call.name).is_some();
            call.is_qualified() || is_own || call.name == "call" || is_it(&call.name, given)
        };
        let mut found = false;
        statement.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
            found |= match path.last() {
                Some(ASTNode::Stmt(Stmt::FnCall(call, _)) | ASTNode::Expr(Expr::FnCall(call, _))) => {
                    call_may(call, call.args.len())
                }
                Some(ASTNode::Expr(Expr::MethodCall(call, _))) => call_may(call, call.args.len() + 1),
                Some(ASTNode::Stmt(Stmt::Return(..) | Stmt::BreakLoop(..))) => true,
                _ => false,
            };
            !found && !self.is_over()
        });
        found
    }
}

/// The call of a verb of the platform, if a statement is nothing else.
fn platform_call<'s>(statement: &'s Stmt, verb: &str) -> Option<(&'s FnCallExpr, Position)> {
    let Stmt::Expr(expr) = statement else { return None };
    let Expr::Dot(pair, ..) = &**expr else { return None };
    match (&pair.lhs, &pair.rhs) {
        (Expr::Custom(custom, _), Expr::MethodCall(call, position))
            if custom.tokens.first().is_some_and(|token| token == PLATFORM_KEYWORD) && call.name == verb =>
        {
            Some((call, *position))
        }
        _ => None,
    }
}

/// Whether a fault is written out, and decides about every request.
fn is_for_ever(how: &Expr) -> bool {
    /// What lets requests pass.
    const LIMITS: [&str; 3] = ["times", "after", "user"];
    let how = how.get_literal_value(None).filter(|how| faults(how).is_ok());
    how.and_then(Dynamic::try_cast::<Map>).is_some_and(|fault| LIMITS.iter().all(|key| !fault.contains_key(*key)))
}
