//! The verbs for the JavaScript package: their declarations for TypeScript, and the names that their arguments have.
//!
//! A call is written as in scripts: what has a place at its place, the options in an object behind that.

use std::fmt::Write as _;
use std::path::Path;

use kandy_mock_server::Point;
use kandy_mock_server::command::{ArgumentPlace, Gives, Parameter, VERBS, ValueKind, Verb};

use crate::script::api::FAULT_KEYS;

const HEAD: &str = "// Made from the table of verbs by a test of the server, which says how to make it anew.\n";

/// The module with the names of all arguments.
fn module() -> String {
    let mut text = format!("{HEAD}'use strict'\n\nmodule.exports = [\n");
    for verb in VERBS {
        let places = places(verb).map(|place| match place.other {
            Some(bytes) => format!("{{ name: '{}', bytes: '{}' }}", place.parameter.name, bytes.name),
            None => format!("{{ name: '{}' }}", place.parameter.name),
        });
        let options = options(verb).map(|option| format!("'{}'", option.name));
        let _ = writeln!(
            text,
            "  {{ name: '{}', places: [{}], options: [{}] }},",
            verb.name,
            joined(places, ", "),
            joined(options, ", ")
        );
    }
    text + "]\n"
}

/// The declarations.
fn declarations() -> String {
    let mut text = format!(
        "{HEAD}import type {{ Acted, Broken, Counted, Duration, Issued, Recorded, UserLike }} from './index.js'\n"
    );
    let points = Point::ALL.iter().map(|point| format!("'{point}'"));
    let _ = write!(text, "\n/** A point of the platform. */\nexport type Point = {}\n", joined(points, " | "));
    text += "\n/** How the platform misbehaves. */\nexport interface Fault {\n";
    for keys in &FAULT_KEYS {
        let _ = writeln!(text, "  /** {}. */", capitalized(&keys.about.replace("`()`", "`null`")));
        for name in keys.names {
            let _ = writeln!(text, "  {name}?: {}", type_of_fault_key(name));
        }
    }
    text += "}\n\n/** Who a user is, beside name and password. */\nexport interface UserOptions {\n";
    let add_user = Verb::named(ADD_USER).expect("the table has the verb");
    for option in options(add_user) {
        let _ = writeln!(text, "  {}", member(option));
    }
    text += "}\n";
    // What adds a user gives one, and is told by hand.
    let of_platform = VERBS.iter().filter(|verb| verb.name != ADD_USER);
    interface(&mut text, "PlatformVerbs", "What is done to the platform.", of_platform.clone(), |_| false);
    let of_user = of_platform.clone().filter(|verb| verb.parameters.first().is_some_and(|first| first.name == USER));
    interface(&mut text, "UserVerbs", "What is done to a user.", of_user, |name| name == USER);
    let of_socket = VERBS.iter().filter(|verb| options(verb).any(|option| option.name == SOCKET));
    let is_known = |name: &str| [USER, SOCKET, SUBSCRIPTION].contains(&name);
    interface(&mut text, "SocketVerbs", "What is done to one socket.", of_socket, is_known);
    text
}

/// Writes the files instead of comparing them.
const UPDATE: &str = "KANDY_UPDATE_JAVASCRIPT";
const ADD_USER: &str = "addUser";
const USER: &str = "user";
const SOCKET: &str = "socket";
const SUBSCRIPTION: &str = "subscription";

