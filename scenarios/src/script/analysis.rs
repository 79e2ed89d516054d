//! What is wrong with a script, found without running it.
//!
//! What is called an error here fails in a run where it is reached, at the same place and with the same words: the functions
//! that there are come from the engine, and what is written out in a call is judged by the functions that would read it.
//! What is not known before a script runs, such as the type of a parameter, may be anything, so a correct script has no
//! findings.

mod arguments;
mod calls;
mod findings;
mod known;
mod modules;
mod order;
mod parsed;
mod patience;
mod scope;
mod value;
mod waits;
mod walk;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rhai::{AST, Position};

use self::calls::useless;
use self::findings::Collector;
pub use self::findings::{Findings, ScriptFinding, Severity};
pub(super) use self::known::Known;
use self::modules::{Exports, ImportedNames};
use self::parsed::Parsed;
use self::patience::Patience;
use self::walk::Walk;
use super::clock::ClockGuard;
use super::failure::Located;
use super::imports::Compiled;
use super::listener::Arities;
use super::{Host, Limits, Script, Source};
use crate::diagnostic::Diagnostic;
use crate::scenario::MODULES;

/// Where a look at a script has come.
struct FirstLook<'a> {
    host: &'a Host,
    known: &'a Known,
    root: &'a Path,
    patience: &'a Patience,
    /// The modules that have been looked at.
    seen: BTreeSet<PathBuf>,
    found: Vec<(Severity, Located)>,
}

impl Host {
    /// Looks for what is wrong with a script and with the modules that it imports, and runs nothing.
    ///
    /// # Errors
    ///
    /// It does not compile: then there is nothing more to look at.
    pub fn check(&self, source: &Source) -> Result<Findings, Box<Diagnostic>> {
        self.check_within(source, &Limits::default())
    }

    /// As [`Host::check`], within limits that may be those of a run.
    ///
    /// # Errors
    ///
    /// It does not compile, or looking at it takes longer than `limits` allow.
    pub fn check_within(&self, source: &Source, limits: &Limits) -> Result<Findings, Box<Diagnostic>> {
        let guard = ClockGuard::new(limits);
        let script = self.compile_within(source, limits)?;
        self.look_at(&script, source, guard)
    }

    /// Looks at a script that has compiled, until `guard` ends it.
    pub(super) fn look_at(
        &self,
        script: &Script,
        source: &Source,
        guard: ClockGuard,
    ) -> Result<Findings, Box<Diagnostic>> {
        let (root, patience) = (&*source.root, &Patience::new(guard));
        let known = self.known.get_or_init(|| Known::new(&self.engine));
        let mut look = FirstLook { host: self, known, root, patience, seen: BTreeSet::new(), found: Vec::new() };
        look.seen.extend(source.path.canonicalize());
        // A module passes on what it imports, so that a script of modules may import what it does not use itself.
        let is_module = is_module(&source.path, &source.root);
        let looked = look.script(&script.ast, script.rows.at, &script.arities, None, is_module);
        looked.map_err(|located| self.diagnostic(located, source))?;
        Ok(Findings::new(look.found, |located| self.diagnostic(located, source)))
    }
}

impl FirstLook<'_> {
    /// Looks at a script, and at what it imports.
    fn script(
        &mut self,
        ast: &AST,
        cases_at: Option<Position>,
        arities: &Rc<Arities>,
        shown: Option<&str>,
        is_module: bool,
    ) -> Result<(), Located> {
        let parsed = Parsed::new(ast, cases_at, self.patience);
        let modules: Vec<Option<Rc<Compiled>>> = parsed
            .imports
            .iter()
            .map(|import| {
                let name = import.module.as_deref()?;
                self.host.modules.named(&self.host.engine, self.root, name)
            })
            .collect();
        let mut imported = ImportedNames::new(arities.clone());
        for (import, module) in parsed.imports.iter().zip(&modules) {
            let known = module.as_ref().map(|module| (Exports::new(&module.ast), module.arities.clone()));
            imported.add(&import.alias, known);
        }
        let mut findings = Walk::new(&parsed, self.known, &imported, self.patience).whole();
        look_at_imports(&parsed, is_module, &mut findings);
        let ended = |failure| Located { failure, position: Position::NONE, source: shown.map(str::to_owned) };
        self.patience.end().map_err(ended)?;
        self.found.extend(findings.located(shown));
        for module in modules.into_iter().flatten() {
            if self.seen.insert(module.path.clone()) {
                self.script(&module.ast, None, &module.arities, Some(&module.shown), true)?;
            }
        }
        Ok(())
    }
}

/// Names that are imported and never used.
fn look_at_imports(script: &Parsed, is_module: bool, findings: &mut Collector) {
    for import in &script.imports {
        let is_passed_on = is_module && import.is_outermost;
        if !is_passed_on && !import.alias.is_empty() && !script.used_modules.contains(&import.alias) {
            let failure = useless(format!("nothing uses the module `{}`", import.alias))
                .with_help("call something of it, or remove the line");
            findings.add(Severity::Warning, failure, import.position);
        }
    }
}

/// Whether a script is there to be imported.
fn is_module(path: &Path, root: &Path) -> bool {
    let below = path.strip_prefix(root).unwrap_or(path);
    below.parent().is_some_and(|folder| folder.components().any(|part| part.as_os_str() == MODULES))
}
