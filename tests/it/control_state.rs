//! The state that the control interface shows is as docs/state.schema.json says, and nothing is in only one of them.

use std::collections::BTreeSet;
use std::fs;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use kandy_client::{Config, Credentials, Kandy};
use kandy_mock_server::{ClockKind, Fault, Front, FrontOptions, Point, UserOptions};
use kandy_scenarios::script::ScriptActivity;
use kandy_scenarios::serve::ServeSite;
use kandy_scenarios::serve::control::{Control, Guard, Secrets};
use kandy_scenarios::serve::pages::Pages;
use kandy_scenarios::serve::script_status::ScriptStatus;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::support::root;

/// Longer than anything here takes, unless it never ends.
const PATIENCE: Duration = Duration::from_secs(60);

/// The names on the way to each member, but for those of faults, which are as `fail` takes them.
fn members(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) if path != "/faults/faults" => {
            for (name, value) in object {
                let path = format!("{path}/{name}");
                members(value, &path, found);
                found.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, path, found)),
        _ => {}
    }
}

/// The same of what the schema says; whatever it names must be there.
fn said(schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    let schema = if schema["items"].is_object() { &schema["items"] } else { schema };
    let Some(properties) = schema["properties"].as_object() else { return };
    let required: BTreeSet<&str> = schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(required, properties.keys().map(String::as_str).collect(), "{path}");
    for (name, property) in properties {
        let path = format!("{path}/{name}");
        said(property, &path, found);
        found.insert(path);
    }
}

async fn get(front: &Front, path: &str, token: &str) -> Value {
    let mut stream = TcpStream::connect(front.address()).await.unwrap();
    let host = front.address();
    let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nX-Kandy-Token: {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn the_state_is_as_the_schema_says_and_it_says_no_more() {
    let options =
        FrontOptions { address: (Ipv4Addr::LOCALHOST, 0).into(), clock: ClockKind::Real, ..Default::default() };
    let front = Front::bind(options).unwrap();
    let secrets = Secrets::draw().unwrap();
    let token = secrets.token().to_owned();
    let (_doing, doing) = watch::channel(ScriptActivity::Busy);
    let (_script, status) = watch::channel(ScriptStatus::running("flaky.rhai".to_owned(), doing));
    let control = Control::new(front.handle(), Guard::new(front.hosts().clone(), secrets)).beside_script(status);
    let front = front.serve(Arc::new(ServeSite { pages: Pages::default(), control, checks_hosts: false }));
    front.handle().platform(|platform, now| {
        platform.add_user(now, "alice", "s3cret", UserOptions::default()).unwrap();
        platform.fail(now, Point::RefreshToken, vec![Fault::status(503)]).unwrap();
        platform.fail(now, Point::Other, vec![Fault::hang()]).unwrap();
    });
    let port = front.address().port();
    let kandy = Kandy::create(Config::for_server("127.0.0.1", port, port)).unwrap();
    kandy.connect(&Credentials::password("alice", "s3cret"));
    timeout(PATIENCE, kandy.connected()).await.unwrap().unwrap();
    let mut hung = TcpStream::connect(front.address()).await.unwrap();
    hung.write_all(b"GET /nothing HTTP/1.1\r\nHost: kandy\r\n\r\n").await.unwrap();
    while front.handle().held().is_empty() {
        tokio::task::yield_now().await;
    }

    let state = get(&front, "/__admin/state", &token).await;
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(root().join("docs/state.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&state).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
    let (mut found, mut promised) = (BTreeSet::new(), BTreeSet::new());
    members(&state, "", &mut found);
    said(&schema, "", &mut promised);
    assert_eq!(found, promised);
}
