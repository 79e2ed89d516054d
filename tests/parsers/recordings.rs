//! Recordings: those of the repository with a flaw in their bytes or in their values.

use std::fs;
use std::path::Path;

use kandy_scenarios::crosscheck::crosscheck;
use kandy_scenarios::recording::Recording;
use kandy_scenarios::replay::replay;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use crate::memory::within;
use crate::texts::{bytes, expensive, flaw, json};

const CASES: u32 = 120;

/// The most that a recording takes for each of its bytes: it is read as JSON, whose values are then copied.
const FACTOR: u64 = 250;

const NAMES: &[&str] = &[
    "name",
    "description",
    "config",
    "script",
    "timeline",
    "wire",
    "final",
    "t",
    "k",
    "args",
    "call",
    "client",
    "server",
];

/// Short recordings of each kind.
const RECORDINGS: &[&str] =
    &["connect-success", "drop-disconnect-connect", "listener-off", "resub-404-4", "two-clients"];

fn recording() -> impl Strategy<Value = Vec<u8>> {
    select(RECORDINGS).prop_map(|name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("traces").join(name).with_extension("json");
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    })
}

/// The value at some place in `value` becomes another.
fn put(value: &mut Value, places: &[Index], other: Value) {
    let inner = match (value, places.split_first()) {
        (Value::Array(elements), Some((place, rest))) if !elements.is_empty() => {
            let at = place.index(elements.len());
            Some((&mut elements[at], rest))
        }
        (Value::Object(members), Some((place, rest))) if !members.is_empty() => {
            let at = place.index(members.len());
            members.values_mut().nth(at).map(|value| (value, rest))
        }
        (value, _) => {
            *value = other;
            return;
        }
    };
    if let Some((inner, rest)) = inner {
        put(inner, rest, other);
    }
}

/// Decodes, and plays what can be decoded: to the port, and to port and platform.
fn play(bytes: &[u8]) {
    let Ok(recording) = within(FACTOR, bytes.len(), || Recording::from_json(bytes)) else { return };
    let outcome = replay(&recording);
    for note in &outcome.trace {
        assert_eq!(note.to_string().lines().count(), 1, "{note}");
    }
    let _ = crosscheck(&recording);
}

proptest! {
    #![proptest_config(kandy_tests::property(CASES))]

    #[test]
    fn anything(bytes in bytes(NAMES)) {
        play(&bytes);
    }

    #[test]
    fn with_much_of_little(text in expensive(), name in select(vec!["config", "script", "timeline", "wire", "final"])) {
        let others = ["name", "description", "config", "serverScript"].map(|name| format!("\"{name}\":\"\","));
        play(format!("{{{}\"{name}\":{text}}}", others.concat()).as_bytes());
    }

    #[test]
    fn with_a_flaw(bytes in recording(), flaw in flaw()) {
        play(&flaw.of(bytes));
    }

    #[test]
    fn with_another_value(bytes in recording(), places in prop::collection::vec(any::<Index>(), 1..6), other in json(NAMES)) {
        let mut value = serde_json::from_slice(&bytes).expect("a recording is JSON");
        put(&mut value, &places, other);
        play(value.to_string().as_bytes());
    }
}
