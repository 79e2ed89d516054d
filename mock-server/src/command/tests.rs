//! The table holds together: what a row declares, what is read, what the platform does, and what it records.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::*;
use crate::limits::Limits;
use crate::platform::Platform;
use crate::time::Time;

/// The arguments of a row's examples, without those that are not values.
fn examples(verb: &Verb) -> Map<String, Value> {
    let read = |parameter: &Parameter| (parameter.name.to_owned(), serde_json::from_str(parameter.example).unwrap());
    verb.parameters.iter().map(read).filter(|(_, value): &(String, Value)| !value.is_null()).collect()
}

/// A platform with alice.
fn platform() -> Platform {
    let mut platform = Platform::new();
    platform.add_user(Time::ZERO, "alice@example.com", "x", UserOptions::default()).unwrap();
    platform
}

/// What the journal says of the last command, as JSON.
fn recorded(platform: &Platform) -> Value {
    serde_json::to_value(platform.journal().iter().next_back().unwrap()).unwrap()
}

/// The names of all commands, from the source of the enum: a command that no row makes is found by it.
fn variants() -> BTreeSet<String> {
    let (_, rest) = include_str!("../command.rs").split_once("pub enum Command {").unwrap();
    let (body, _) = rest.split_once("\n}").unwrap();
    let lines = body.lines().filter(|line| line.starts_with("    ") && line[4..].starts_with(char::is_uppercase));
    let name = |line: &str| line.trim().chars().take_while(|character| character.is_alphanumeric()).collect::<String>();
    lines.map(name).map(|name| format!("{}{}", name[..1].to_lowercase(), &name[1..])).collect()
}

#[test]
fn every_command_has_a_row_of_its_name() {
    let made = |verb: &Verb| verb.command(examples(verb)).unwrap().told().name;
    for verb in VERBS {
        assert_eq!(made(verb), verb.name);
    }
    let names: BTreeSet<String> = VERBS.iter().map(|verb| verb.name.to_owned()).collect();
    assert_eq!(names.len(), VERBS.len(), "a verb is there twice");
    assert_eq!(names, variants());
}

#[test]
fn every_argument_reaches_the_platform_and_its_record() {
    for verb in VERBS {
        let mut platform = platform();
        let mut given = examples(verb);
        if verb.name == "addUser" {
            given.insert("user".to_owned(), "bob".into());
        }
        let asked = verb.command(given.clone()).unwrap();
        let output = platform.apply(Time::ZERO, asked.clone()).unwrap();
        let gives = match output {
            CommandOutput::Nothing => Gives::Nothing,
            CommandOutput::Count(_) => Gives::Count,
            CommandOutput::Tokens(_) => Gives::Tokens,
            CommandOutput::Fault(_) => Gives::Fault,
            CommandOutput::Next(_) => Gives::Next,
            CommandOutput::Record(_) => Gives::Record,
        };
        assert_eq!(gives, verb.gives, "{}", verb.name);

        let record = recorded(&platform);
        assert_eq!((&record["kind"], &record["name"]), (&json!("command"), &json!(verb.name)));
        assert_eq!(record["user"], given.get("user").cloned().unwrap_or_default(), "{}", verb.name);
        let arguments = record["arguments"].as_object().unwrap();
        assert!(arguments.keys().eq(given.keys()), "{}: {arguments:?} of {given:?}", verb.name);
        for parameter in verb.parameters.iter().filter(|parameter| parameter.secret) {
            assert_eq!(arguments[parameter.name], "***", "{}", verb.name);
            given.insert(parameter.name.to_owned(), "***".into());
        }
        if verb.name == "send" {
            given["message"]["notificationMessage"]["id"] = "N-1".into();
            given["message"]["notificationMessage"]["eventId"] = "N-1".into();
        }
        assert_eq!(verb.command(arguments.clone()), verb.command(given), "{}", verb.name);
    }
}

#[test]
fn what_is_missing_is_an_error_and_no_value() {
    for verb in VERBS {
        for parameter in verb.parameters.iter().filter(|parameter| parameter.required) {
            let mut given = examples(verb);
            given.shift_remove(parameter.name);
            let missing = ArgumentError::Missing { of: verb.name, name: parameter.name };
            assert_eq!(verb.command(given), Err(missing));
        }
        for parameter in verb.parameters {
            let mut given = examples(verb);
            // What JSON a message is does not matter here.
            if parameter.kind != ValueKind::Object && given.insert(parameter.name.to_owned(), json!([[]])).is_some() {
                assert!(verb.command(given).is_err(), "{} {}", verb.name, parameter.name);
            }
        }
    }
}

#[test]
fn examples_are_of_their_kinds() {
    for verb in VERBS {
        for (name, value) in examples(verb) {
            let parameter = verb.parameters.iter().find(|parameter| parameter.name == name).unwrap();
            assert!(parameter.kind.takes(&value), "{} {name}", verb.name);
            assert!(!parameter.kind.takes(&json!(-1)) && !parameter.kind.takes(&json!(1.5)), "{} {name}", verb.name);
        }
    }
}

