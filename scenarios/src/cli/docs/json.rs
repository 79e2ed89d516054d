//! The script API as JSON, for editors. scripts/README.md documents it.

use std::io;

use serde::Serialize;

use crate::cli::CliOutput;
use crate::script::api::{ApiParameter, EVENTS, EventRow, FAULT_KEYS, Named, POINTS, functions};

/// Goes up when a reader of the form would have to change.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct ApiJson {
    version: u32,
    functions: Vec<FunctionJson>,
    events: &'static [EventRow],
    points: &'static [Named],
    faults: Vec<FaultJson>,
}

#[derive(Serialize)]
struct FunctionJson {
    name: &'static str,
    /// The type that has it; null for what stands alone.
    receiver: Option<&'static str>,
    calls: Vec<String>,
    parameters: Vec<ApiParameter>,
    returns: Option<&'static str>,
    about: String,
    example: String,
}

#[derive(Serialize)]
struct FaultJson {
    name: &'static str,
    about: &'static str,
    example: String,
}

pub(super) fn write(out: &mut CliOutput<'_>) -> io::Result<()> {
    let function = |function: crate::script::api::ApiFunction| FunctionJson {
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
        .flat_map(|keys| keys.names.iter().map(|name| FaultJson { name, about: keys.about, example: keys.call() }));
    let api = ApiJson {
        version: VERSION,
        functions: functions().map(function).collect(),
        events: &EVENTS,
        points: &POINTS,
        faults: faults.collect(),
    };
    serde_json::to_writer_pretty(&mut *out.to, &api)?;
    writeln!(out.to)
}
