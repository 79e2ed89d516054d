//! `js::Value` beside Node, which has the JavaScript of Chromium: conversions, comparison, JSON both ways, timers and
//! queries of random values.
//!
//! `KANDY_JS_VALUES` says how many values are tried, 50,000 by default. Without Node the test is skipped, unless
//! `KANDY_INTEROP` is set.

mod generate;

use std::env;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use kandy_client::js::{self, Value};
use libtest_mimic::{Arguments, Completion, Failed, Trial};

use self::generate::Random;

/// How many values are tried.
const VALUES: usize = 50_000;

/// How many values one process of Node is given.
const AT_ONCE: usize = 50_000;

/// What is told of a value, in this order.
const ASPECTS: [&str; 10] = [
    "String(value)",
    "Number(value)",
    "Boolean(value)",
    "JSON.stringify(value)",
    "delay of a timer",
    "query",
    "toUpperCase",
    "[before].includes(value)",
    "before === value",
    "[value].includes(value)",
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trial = Trial::ignorable_test("values_are_what_node_makes_of_them", || {
        let version = Command::new("node").arg("--version").output();
        if !version.is_ok_and(|version| version.status.success()) {
            let why = "it needs Node 18 or later";
            if env::var_os("KANDY_INTEROP").is_some() {
                return Err(format!("{why} (KANDY_INTEROP is set, so it is not skipped)").into());
            }
            return Ok(Completion::ignored_with(why));
        }
        compare_all().map(|()| Completion::Completed)
    });
    libtest_mimic::run(&arguments, vec![trial]).exit_code()
}

fn compare_all() -> Result<(), Failed> {
    let values = match env::var("KANDY_JS_VALUES") {
        Ok(number) => number.parse().map_err(|_| format!("KANDY_JS_VALUES is not a number: {number}"))?,
        Err(_) => VALUES,
    };
    let mut random = Random::new(1);
    let mut tried = 0;
    while tried < values {
        let texts: Vec<String> = (0..AT_ONCE.min(values - tried)).map(|_| generate::json(&mut random)).collect();
        compare(&texts)?;
        tried += texts.len();
    }
    Ok(())
}

fn compare(texts: &[String]) -> Result<(), Failed> {
    let told = ask_node(texts)?;
    let mut told = told.lines();
    let mut before = Value::Undefined;
    for text in texts {
        let by_node = told.next().ok_or("Node has told too little")?;
        let Ok(value) = Value::parse(text) else {
            if by_node == r#""no JSON""# {
                continue;
            }
            return Err(format!("only Node takes this for JSON: {text}").into());
        };
        let ours = tell(&before, &value);
        let expected = Value::parse(by_node).map_err(|error| format!("Node has told no JSON: {error}"))?;
        if ours != expected {
            return Err(format!("of {text}: {}", difference(&ours, &expected)).into());
        }
        before = value;
    }
    Ok(())
}

/// The first aspect in which they differ.
fn difference(ours: &Value, by_node: &Value) -> String {
    let (ours, by_node) = (ours.as_list().unwrap_or_default(), by_node.as_list().unwrap_or_default());
    let mut all = ASPECTS.iter().zip(ours).zip(by_node);
    let found = all.find(|((_, ours), by_node)| ours != by_node);
    found.map_or_else(
        || "Node tells something else".to_owned(),
        |((aspect, ours), by_node)| format!("{aspect} is {ours}, with Node {by_node}"),
    )
}

/// The same of a value as the program of Node tells.
fn tell(before: &Value, value: &Value) -> Value {
    let text = value.to_text();
    let uri_error = |error: js::QueryError| {
        let name = if error == js::QueryError::LoneSurrogate { "URIError" } else { "TypeError" };
        Value::from(format!("{name}: {error}"))
    };
    vec![
        text.clone().into(),
        js::number_text(value.to_number()).into(),
        value.is_truthy().into(),
        value.stringify().into(),
        (u32::try_from(js::timeout(value).as_millis()).expect("a timer has 31 bits")).into(),
        js::query_string(value).map_or_else(uri_error, Value::from),
        text.to_upper_case().into(),
        before.same_value_zero(value).into(),
        before.strict_equals(value).into(),
        value.same_value_zero(value).into(),
    ]
    .into()
}

/// Gives Node the texts, each a line, and takes what it tells.
fn ask_node(texts: &[String]) -> Result<String, Failed> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("javascript/values.mjs");
    let mut command = Command::new("node");
    let mut node = command.arg(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = node.stdin.take().expect("it is piped");
    let mut told = String::new();
    input.write_all(texts.join("\n").as_bytes())?;
    // Node tells nothing before it has all.
    drop(input);
    node.stdout.take().expect("it is piped").read_to_string(&mut told)?;
    if node.wait()?.success() { Ok(told) } else { Err("Node has failed".into()) }
}
