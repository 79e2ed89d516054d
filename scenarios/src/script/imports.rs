//! Modules: found inside the scenario root only, compiled once while their text stays the same.

mod file;
mod reach;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rhai::{AST, ASTNode, Engine, EvalAltResult, Expr, Module, ModuleResolver, Position, Scope, Shared, Stmt};

pub(crate) use self::reach::Reach;
use super::compiler::Compiler;
use super::failure::{Failure, Located, ScriptEnd};
use super::listener::Arities;
use super::run::{Run, stop};
use crate::diagnostic::Cause;

/// How deep modules may import one another.
const MAX_DEPTH: usize = 16;
/// How many modules one may lead to, each counted as often as there are ways to it. What a module imports can be named
/// through it, so Rhai makes an index of all ways.
const MAX_WAYS: usize = 10_000;

/// The modules that an engine has compiled.
pub(super) struct Modules {
    compiler: Rc<Compiler>,
    by_path: RefCell<BTreeMap<PathBuf, Rc<Compiled>>>,
    /// The texts that were read, by their paths in messages, also of what did not compile.
    texts: RefCell<BTreeMap<String, Rc<str>>>,
    /// The same by their files.
    read: RefCell<BTreeMap<PathBuf, Rc<str>>>,
}

/// A module, compiled.
pub(super) struct Compiled {
    pub(super) path: PathBuf,
    /// The path as messages show it.
    pub(super) shown: String,
    pub(super) text: Rc<str>,
    pub(super) ast: AST,
    pub(super) arities: Rc<Arities>,
    imports: Vec<Import>,
}

/// An import whose name is written out, and where it stands.
pub(super) struct Import {
    name: String,
    position: Position,
}

/// A walk through what a script imports.
struct ImportCheck<'a> {
    engine: &'a Engine,
    root: &'a Path,
    /// The files on the way to the one that is looked at, the script first.
    above: Vec<PathBuf>,
    done: BTreeSet<PathBuf>,
}

impl Modules {
    pub(super) fn new(compiler: Rc<Compiler>) -> Self {
        Self { compiler, by_path: RefCell::default(), texts: RefCell::default(), read: RefCell::default() }
    }

    /// The text of the module that messages call `shown`.
    pub(super) fn text_of(&self, shown: &str) -> Option<Rc<str>> {
        self.texts.borrow().get(shown).cloned()
    }

    /// The files that were read, and what was in them.
    pub(super) fn read(&self) -> Vec<(PathBuf, Rc<str>)> {
        self.read.borrow().iter().map(|(path, text)| (path.clone(), text.clone())).collect()
    }

    /// The module that messages call `shown`.
    pub(super) fn shown_as(&self, shown: &str) -> Option<Rc<Compiled>> {
        self.by_path.borrow().values().find(|module| module.shown == shown).cloned()
    }

    /// Follows what the script at `path` imports, and what that imports: everything must be there and compile.
    pub(super) fn check(&self, engine: &Engine, root: &Path, path: &Path, imports: &[Import]) -> Result<(), Located> {
        let above = path.canonicalize().into_iter().collect();
        self.check_imports(&mut ImportCheck { engine, root, above, done: BTreeSet::new() }, None, imports)
    }

    fn check_imports(
        &self,
        check: &mut ImportCheck<'_>,
        importer: Option<&str>,
        imports: &[Import],
    ) -> Result<(), Located> {
        for Import { name, position } in imports {
            let here = |failure| Located { failure, position: *position, source: importer.map(str::to_owned) };
            let module = self.find(check.engine, check.root, name, here)?;
            enter(&mut check.above, &module.path, check.root).map_err(here)?;
            if !check.done.contains(&module.path) {
                self.check_imports(check, Some(&module.shown), &module.imports)?;
            }
            let done = check.above.pop();
            check.done.extend(done);
        }
        Ok(())
    }

    /// The module that `name` stands for in an import, if it is there and compiles.
    pub(super) fn named(&self, engine: &Engine, root: &Path, name: &str) -> Option<Rc<Compiled>> {
        self.find(engine, root, name, |failure| Located { failure, position: Position::NONE, source: None }).ok()
    }

    /// The module that `name` stands for in an import.
    ///
    /// # Errors
    ///
    /// It is not there, not inside `root`, or cannot be read: that is placed by `here`. It does not compile: that is
    /// placed in it.
    fn find(
        &self,
        engine: &Engine,
        root: &Path,
        name: &str,
        here: impl Fn(Failure) -> Located,
    ) -> Result<Rc<Compiled>, Located> {
        let (path, shown) = file::locate(root, name).map_err(&here)?;
        let text: Rc<str> = file::read(&path, name).map_err(&here)?.into();
        if let Some(known) = self.by_path.borrow().get(&path)
            && known.text == text
            && known.shown == shown
        {
            return Ok(known.clone());
        }
        self.texts.borrow_mut().insert(shown.clone(), text.clone());
        self.read.borrow_mut().insert(path.clone(), text.clone());
        let compiled = self.compiler.compile(engine, &text);
        let mut ast =
            compiled.map_err(|(failure, position)| Located { failure, position, source: Some(shown.clone()) })?;
        ast.set_source(shown.as_str());
        let (arities, imports) = (Rc::new(Arities::new(&ast)), imports_of(&ast, &text));
        let compiled = Rc::new(Compiled { path: path.clone(), shown, text, ast, arities, imports });
        self.by_path.borrow_mut().insert(path, compiled.clone());
        Ok(compiled)
    }
}

