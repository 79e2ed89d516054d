//! What one dialect has of another.

use kandy_scenarios::recording::{Exchange, RecordedDialect, Recording};
use kandy_scenarios::replay::replay;
use kandy_tests::recordings_in;

use crate::support::root;

/// What UC 5 answers in another way: it alone reads this phrase, and rewrites this status (docs/protocol-dialects.md,
/// section 1).
fn is_read_anew(recording: &Recording) -> bool {
    recording.wire.iter().any(|record| match &record.what {
        Exchange::Response(answer) => {
            (answer.status == Some(401) && answer.status_text == "Login Please")
                || (answer.status == Some(503) && answer.content_type.as_deref() == Some("application/json"))
        }
        _ => false,
    })
}

/// The recording of a client of UC 3, as UC 5 would have made it where nothing differs but its version.
fn as_uc5(mut recording: Recording) -> Recording {
    recording.dialect = RecordedDialect::Uc5;
    for record in &mut recording.wire {
        if let Exchange::Request(request) = &mut record.what
            && let Some(agent) = request.headers.get_mut("x-cpaas-agent")
        {
            *agent = agent.replace("3.41.1", "5.2.0");
        }
    }
    recording
}

#[test]
fn the_recordings_of_uc3_hold_for_uc5_but_for_what_it_reads_anew() {
    let (mut held, mut different) = (0, Vec::new());
    for (name, path) in recordings_in(&root().join("tests/traces")).unwrap() {
        let recording = Recording::read(&path).unwrap();
        if recording.dialect != RecordedDialect::Uc3 {
            continue;
        }
        let may_differ = is_read_anew(&recording);
        match replay(&as_uc5(recording)).result {
            Ok(()) => held += 1,
            Err(_) if may_differ => different.push(name),
            Err(difference) => panic!("{name} is to hold for UC 5: {difference}"),
        }
    }
    assert!(held > 380, "only {held} were found");
    assert!((1..20).contains(&different.len()), "{different:?}");
}
