//! What can go wrong at the moments that a platform has seen, the most telling first.

use std::time::Duration;

use crate::explore::catalogue::{A_MOMENT, disturbances, moments};
use crate::schedule::{Act, Disturbance, MessageFate, MessageKind, OddBody};
use crate::serve::scheduled::Arrived;
use crate::world::Seen;

/// How long the SDK waits for a websocket to open. It gives up a later one.
const OPENS_WITHIN: Duration = Duration::from_secs(5);
/// What nobody waits for with a real clock.
const TOO_LONG: Duration = Duration::from_secs(10);

/// All of it.
pub(super) fn schedules(seen: &[Arrived], is_manual: bool) -> Vec<Disturbance> {
    let seen: Vec<Seen> = seen.iter().map(seen_here).collect();
    let can_be = |one: &Disturbance| match &one.act {
        Act::Application(_) => false,
        // Time that waits for the page goes on when both ends have seen the same frames and closes.
        Act::Message(MessageFate::Lost | MessageFate::Late(_) | MessageFate::Twice | MessageFate::Overtaken)
            if is_manual && is_seen_by_both(one) =>
        {
            false
        }
        // The application has done its part.
        Act::Message(MessageFate::Lost) => one.at.kind != MessageKind::ClientClose,
        Act::Outage(time) | Act::Message(MessageFate::Late(time)) => is_manual || *time < TOO_LONG,
        _ => true,
    };
    let mut all: Vec<Disturbance> = moments(&seen).flat_map(disturbances).filter(can_be).collect();
    all.sort_by_key(|one| rank(&one.act));
    all
}

const fn is_seen_by_both(one: &Disturbance) -> bool {
    matches!(one.at.kind, MessageKind::Frame | MessageKind::Ping | MessageKind::Close | MessageKind::ClientClose)
}

fn seen_here(arrived: &Arrived) -> Seen {
    Seen {
        moment: arrived.moment.clone(),
        timers: vec![OPENS_WITHIN],
        has_socket: arrived.has_socket,
        has_subscription: arrived.has_subscription,
        // A user that the platform knows may have a token.
        has_connected: arrived.has_subscription,
    }
}

/// How many other families have told more in explorations of the bundled scenarios.
fn rank(act: &Act) -> u8 {
    match act {
        Act::Gone | Act::EndSubscription | Act::ExpireToken => 0,
        Act::Message(MessageFate::Lost) => 1,
        Act::Message(MessageFate::Answered(odd)) if odd.body != OddBody::Own => 2,
        Act::Message(MessageFate::Fails) => 3,
        Act::Message(MessageFate::Late(by)) if *by > A_MOMENT => 4,
        Act::Cut | Act::Close(_) => 5,
        Act::Outage(_) => 6,
        Act::Message(MessageFate::Answered(_) | MessageFate::Changed(_)) => 7,
        Act::Silence => 8,
        Act::Comes(_) => 9,
        Act::Message(MessageFate::Twice | MessageFate::Overtaken | MessageFate::Late(_)) | Act::Application(_) => 10,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::explore::family;
    use crate::serve::scheduled::Came;

    fn arrived(text: &str, has_session: bool) -> Arrived {
        Arrived {
            moment: text.parse().unwrap(),
            user: "alice@example.com".to_owned(),
            came: Came::Yes,
            has_socket: has_session,
            has_subscription: has_session,
        }
    }

    #[test]
    fn the_most_telling_come_first_and_nothing_that_an_application_does_or_nobody_waits_for() {
        let seen = [arrived("mk_token request 1", false), arrived("handshake 1", false), arrived("ping 1", true)];
        let real = schedules(&seen, false);
        let families: Vec<&str> = real.iter().map(|one| family(&one.act)).collect();
        assert!(families.starts_with(&["ended", "ended", "ended", "lost", "lost", "lost"]), "{families:?}");
        assert!(!families.contains(&"application"));
        let texts = |all: &[Disturbance]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(texts(&real).contains(&"handshake 1: late by 5001ms".to_owned()));
        assert!(!texts(&real).contains(&"handshake 1: outage 90s".to_owned()));
        assert!(texts(&schedules(&seen, true)).contains(&"handshake 1: outage 90s".to_owned()));
    }

    /// What a user's session has in most applications: signing in, a socket that is lost and comes back, signing out.
    const USUAL: [(&str, bool); 12] = [
        ("mk_token request 1", false),
        ("mk_token answer 1", false),
        ("subscribe request 1", false),
        ("subscribe answer 1", true),
        ("handshake 1", true),
        ("open 1", true),
        ("ping 1", true),
        ("close 1", true),
        ("handshake 2", true),
        ("open 2", true),
        ("unsubscribe request 1", true),
        ("unsubscribe answer 1", true),
    ];
    /// With this in the environment as `1` the file is written anew.
    const UPDATE: &str = "KANDY_UPDATE_JAVASCRIPT";

    fn usual() -> String {
        let seen: Vec<Arrived> = USUAL.iter().map(|(text, has_session)| arrived(text, *has_session)).collect();
        let mut text = "'use strict'\n\n\
            // What can go wrong in a usual session, the most telling first. The program has made this list: see `usual` in\n\
            // scenarios/src/explore/application/catalogue.rs.\nmodule.exports = [\n"
            .to_owned();
        let lines: Vec<String> = schedules(&seen, false).iter().map(|one| format!("  '{one}'")).collect();
        text += &lines.join(",\n");
        text + "\n]\n"
    }

    #[test]
    fn the_javascript_package_has_what_can_go_wrong_in_a_usual_session() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/npm/src/disturbances.js");
        if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
            std::fs::write(&path, usual()).unwrap();
        }
        assert!(
            std::fs::read_to_string(&path).is_ok_and(|written| written == usual()),
            "client/npm/src/disturbances.js is not what the catalogue says; write it anew with\n    \
             {UPDATE}=1 cargo test -p kandy-scenarios --lib usual_session"
        );
    }
}
