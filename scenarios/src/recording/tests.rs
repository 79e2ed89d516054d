use std::path::PathBuf;

use serde_json::{Value, json};

use super::*;
use crate::file::scratch::Folder;

const RECORDING: &str = include_str!("../../../tests/traces/connect-success.json");

/// The error for a recording that was changed.
#[track_caller]
fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut file: Value = serde_json::from_str(RECORDING).unwrap();
    change(&mut file);
    Recording::from_json(file.to_string().as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_recording_is_decoded() {
    let recording = Recording::from_json(RECORDING.as_bytes()).unwrap();
    assert_eq!(recording.name, "connect-success");
    assert!(matches!(&recording.timeline[0].what, TimelineRecord::Api(call) if call.call == "create"));
    assert!(matches!(&recording.timeline[2].what, TimelineRecord::Fetch(fetch) if fetch.method() == "GET"));
    assert_eq!(recording.final_state.time, Time::from_millis(2000));
    assert!(recording.final_state.state.is_some());
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let error = Recording::from_json(&RECORDING.as_bytes()[..1000]).unwrap_err().to_string();
    assert!(error.starts_with("not a JSON object: EOF while parsing") && error.contains("at line "), "{error}");
    for bytes in [&b""[..], b"null", b"[]", b"\xff", &[b'['; 10_000]] {
        assert!(Recording::from_json(bytes).is_err());
    }
}

#[test]
fn a_missing_key_is_named() {
    for key in ["name", "description", "config", "script", "timeline", "wire", "final"] {
        let error = refused(|file| drop(file.as_object_mut().unwrap().shift_remove(key)));
        assert_eq!(error, format!("`{key}` is missing"));
    }
}

#[test]
fn a_key_of_the_script_that_is_not_known_is_named() {
    let error = refused(|file| file["script"][1]["twice"] = json!(true));
    assert_eq!(error, "script[1]: the key `twice` is not known");
    let rule = json!({ "t": 0, "client": "c", "inListener": { "event": "x", "calls": [], "often": 2 } });
    let error = refused(|file| file["script"].as_array_mut().unwrap().push(rule));
    assert!(error.contains("unknown field `often`"), "{error}");
}

#[test]
fn a_record_of_another_form_is_named_by_its_place() {
    assert_eq!(refused(|file| file["timeline"] = json!({})), "timeline: it is not an array");
    assert_eq!(refused(|file| file["timeline"][3]["t"] = json!("0")), {
        r#"timeline[3]: invalid type: string "0", expected u64"#
    });
    assert_eq!(refused(|file| drop(file["timeline"][4].as_object_mut().unwrap().shift_remove("status"))), {
        "timeline[4]: missing field `status`"
    });
    assert_eq!(refused(|file| file["wire"][1]["status"] = json!(70_000)), {
        "wire[1]: invalid value: integer `70000`, expected u16"
    });
    assert_eq!(refused(|file| file["script"][1]["call"] = json!(7)), {
        "script[1]: invalid type: integer `7`, expected a string"
    });
    assert_eq!(refused(|file| file["final"]["pendingTimers"] = json!([{}])), "final: missing field `due`");
}

#[test]
fn an_unknown_kind_is_named() {
    let error = refused(|file| file["timeline"][3]["k"] = json!("ws-sent"));
    assert!(error.starts_with("timeline[3]: unknown variant `ws-sent`, expected one of `api`, `fetch`"), "{error}");
}

#[test]
fn keys_that_are_not_read_are_ignored() {
    let mut file: Value = serde_json::from_str(RECORDING).unwrap();
    file["crashes"] = json!(7);
    file["new"] = json!([]);
    file["timeline"][2]["new"] = json!({});
    assert!(Recording::from_json(file.to_string().as_bytes()).is_ok());
}

#[test]
fn files_that_cannot_be_read_have_their_own_errors() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    assert!(matches!(Recording::read(&folder.join("none.json")), Err(RecordingError::NotFound { .. })));
    assert!(matches!(Recording::read(&folder), Err(RecordingError::Unreadable { .. })));
    let error = Recording::read(&folder.join("Cargo.toml")).unwrap_err().to_string();
    assert!(error.contains("Cargo.toml is not a recording: not a JSON object: "), "{error}");
    let scratch = Folder::new("recording");
    let error = Recording::read(&scratch.make_sparse("large.json", MAX_BYTES + 1)).unwrap_err().to_string();
    assert!(error.ends_with("large.json: it is larger than 67108864 bytes"), "{error}");
}

#[test]
fn a_recording_tells_its_dialect() {
    let of = |name, version| RecordedDialect::of(name, version).map_err(|error| error.to_string());
    assert_eq!(of(None, None), Ok(RecordedDialect::Uc3));
    assert_eq!(of(Some("uc"), Some("3.41.1")), Ok(RecordedDialect::Uc3));
    assert_eq!(of(Some("uc"), Some("5.2.0")), Ok(RecordedDialect::Uc5));
    assert_eq!(of(Some("link3"), Some("3.41.1")), Ok(RecordedDialect::Link3));
    assert_eq!(of(Some("link"), None), Ok(RecordedDialect::Link));
    assert_eq!(
        of(Some("rcs"), None),
        Err("dialect: there is no dialect \"rcs\"; they are uc, link3, link, callme and cpaas".to_owned())
    );
}
