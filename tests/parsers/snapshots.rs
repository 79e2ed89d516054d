//! Snapshots: files that a user may have changed, and transcripts that come back as they were.

use std::fs;
use std::path::PathBuf;

use kandy_scenarios::snapshot::{Comparison, Mode, compare, is_stale, path_of};
use proptest::prelude::*;

use crate::memory::within;
use crate::texts::{expensive, flaw};

const CASES: u32 = 150;

/// The most that a snapshot takes for each of its bytes: insta reads its header as YAML.
const FACTOR: u64 = 120;

const COMPARE: Mode = Mode::Compare { leave_pending: false };

/// The snapshot of a script that is not there, for a property of that name alone.
fn snapshot(name: &str) -> PathBuf {
    path_of(&PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("snapshots-{name}.rhai")))
}

/// The lines of a transcript: nothing behind the last visible character, and no control character.
fn transcript() -> impl Strategy<Value = String> {
    prop::collection::vec("[0-9]{1,3}\\.[0-9]{3}  \\PC{0,20}[!-~]", 0..8)
        .prop_map(|lines| lines.into_iter().map(|line| line + "\n").collect())
}

proptest! {
    #![proptest_config(kandy_tests::property(CASES))]

    #[test]
    fn a_snapshot_is_that_transcript_and_no_other(one in transcript(), other in transcript(), source in "\\PC{1,12}") {
        let snapshot = snapshot("round-trip");
        compare(&snapshot, &source, &one, Mode::Accept).expect("the folder is there");
        prop_assert_eq!(compare(&snapshot, &source, &one, COMPARE).expect("it was just written"), Comparison::Same);
        let compared = compare(&snapshot, &source, &other, COMPARE).expect("it was just written");
        prop_assert_eq!(matches!(compared, Comparison::Same), one == other);
        fs::remove_file(&snapshot).expect("it was just written");
    }

    #[test]
    fn any_file_is_borne(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..60),
            expensive().prop_map(|text| format!("---\n{text}\n---\n{text}").into_bytes()),
            flaw().prop_map(|flaw| flaw.of(b"---\nsource: connect/success.rhai\n---\n0.000  x\n".to_vec())),
            "---\n(source|expression|- |: |\\{|\\[|&a|\\*a|\"|'|\n|a){0,12}\n---\nx".prop_map(String::into_bytes),
        ],
    ) {
        let snapshot = snapshot("any-file");
        fs::write(&snapshot, &bytes).expect("the folder is there");
        let _ = within(FACTOR, bytes.len(), || compare(&snapshot, "x.rhai", "x\n", COMPARE));
        let _ = within(FACTOR, bytes.len(), || is_stale(&snapshot));
        fs::remove_file(&snapshot).expect("it was just written");
    }
}