/// The methods of one interface, without the arguments that it knows by itself.
fn interface<'a>(
    text: &mut String,
    name: &str,
    about: &str,
    verbs: impl Iterator<Item = &'a Verb>,
    is_known: impl Fn(&str) -> bool,
) {
    let _ = write!(text, "\n/** {about} */\nexport interface {name} {{\n");
    for verb in verbs {
        let mut parameters: Vec<String> =
            places(verb).filter(|place| !is_known(place.parameter.name)).map(|place| place.declared()).collect();
        let members: Vec<String> = options(verb).filter(|option| !is_known(option.name)).map(member).collect();
        if !members.is_empty() {
            let mark = if verb.options.as_ref().is_none_or(|map| map.optional) { "?" } else { "" };
            parameters.push(format!("options{mark}: {{ {} }}", members.join("; ")));
        }
        let gives = match verb.gives {
            Gives::Nothing | Gives::Next => "Acted",
            Gives::Fault => "Broken",
            Gives::Count => "Counted",
            Gives::Tokens => "Issued",
            Gives::Record => "Recorded",
        };
        let about = capitalized(verb.about);
        let _ = writeln!(text, "  /** {about}. */\n  {}({}): Promise<{gives}>", verb.name, parameters.join(", "));
    }
    *text += "}\n";
}

/// What stands at one place of a call.
struct PlaceOf {
    parameter: &'static Parameter,
    is_optional: bool,
    /// The argument that may stand there in another form.
    other: Option<&'static Parameter>,
}

impl PlaceOf {
    fn declared(&self) -> String {
        let Self { parameter, is_optional, other } = self;
        let kind = match other {
            Some(other) => format!("{} | {}", type_of(parameter), type_of(other)),
            // It is left out, though there is nothing behind it.
            None if !parameter.required && !is_optional => format!("{} | null", type_of(parameter)),
            None => type_of(parameter).to_owned(),
        };
        format!("{}{}: {kind}", parameter.name, if *is_optional { "?" } else { "" })
    }
}

fn places(verb: &Verb) -> impl Iterator<Item = PlaceOf> {
    let parameters = verb.parameters;
    parameters.iter().enumerate().filter_map(move |(index, parameter)| {
        let ArgumentPlace::Next { optional, .. } = parameter.place else { return None };
        let other = parameters.get(index + 1).filter(|next| matches!(next.place, ArgumentPlace::Or { .. }));
        Some(PlaceOf { parameter, is_optional: optional, other })
    })
}

fn options(verb: &Verb) -> impl Iterator<Item = &'static Parameter> {
    verb.parameters.iter().filter(|parameter| parameter.place == ArgumentPlace::InOptions)
}

fn member(option: &Parameter) -> String {
    format!("{}?: {}", option.name, type_of(option))
}

fn type_of(parameter: &Parameter) -> &'static str {
    match parameter.kind {
        ValueKind::Text if parameter.name == USER => "UserLike",
        ValueKind::Text | ValueKind::RecordKind => "string",
        ValueKind::Bytes => "Uint8Array",
        ValueKind::Texts => "string[]",
        ValueKind::Number | ValueKind::CloseCode => "number",
        ValueKind::Flag => "boolean",
        ValueKind::Duration => "Duration",
        ValueKind::Point => "Point",
        ValueKind::Object => "Record<string, unknown>",
        ValueKind::Faults => "Fault | Fault[]",
    }
}

fn type_of_fault_key(name: &str) -> &'static str {
    match name {
        "status" | "closeAfterOpen" | "times" | "after" | "drip" | "truncate" => "number",
        "statusText" | "body" => "string",
        "type" => "string | null",
        "json" => "unknown",
        "merge" | "params" => "Record<string, unknown>",
        "without" => "string[]",
        "headers" => "Record<string, string | string[]>",
        "cors" | "hang" | "reset" | "refuse" | "accept" => "boolean",
        "delay" | "lateBody" => "Duration",
        "each" => "'user'",
        "user" => "UserLike",
        name => panic!("a fault's key {name:?} has no type here"),
    }
}

fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    parts.collect::<Vec<_>>().join(between)
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), characters.as_str()))
}

#[test]
fn the_javascript_package_has_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/npm/src");
    for (name, text) in [("verbs.js", module()), ("verbs.d.ts", declarations())] {
        let path = folder.join(name);
        if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
            std::fs::write(&path, &text).unwrap();
        }
        assert!(
            std::fs::read_to_string(&path).is_ok_and(|written| written == text),
            "client/npm/src/{name} is not what the table says; write it anew with\n    \
             {UPDATE}=1 cargo test -p kandy-scenarios --lib javascript"
        );
    }
}
