//! The same scenarios over real sockets: what each client hears is what it heard in the simulation.

mod mock_kandy;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use kandy_client::{Config, ConnectOptions, Credentials, Event};
use kandy_mock_server::{Command, CommandOutput};
use kandy_scenarios::step::{ClientCall, Done, Step};
use kandy_scenarios::trace::MAX_RECORDS;
use kandy_scenarios::world::{Live, World, WorldError, WorldTurn};
use serde_json::json;

use crate::support::{harness, root};

/// How many bundled scenarios must hold in both worlds at least.
const AT_LEAST: usize = 50;

/// A fault that no `MockKandy` can do: a reason phrase of its own.
const REASON_PHRASE: &str = r#"// tags: live
platform.addUser("alice", "s3cret");
platform.fail("subscribe", #{ status: 403, statusText: "Keep Out", body: "<html>", type: "text/html" });
let kandy = create();
kandy.connect(#{ username: "alice", password: "s3cret" });
assertMatch(kandy.waitFor("auth:error").error.message, "Keep Out");
"#;

/// `KANDY_LIVE_RUNS=50` repeats the run, to see that no race is left.
fn runs() -> u32 {
    std::env::var("KANDY_LIVE_RUNS").map_or(1, |runs| runs.parse().expect("KANDY_LIVE_RUNS is a number"))
}

#[test]
fn every_live_scenario_is_the_same_in_both_worlds() {
    for run in 1..=runs() {
        let (text, exit) = harness(&root(), &["run", "--live"]);
        assert_eq!(exit, 0, "run {run}:\n{text}");
        let passed = text.lines().filter(|line| line.starts_with("pass ")).count();
        assert!(passed >= AT_LEAST, "only {passed} live scenarios");
    }
}

#[test]
fn a_scenario_that_needs_virtual_time_is_skipped_with_the_reason() {
    let scripts = [
        ("untagged", "advance(\"1h\");", "not tagged `live`"),
        ("advances", "// tags: live\nadvance(\"1h\");", "needs virtual time: `advance` asks for 3600 s"),
        ("waits", "// tags: live\nwaitUntil(|| true, \"2m\");", "needs virtual time: `waitUntil` asks for 120 s"),
        ("watches", "// tags: live\ncreate().expectNone(\"auth:error\", \"1m\");", "`expectNone` asks for 60 s"),
    ];
    for (name, script, reason) in scripts {
        let (text, exit) = in_folder(name, script, &["run", "--live", "it.rhai"]);
        assert!(text.starts_with("skip ") && text.contains(reason), "{text}");
        assert_eq!(exit, 0, "{text}");
    }
}

#[test]
fn a_client_that_hears_something_else_is_a_failure_with_both_lists() {
    let script =
        "// tags: live\nlet kandy = create();\nif now() > 0 { kandy.disconnect(); } else { kandy.connect(#{}); }\n";
    // The live clock starts with the platform, some time before the script.
    let script = script.replace("if now()", "advance(5);\nif now() - 5");
    let (text, exit) = in_folder("unlike", &script, &["run", "--live", "it.rhai"]);
    assert_eq!(exit, 1, "{text}");
    for line in [
        "FAIL    it: not the same in Live",
        "--- Sim",
        "+++ Live",
        "-auth:error  authentication:1",
        "+auth:change  pending",
    ] {
        assert!(text.contains(line), "{line:?} is missing:\n{text}");
    }
}

/// A script that is slow finds requests at the platform that a quick one has to wait for. Neither loses any, nor takes an
/// event for one that came later.
#[test]
fn a_slow_script_sees_what_a_quick_one_sees() {
    const SLOWLY: &str = "let i = 0; while platform.requests().len() == 0 && i < 20_000 { i += 1; }";
    // The request reached the platform after the last wait, as far as the script knows.
    let request = "kandy.waitFor(\"auth:change\"); platform.latency(0); platform.waitFor(\"mk_token\");
        waitUntil(|| kandy.getConnection().isConnected);";
    // The event of the connect comes before its request is found.
    let event = "platform.waitFor(\"mk_token\"); kandy.disconnect();
        kandy.waitFor(\"auth:change\"); kandy.expectNone(\"auth:change\", 0);";
    for (name, waits) in [("request", request), ("event", event)] {
        for (pace, pause) in [("quick", ""), ("slow", SLOWLY)] {
            let script = format!(
                "// tags: live
                platform.addUser(\"alice\", \"s3cret\");
                let kandy = create();
                kandy.connect(#{{ username: \"alice\", password: \"s3cret\" }});
                {pause}
                {waits}"
            );
            let (text, exit) = in_folder(&format!("{pace}-{name}"), &script, &["run", "--live", "it.rhai"]);
            assert_eq!(exit, 0, "{pace}, {name}: {text}");
        }
    }
}

#[test]
fn every_fault_is_real_on_sockets() {
    let (text, exit) = in_folder("status-text", REASON_PHRASE, &["run", "--live", "it.rhai"]);
    assert!(text.starts_with("pass "), "{text}");
    assert_eq!(exit, 0, "{text}");
}

/// While a script runs nothing is taken in, so that a busy script is a slow client. Inputs wait for it in a bounded
/// channel, what does not fit there waits at the platform, and the transcript bounds the whole.
#[test]
fn a_flood_to_a_busy_script_comes_in_its_order_up_to_the_limit_of_the_transcript() {
    const FLOOD: usize = 100_000;
    // Of each notification a transcript has three lines.
    const ALL_HEARD: usize = 30_000;
    let live = Live::start().unwrap();
    let (config, _) = Config::from_json(&live.base_config()).unwrap();
    let mut world = World::Live(Box::new(live));
    let user = Command::AddUser { user: "alice".into(), password: "s3cret".into(), options: Default::default() };
    world.apply(Step::Command(user)).unwrap();
    let created = world.apply(Step::Create { name: "kandy".into(), config: config.into() }).unwrap();
    let Done::Created(client) = created else { panic!("create makes a client, not {created:?}") };
    let credentials = Credentials::password("alice", "s3cret");
    world.apply(Step::Call { client, call: ClientCall::Connect(credentials, ConnectOptions::default()) }).unwrap();
    while next_event(&mut world).unwrap() != Event::AuthChange || !world.session(client).is_connected() {}

    let send = |number: usize| {
        let id = number.to_string();
        let message = json!({ "notificationMessage": { "eventType": "x", "id": id } });
        Step::Command(Command::Send { target: "alice".into(), message })
    };
    for number in 0..ALL_HEARD {
        assert!(matches!(world.apply(send(number)), Ok(Done::Command(CommandOutput::Count(1)))), "{number}");
    }
    for number in 0..ALL_HEARD {
        let Event::NotificationReceived { payload } = next_event(&mut world).unwrap() else { panic!("another event") };
        assert_eq!(payload.to_json()["notificationMessage"]["id"], number.to_string());
    }
    let refused = (ALL_HEARD..FLOOD).find_map(|number| world.apply(send(number)).err());
    let refused = refused.expect("the flood is longer than a transcript").to_string();
    assert!(refused.contains(&MAX_RECORDS.to_string()), "{refused}");
}

/// The next event of the only client.
fn next_event(world: &mut World) -> Result<Event, WorldError> {
    let deadline = world.now() + Duration::from_secs(60);
    loop {
        match world.turn(deadline)? {
            WorldTurn::Event(_, event) => return Ok((*event).clone()),
            WorldTurn::Moved => {}
            WorldTurn::Quiet => panic!("no event comes"),
        }
    }
}

fn in_folder(test: &str, script: &str, arguments: &[&str]) -> (String, u8) {
    let folder: PathBuf = std::env::temp_dir().join(format!("kandy-live-{}-{test}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("it.rhai"), script).unwrap();
    let outcome = harness(&folder, arguments);
    fs::remove_dir_all(&folder).unwrap();
    outcome
}
