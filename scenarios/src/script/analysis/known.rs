//! The functions that the engine has: those of the script API and those of Rhai.

use std::any::TypeId;
use std::collections::BTreeMap;

use rhai::{Dynamic, Engine, FuncInfo};

use super::value::Type;

/// How Rhai begins the name of the function that reads a property.
const GETTER: &str = "get$";

/// The functions that the engine has, with the types that they take.
pub(in crate::script) struct Known(BTreeMap<String, Vec<Vec<TypeId>>>);

impl Known {
    pub(in crate::script) fn new(engine: &Engine) -> Self {
        let function = |info: FuncInfo<'_>| {
            let types: Vec<TypeId> = info.metadata.param_types.iter().copied().collect();
            (types.len() == info.metadata.num_params).then(|| (info.metadata.name.to_string(), types))
        };
        let mut known: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (name, types) in engine.collect_fn_metadata(None, function, true) {
            known.entry(name).or_default().push(types);
        }
        Self(known)
    }

    /// Whether there is a function of that name for such arguments. A type that is not known may be any.
    pub(super) fn has(&self, name: &str, types: &[Option<Type>]) -> bool {
        let takes = |parameter: &TypeId, given: &Option<Type>| {
            given.is_none_or(|given| given.id == *parameter || TypeId::of::<Dynamic>() == *parameter)
        };
        let fits = |parameters: &Vec<TypeId>| {
            parameters.len() == types.len()
                && parameters.iter().zip(types).all(|(parameter, given)| takes(parameter, given))
        };
        self.0.get(name).is_some_and(|overloads| overloads.iter().any(fits))
            || is_part_of_the_language(name, types.len())
    }

    /// Whether a value of that type has such a property.
    pub(super) fn has_property(&self, receiver: Type, property: &str) -> bool {
        self.has(&format!("{GETTER}{property}"), &[Some(receiver)])
    }
}

/// What Rhai answers itself, without a function of that name.
fn is_part_of_the_language(name: &str, arguments: usize) -> bool {
    match name {
        "type_of" | "is_shared" | "Fn" | "is_def_var" => arguments == 1,
        "is_def_fn" => matches!(arguments, 2 | 3),
        "call" => arguments >= 1,
        _ => false,
    }
}
