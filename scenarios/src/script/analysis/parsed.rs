//! A script as it is looked at: its statements, its functions, and what is said anywhere in it.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Expr, FnCallExpr, Module, Position, ScriptFuncDef, Shared, Stmt};

use super::patience::Patience;
use crate::script::names;

/// A script as it is looked at.
pub(super) struct Parsed {
    /// Where `cases` may be called: in a scenario's first statement, and nowhere else.
    pub(super) cases_at: Option<Position>,
    pub(super) statements: Vec<Stmt>,
    /// Its functions, closures included, by name and number of parameters.
    pub(super) functions: BTreeMap<(String, usize), DefinedFunction>,
    /// The imports in it, wherever they stand.
    pub(super) imports: Vec<ParsedImport>,
    /// Names that a map may have as keys: those of literal maps, and properties that are set. Rhai calls a closure that is
    /// such a member as if it were a method.
    pub(super) keys: BTreeSet<String>,
    /// Variables that are given another value somewhere. What they hold is not known.
    pub(super) reassigned: BTreeSet<String>,
    /// Variables whose arrays, maps and strings may be changed in their place, by a function that is called on them.
    pub(super) changed: BTreeSet<String>,
    /// The first words of the paths that are used, as in `users::add()`.
    pub(super) used_modules: BTreeSet<String>,
}

/// A function, or a closure.
pub(super) struct DefinedFunction {
    pub(super) parameters: Vec<String>,
    pub(super) body: Vec<Stmt>,
}

/// An import.
pub(super) struct ParsedImport {
    /// The name of the module, if it is written out.
    pub(super) module: Option<String>,
    pub(super) alias: String,
    pub(super) position: Position,
    /// Whether it stands outside of every block and function. What a module imports there it passes on to its importers.
    pub(super) is_outermost: bool,
}

impl Parsed {
    pub(super) fn new(ast: &AST, cases_at: Option<Position>, patience: &Patience) -> Self {
        let mut parsed = Self {
            cases_at,
            statements: ast.statements().to_vec(),
            functions: functions(ast, patience),
            imports: Vec::new(),
            keys: BTreeSet::new(),
            reassigned: BTreeSet::new(),
            changed: BTreeSet::new(),
            used_modules: BTreeSet::new(),
        };
        let in_functions = ast.clone_functions_only();
        for (part, is_outermost) in [(&ast.clone_statements_only(), true), (&in_functions, false)] {
            part.walk(&mut |path: &[ASTNode<'_>]| {
                match path.last() {
                    Some(ASTNode::Stmt(statement)) => parsed.note_statement(statement, is_outermost && path.len() == 1),
                    Some(ASTNode::Expr(expr)) => parsed.note_expression(expr),
                    _ => {}
                }
                patience.lasts()
            });
        }
        parsed
    }

    /// The function that a call of that name with so many arguments calls, if it is one of the script's own.
    pub(super) fn function(&self, name: &str, arguments: usize) -> Option<&DefinedFunction> {
        self.functions.get(&(name.to_owned(), arguments))
    }

    /// A function of that name; no two closures have the same.
    pub(super) fn named(&self, name: &str) -> Option<&DefinedFunction> {
        self.functions
            .range((name.to_owned(), 0)..)
            .next()
            .filter(|((found, _), _)| found == name)
            .map(|(_, found)| found)
    }

    fn note_statement(&mut self, statement: &Stmt, is_outermost: bool) {
        match statement {
            Stmt::Import(import, position) => {
                let (module, alias) = &**import;
                let module = if let Expr::StringConstant(name, _) = module { Some(name.to_string()) } else { None };
                let alias = alias.name.to_string();
                self.imports.push(ParsedImport { module, alias, position: *position, is_outermost });
            }
            Stmt::Assignment(assignment) => self.note_target(&assignment.1.lhs),
            Stmt::FnCall(call, _) => self.note_call(call),
            _ => {}
        }
    }

    fn note_expression(&mut self, expr: &Expr) {
        match expr {
            Expr::Map(members, _) => self.keys.extend(members.0.iter().map(|(key, _)| key.name.to_string())),
            Expr::FnCall(call, _) => self.note_call(call),
            Expr::Dot(pair, ..) | Expr::Index(pair, ..) if calls_something(&pair.rhs) => {
                if let Expr::Variable(variable, ..) = &pair.lhs {
                    self.changed.insert(variable.1.to_string());
                }
            }
            Expr::Variable(variable, ..) if !variable.2.is_empty() => {
                self.used_modules.insert(variable.2.root().to_owned());
            }
            _ => {}
        }
    }

    /// To a function of Rhai the first argument is what a method is called on; those of the script API change none.
    fn note_call(&mut self, call: &FnCallExpr) {
        if let Some(Expr::Variable(variable, ..)) = call.args.first()
            && !call.is_operator_call()
            && names::functions_named(&call.name).next().is_none()
        {
            self.changed.insert(variable.1.to_string());
        }
        if call.is_qualified() {
            self.used_modules.insert(call.namespace.root().to_owned());
        }
    }

    /// Notes what is assigned to: a variable, or something inside one.
    fn note_target(&mut self, target: &Expr) {
        match target {
            Expr::Variable(variable, ..) => {
                self.reassigned.insert(variable.1.to_string());
            }
            Expr::Property(property, _) => {
                self.keys.insert(property.2.to_string());
            }
            Expr::StringConstant(key, _) => {
                self.keys.insert(key.to_string());
            }
            Expr::Dot(pair, ..) | Expr::Index(pair, ..) => {
                self.note_target(&pair.lhs);
                self.note_target(&pair.rhs);
            }
            _ => {}
        }
    }
}

/// Whether what follows a variable, behind dots and in brackets, calls a function that may change it.
fn calls_something(rest: &Expr) -> bool {
    /// Functions of maps and arrays that only look.
    const LOOKS: [&str; 8] = ["len", "keys", "values", "contains", "is_empty", "call", "map", "filter"];
    match rest {
        Expr::MethodCall(call, _) => !LOOKS.contains(&call.name.as_str()),
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => calls_something(&pair.lhs) || calls_something(&pair.rhs),
        _ => false,
    }
}

/// The functions of a script. Rhai shows no body as such, but walks through all that a script has: so each function is made
/// a script of its own.
fn functions(ast: &AST, patience: &Patience) -> BTreeMap<(String, usize), DefinedFunction> {
    let function = |definition: &Shared<ScriptFuncDef>| {
        let mut alone = Module::new();
        alone.set_script_fn(definition.clone());
        let mut body = Vec::new();
        AST::new_from_module(alone).walk(&mut |path: &[ASTNode<'_>]| {
            if let [ASTNode::Stmt(statement)] = path {
                body.push((*statement).clone());
            }
            patience.lasts()
        });
        DefinedFunction { parameters: definition.params.iter().map(ToString::to_string).collect(), body }
    };
    ast.iter_fn_def().map(|found| ((found.name.to_string(), found.params.len()), function(found))).collect()
}
