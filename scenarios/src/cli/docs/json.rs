//! The script API as JSON, for editors. scripts/README.md documents it.

use std::io;

use serde::Serialize;

use crate::cli::Output;
use crate::script::api::{EVENTS, Event, FAULT_KEYS, Named, POINTS, Parameter, functions};

/// Goes up when a reader of the form would have to change.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Api {
    version: u32,
    functions: Vec<Function>,
    events: &'static [Event],
    points: &'static [Named],
    faults: Vec<Fault>,
}

#[derive(Serialize)]
struct Function {
    name: &'static str,
    /// The type that has it; null for what stands alone.
    receiver: Option<&'static str>,
    calls: Vec<String>,
    parameters: Vec<Parameter>,
    returns: Option<&'static str>,
    about: String,
    example: String,
}

#[derive(Serialize)]
struct Fault {
    name: &'static str,
    about: &'static str,
    example: String,
}

pub(super) fn write(out: &mut Output<'_>) -> io::Result<()> {
    let function = |function: crate::script::api::Function| Function {
        name: function.name,
        receiver: function.of.receiver(),
        calls: function.calls(),
        parameters: function.parameters(),
        returns: function.gives(),
        about: function.about(),
        example: function.example(),
    };
    let faults = FAULT_KEYS
        .iter()
        .flat_map(|keys| keys.names.iter().map(|name| Fault { name, about: keys.about, example: keys.call() }));
    let api = Api {
        version: VERSION,
        functions: functions().map(function).collect(),
        events: &EVENTS,
        points: &POINTS,
        faults: faults.collect(),
    };
    serde_json::to_writer_pretty(&mut *out.to, &api)?;
    writeln!(out.to)
}
