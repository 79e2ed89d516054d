//! The names that scripts use, to tell which one a wrong name was meant to be.

use std::collections::BTreeSet;

pub(super) use super::api::{Of, functions, functions_named};
use crate::text::nearest;

/// The keys of the maps that the API gives, for the nearest one of a wrong key.
pub(super) const KEYS: &[&str] = &[
    "accessToken",
    "answered",
    "attemptNum",
    "channel",
    "code",
    "connected",
    "error",
    "event",
    "expires",
    "forced",
    "id",
    "isConnected",
    "isFailure",
    "isPending",
    "kind",
    "lastContact",
    "message",
    "method",
    "missing",
    "name",
    "oauthToken",
    "params",
    "path",
    "payload",
    "pinging",
    "pings",
    "platform",
    "point",
    "query",
    "reason",
    "received",
    "refreshToken",
    "requested",
    "retryAfter",
    "services",
    "state",
    "status",
    "subscription",
    "time",
    "user",
    "username",
    "wsInfo",
];

/// Functions of Rhai itself that scripts use.
const OF_RHAI: &[&str] = &[
    "abs",
    "all",
    "append",
    "as_string",
    "blob",
    "call",
    "ceiling",
    "chars",
    "clear",
    "contains",
    "curry",
    "dedup",
    "drain",
    "ends_with",
    "extract",
    "filter",
    "find",
    "floor",
    "for_each",
    "get",
    "index_of",
    "insert",
    "is_empty",
    "is_shared",
    "keys",
    "len",
    "make_lower",
    "make_upper",
    "map",
    "max",
    "min",
    "parse_float",
    "parse_int",
    "parse_json",
    "pop",
    "push",
    "range",
    "reduce",
    "remove",
    "replace",
    "retain",
    "reverse",
    "round",
    "set",
    "shift",
    "some",
    "sort",
    "splice",
    "split",
    "starts_with",
    "sub_string",
    "take",
    "tag",
    "to_debug",
    "to_float",
    "to_int",
    "to_json",
    "to_lower",
    "to_string",
    "to_upper",
    "trim",
    "truncate",
    "type_of",
    "values",
    "zip",
];

/// The function of `of` that `name` was probably meant to be.
pub(super) fn nearest_function(name: &str, of: Of, of_script: &BTreeSet<String>) -> Option<String> {
    let own = functions().filter(|function| function.of == of).map(|function| function.name);
    let others: &[&str] = if of == Of::Script { OF_RHAI } else { &[] };
    nearest(name, own.chain(others.iter().copied()).chain(of_script.iter().map(String::as_str)))
}

/// Whether scripts use a function of Rhai's of that name.
pub(super) fn is_of_rhai(name: &str) -> bool {
    OF_RHAI.contains(&name)
}

/// The function of anything that `name` was probably meant to be.
pub(super) fn nearest_of_all(name: &str, of_script: &BTreeSet<String>) -> Option<String> {
    let of_api = functions().map(|function| function.name);
    nearest(name, of_api.chain(OF_RHAI.iter().copied()).chain(of_script.iter().map(String::as_str)))
}

/// The method of a string, array or map that `name` was probably meant to be.
pub(super) fn nearest_of_rhai(name: &str) -> Option<String> {
    nearest(name, OF_RHAI.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let none = BTreeSet::new();
        assert_eq!(nearest_function("conect", Of::Client, &none).as_deref(), Some("connect"));
        assert_eq!(nearest_function("waitfor", Of::Client, &none).as_deref(), Some("waitFor"));
        assert_eq!(nearest_function("assertEqual", Of::Script, &none).as_deref(), Some("assertEq"));
        assert_eq!(nearest_function("frobnicate", Of::Client, &none), None);
        assert_eq!(nearest_function("logn", Of::Script, &["login".to_owned()].into()).as_deref(), Some("login"));
        assert_eq!(nearest_of_rhai("lenn").as_deref(), Some("len"));
    }
}
