//! The control interface's verbs.

use kandy_mock_server::command::Verb;
use kandy_mock_server::{Command, Platform, Time};
use kandy_scenarios::serve::control::ControlRoute;
use serde_json::{Value, json};

use super::SECRET;

/// The longest line whose command is written with all that it says.
const WHOLE: usize = 1_000;

/// One call a line, `addUser {"user": "alice", "password": "x"}` or `journal?since=3`: what is refused changes nothing, no
/// password is told of, and a command that is told of says the same when it is read again.
///
/// # Panics
///
/// If something does not hold.
pub fn control(input: &[u8]) {
    let Ok(input) = str::from_utf8(input) else { return };
    let mut platform = Platform::new();
    for (index, line) in input.lines().enumerate() {
        let now = Time::from_millis(index as u64);
        let name_end = line.find([' ', '?']).unwrap_or(line.len());
        let (name, given) = line.split_at(name_end);
        let given = given.get(1..).unwrap_or_default();
        let Some(route) = ControlRoute::named(name) else { continue };
        let Ok(given) = route.arguments(given, given.as_bytes()) else { continue };
        let Some(Ok(mut command)) = Verb::named(name).map(|verb| verb.command(given)) else { continue };
        let is_whole = line.len() < WHOLE;
        hide(&mut command);
        let told = format!("{command:?}");
        if is_whole {
            assert_eq!(format!("{:?}", read_again(&told)), told);
        }
        let before = state(&platform);
        if platform.apply(now, command).is_err() {
            assert_eq!(state(&platform), before, "{told} was refused");
        }
        while platform.poll_output().is_some() {}
    }
    let records: Vec<_> = platform.journal().iter().collect();
    let shown = format!("{}\n{}\n{records:?}", state(&platform), json!(records));
    assert!(input.contains(SECRET) || !shown.contains(SECRET), "{shown}");
}

/// Makes the password of a command one that is nowhere else.
fn hide(command: &mut Command) {
    if let Command::AddUser { password, .. } | Command::SetPassword { password, .. } = command {
        SECRET.clone_into(password);
    }
}

/// The command that a line which tells of one gives.
fn read_again(told: &str) -> Command {
    let (name, given) = told.split_once(' ').expect("the verb is one word");
    let route = ControlRoute::named(name).expect("every verb has a route");
    let given = route.arguments("", given.as_bytes()).unwrap_or_else(|error| panic!("{told}: {error:?}"));
    let verb = Verb::named(name).expect("it was told by its name");
    verb.command(given).unwrap_or_else(|error| panic!("{told}: {error}"))
}

/// All that can be seen of a platform but for its journal.
fn state(platform: &Platform) -> Value {
    json!({
        "settings": platform.settings(),
        "users": platform.users(),
        "subscriptions": platform.subscriptions(None),
        "sockets": platform.sockets(None),
        "faults": platform.faults(),
    })
}
