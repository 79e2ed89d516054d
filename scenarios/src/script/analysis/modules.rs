//! What a script imports.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rhai::AST;

use crate::script::listener::Arities;

/// What a script imports, by the names that it gives it.
#[derive(Default)]
pub(super) struct ImportedNames {
    by_alias: BTreeMap<String, Option<Exports>>,
    /// How many parameters all functions take that the script may see, its own among them.
    arities: Vec<Rc<Arities>>,
}

/// The functions that a module has for others.
pub(super) struct Exports(BTreeSet<(String, usize)>);

impl Exports {
    pub(super) fn new(ast: &AST) -> Self {
        let public = ast.iter_functions().filter(|function| !function.access.is_private());
        Self(public.map(|function| (function.name.to_owned(), function.params.len())).collect())
    }

    pub(super) fn has(&self, name: &str, arguments: usize) -> bool {
        self.0.contains(&(name.to_owned(), arguments))
    }
}

impl ImportedNames {
    pub(super) fn new(own: Rc<Arities>) -> Self {
        Self { by_alias: BTreeMap::new(), arities: vec![own] }
    }

    /// Adds a module. Nothing is known of one whose name is made when the script runs.
    pub(super) fn add(&mut self, alias: &str, module: Option<(Exports, Rc<Arities>)>) {
        let (exports, arities) = module.unzip();
        self.arities.extend(arities);
        // The same name may stand for several modules in several places.
        let exports = if self.by_alias.contains_key(alias) { None } else { exports };
        self.by_alias.insert(alias.to_owned(), exports);
    }

    /// The module that is called so, if it is known which one that is.
    pub(super) fn named(&self, alias: &str) -> Option<&Exports> {
        self.by_alias.get(alias)?.as_ref()
    }

    pub(super) fn arities(&self) -> &[Rc<Arities>] {
        &self.arities
    }
}