#[test]
fn a_call_of_a_script_takes_its_arguments_in_order() {
    for verb in VERBS {
        let rank = |parameter: &Parameter| match parameter.place {
            ArgumentPlace::Next { optional: false, .. } | ArgumentPlace::Or { .. } => 0,
            ArgumentPlace::Next { optional: true, .. } => 1,
            ArgumentPlace::InOptions => 2,
        };
        assert!(verb.parameters.is_sorted_by_key(rank), "{}: what may be left out comes last", verb.name);
        let has_options = verb.parameters.iter().any(|parameter| parameter.place == ArgumentPlace::InOptions);
        assert_eq!(verb.options.is_some(), has_options, "{}", verb.name);
        let begins = !matches!(verb.parameters.first(), Some(Parameter { place: ArgumentPlace::Or { .. }, .. }));
        assert!(begins, "{}: there is nothing before the first", verb.name);
    }
}

#[test]
fn no_secret_is_in_a_record_or_a_debug_form() {
    let user = || "alice@example.com".to_owned();
    let secret = || "s3cret".to_owned();
    let body = json!({ "json": { "success": { "access_token": secret(), "expires_in": 60 } } });
    for asked in [
        Command::SetPassword { user: user(), password: secret() },
        Command::IssueToken {
            user: user(),
            options: TokenOptions { oauth_token: Some(secret()), ..TokenOptions::default() },
        },
        Command::Fail { point: Point::MkToken, faults: vec![Fault::from_json(&body).unwrap()] },
        Command::Send { target: user().into(), message: json!({ "Password": secret() }) },
        Command::AddUser { user: "bob".to_owned(), password: secret(), options: UserOptions::default() },
    ] {
        let mut platform = platform();
        let shown = format!("{asked:?}");
        platform.apply(Time::ZERO, asked).unwrap();
        let record = recorded(&platform).to_string();
        for text in [shown, record, format!("{:?}", platform.journal().iter().next_back())] {
            assert!(text.contains("***") && !text.contains("s3cret"), "{text}");
        }
    }
}

#[test]
fn of_a_long_argument_a_record_keeps_the_beginning() {
    let mut platform = platform();
    let user = || "alice@example.com".to_owned();
    let text = "é".repeat(Limits::RECORDED_ARGUMENT_BYTES / 2);
    let mut told = |frame: &str, message: Value| {
        let frame = Frame::Text(frame.to_owned());
        platform.apply(Time::ZERO, Command::SendRaw { target: user().into(), frame }).unwrap();
        let text = recorded(&platform)["arguments"]["text"].clone();
        platform.apply(Time::ZERO, Command::Send { target: user().into(), message }).unwrap();
        (text, recorded(&platform)["arguments"]["message"].clone())
    };
    assert_eq!(told(&text, json!([1])), (json!(text), json!([1])));
    let cut = "é".repeat(Limits::RECORDED_FRAME_CHARS);
    let (long, array) = told(&format!("{text}x"), json!(["é".repeat(1024)]));
    assert_eq!(long, json!(format!("{cut}…")));
    assert_eq!(array, json!(format!("[\"{}…", "é".repeat(Limits::RECORDED_FRAME_CHARS - 2))));
}

#[test]
fn values_are_read_as_the_platform_takes_them() {
    let read = |name: &str, given: Value| {
        let Value::Object(given) = given else { panic!("{given} is not an object") };
        Verb::named(name).unwrap().command(given)
    };
    let latency = Command::Latency { latency: Duration::from_secs(90), user: None };
    assert_eq!(read("latency", json!({ "latency": "1m 30s" })), Ok(latency.clone()));
    assert_eq!(read("latency", json!({ "latency": 90_000 })), Ok(latency));
    assert_eq!(read("clear", json!({})), Ok(Command::Clear { rules: FaultFilter::default() }));
    assert_eq!(read("tokenLifetime", json!({})), Ok(Command::TokenLifetime { lifetime: None }));
    let frame = Frame::Binary(vec![0, 1].into());
    let raw = read("sendRaw", json!({ "user": "a", "base64": "AAE=" }));
    assert_eq!(raw, Ok(Command::SendRaw { target: "a".into(), frame }));

    let refused = |name, given| read(name, given).unwrap_err().to_string();
    assert_eq!(refused("close", json!({ "user": "a", "code": 70_000 })), "70000 is not a close code");
    assert_eq!(refused("sendRaw", json!({ "user": "a" })), "sendRaw needs either `text` or `base64`");
    assert_eq!(refused("sendRaw", json!({ "user": "a", "base64": "?" })), "`base64` of sendRaw is not base64");
    assert_eq!(
        refused("latency", json!({ "latency": "3661d" })).split(':').next(),
        Some("`latency` of latency is not a duration such as \"1h 30m\", or milliseconds")
    );
    assert!(refused("clear", json!({ "point": "subscrib" })).contains("did you mean `subscribe`"));
    let fault = json!({ "point": "subscribe", "how": { "statuss": 1 } });
    assert!(refused("fail", fault).contains("no key \"statuss\""));
}