/// Resolves the imports of a run.
pub(super) struct Resolver {
    pub(super) run: Rc<Run>,
    pub(super) modules: Rc<Modules>,
}

impl ModuleResolver for Resolver {
    fn resolve(
        &self,
        engine: &Engine,
        source: Option<&str>,
        path: &str,
        pos: Position,
    ) -> Result<Shared<Module>, Box<EvalAltResult>> {
        let run = &self.run;
        let root = run.root.borrow().clone();
        let here = |failure| Located { failure, position: pos, source: source.map(str::to_owned) };
        let fail = |located| {
            run.set_ending(ScriptEnd::Failed(located));
            stop(pos)
        };
        let compiled = self.modules.find(engine, &root, path, here).map_err(fail)?;
        let known = run.modules.borrow().get(&compiled.path).cloned();
        if let Some(Imported { module, ways }) = known {
            count_ways(&mut run.ways.borrow_mut(), ways).map_err(|failure| fail(here(failure)))?;
            return Ok(module);
        }
        let entered = enter(&mut run.importing.borrow_mut(), &compiled.path, &root);
        entered.map_err(|failure| fail(here(failure)))?;
        run.ways.borrow_mut().push(1);
        run.arities.borrow_mut().push(compiled.arities.clone());
        let module = Module::eval_ast_as_new(Scope::new(), &compiled.ast, engine);
        run.importing.borrow_mut().pop();
        let ways = run.ways.borrow_mut().pop().unwrap_or_default();
        let module: Shared<Module> = match module {
            Ok(module) => module.into(),
            Err(error) if error.is_catchable() => {
                return Err(EvalAltResult::ErrorInModule(compiled.shown.clone(), error, pos).into());
            }
            Err(error) => return Err(error),
        };
        run.modules.borrow_mut().insert(compiled.path.clone(), Imported { module: module.clone(), ways });
        count_ways(&mut run.ways.borrow_mut(), ways).map_err(|failure| fail(here(failure)))?;
        Ok(module)
    }
}

/// A module that a run has imported.
#[derive(Clone)]
pub(super) struct Imported {
    module: Shared<Module>,
    /// How many ways there are from it to modules, the one to itself included.
    ways: usize,
}

/// Adds to the module that is being imported the ways that lead on from one that it imports. A script has no index of
/// them.
fn count_ways(importing: &mut [usize], added: usize) -> Result<(), Failure> {
    let Some(ways) = importing.last_mut() else { return Ok(()) };
    *ways = ways.saturating_add(added);
    if *ways <= MAX_WAYS {
        return Ok(());
    }
    Err(Failure::new(Cause::Limit, format!("this import leads to modules in more than {MAX_WAYS} ways"))
        .with_help("import a module once in a file, and leave out what the file does not use"))
}

/// The imports of a script, of that text, whose names are written out.
pub(super) fn imports_of(ast: &AST, text: &str) -> Vec<Import> {
    let mut imports = Vec::new();
    // Most scripts have none, which their text tells sooner.
    if !text.contains("import") {
        return imports;
    }
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        if let Some(ASTNode::Stmt(Stmt::Import(import, _))) = path.last()
            && let Expr::StringConstant(name, position) = &import.0
        {
            imports.push(Import { name: name.to_string(), position: *position });
        }
        true
    });
    imports
}

/// Goes one import deeper.
fn enter(above: &mut Vec<PathBuf>, path: &Path, root: &Path) -> Result<(), Failure> {
    if above.iter().any(|importing| importing == path) {
        let chain = above.iter().map(PathBuf::as_path).skip_while(|importing| *importing != path);
        let chain: Vec<String> = chain.chain(std::iter::once(path)).map(|path| name_of(path, root)).collect();
        return Err(Failure::new(Cause::Import, format!("the modules import each other: {}", chain.join(" -> ")))
            .with_help("move what they share to a module of its own"));
    }
    if above.len() >= MAX_DEPTH {
        return Err(Failure::new(Cause::Limit, format!("imports are nested more than {MAX_DEPTH} levels deep")));
    }
    above.push(path.to_owned());
    Ok(())
}

/// The name under which `path` is imported.
fn name_of(path: &Path, root: &Path) -> String {
    let root = root.canonicalize().unwrap_or_default();
    path.strip_prefix(root).unwrap_or(path).with_extension("").display().to_string()
}
