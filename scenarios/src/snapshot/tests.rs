use std::fs;

use super::*;
use crate::file::scratch::Folder;

const COMPARE: Mode = Mode::Compare { leave_pending: true };

impl Folder {
    fn script(&self) -> PathBuf {
        self.join("success.rhai")
    }

    fn compare(&self, transcript: &str, mode: Mode) -> Result<Comparison, SnapshotError> {
        compare(&path_of(&self.script()), "connect/success.rhai", transcript, mode)
    }
}

/// What must not be written out.
struct Unwanted;

impl fmt::Display for Unwanted {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("nobody wants this text")
    }
}

#[test]
fn no_text_is_made_where_there_is_nothing_to_compare_it_with() {
    let folder = Folder::new("no-text");
    let compared = compare(&folder.script(), "connect/success.rhai", &Unwanted, COMPARE);
    assert_eq!(compared.unwrap(), Comparison::Missing);
}

#[test]
fn a_snapshot_is_created_kept_and_changed() {
    let folder = Folder::new("life");
    assert_eq!(folder.compare("one\n", COMPARE).unwrap(), Comparison::Missing);
    assert!(folder.names().is_empty());
    assert_eq!(folder.compare("one\n", Mode::Accept).unwrap(), Comparison::Created);
    assert_eq!(folder.compare("one\n", COMPARE).unwrap(), Comparison::Same);

    let difference = SnapshotDifference { old: "one".into(), new: "two".into(), pending: true };
    assert_eq!(folder.compare("two\n", COMPARE).unwrap(), Comparison::Different(difference.clone()));
    assert_eq!(folder.names(), ["success.snap", "success.snap.new"]);
    assert_eq!(folder.compare("one\n", COMPARE).unwrap(), Comparison::Same);
    assert_eq!(folder.names(), ["success.snap"], "what passes removes what an earlier run left");

    let quiet = Mode::Compare { leave_pending: false };
    let difference = SnapshotDifference { pending: false, ..difference };
    assert_eq!(folder.compare("two\n", quiet).unwrap(), Comparison::Different(difference));
    assert_eq!(folder.names(), ["success.snap"]);
    assert_eq!(folder.compare("two\n", Mode::Accept).unwrap(), Comparison::Changed);
    assert_eq!(
        fs::read_to_string(folder.join("success.snap")).unwrap(),
        "---\nsource: connect/success.rhai\n---\ntwo\n"
    );
}

#[test]
fn insta_reads_what_is_written_and_would_write_the_same() {
    let folder = Folder::new("format");
    let path = folder.join("x.snap");
    let sources =
        ["connect/success.rhai", "a b/#1: x.rhai", "\"quoted\".rhai", "- x.rhai", "über.rhai", "1e3.rhai", "true.rhai"];
    for source in sources {
        for transcript in ["", "one\n", "---\n\n  two\t\n", "é \u{2026} \\u{1b}\n\n"] {
            let contents = TextSnapshotContents::new(transcript.to_owned(), TextSnapshotKind::File);
            write(&path, source, &contents).unwrap();
            let ours = fs::read_to_string(&path).unwrap();
            let snapshot = Snapshot::from_file(&path).unwrap();
            assert_eq!(snapshot.metadata().source(), Some(source));
            assert!(snapshot.as_text().unwrap().matches_latest(&contents), "{transcript:?}");
            snapshot.save(&path).unwrap();
            let theirs = fs::read_to_string(&path).unwrap();
            let body = |text: &str| text.splitn(3, "---\n").nth(2).map(str::to_owned);
            assert_eq!(body(&ours), body(&theirs));
            if source.starts_with("connect") {
                assert_eq!(ours, theirs);
            }
        }
    }
}

#[test]
fn a_file_that_is_no_snapshot_is_not_overwritten_unasked() {
    let folder = Folder::new("malformed");
    let path = folder.join("success.snap");
    for bytes in [b"one\n".as_slice(), b"", b"---\n\t{\n---\none\n", b"---\nsource: x\n---\n\xff\n", b"---\n[1]\n---\n"]
    {
        fs::write(&path, bytes).unwrap();
        let error = folder.compare("one\n", COMPARE).unwrap_err();
        assert!(matches!(error, SnapshotError::Malformed), "{error} for {bytes:?}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    assert_eq!(folder.compare("one\n", Mode::Accept).unwrap(), Comparison::Changed);
    assert_eq!(folder.compare("one\n", COMPARE).unwrap(), Comparison::Same);

    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(folder.compare("one\n", COMPARE).unwrap_err(), SnapshotError::Unreadable(_)));
    assert!(matches!(folder.compare("one\n", Mode::Accept).unwrap_err(), SnapshotError::Unwritable(_)));
    assert_eq!(folder.names(), ["success.snap"], "nothing half written stays");
}

#[cfg(unix)]
#[test]
fn a_device_is_no_snapshot() {
    let folder = Folder::new("device");
    std::os::unix::fs::symlink("/dev/null", folder.join("success.snap")).unwrap();
    let error = folder.compare("one\n", COMPARE).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the snapshot: it is not a file");
    assert!(!is_stale(&folder.join("success.snap")));
}

#[test]
fn a_snapshot_is_replaced_whole() {
    let folder = Folder::new("whole");
    let (path, old) = (folder.join("success.snap"), folder.join("old"));
    folder.compare("one\n", Mode::Accept).unwrap();
    // A second name shows what happens to the file that was there.
    fs::hard_link(&path, &old).unwrap();
    folder.compare("two\n", Mode::Accept).unwrap();
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    assert!(text(&path).ends_with("\ntwo\n") && text(&old).ends_with("\none\n"));
    assert_eq!(folder.names(), ["old", "success.snap"]);
}

#[test]
fn a_snapshot_that_no_transcript_can_be_as_long_as_is_not_read() {
    let folder = Folder::new("large");
    folder.make_sparse("success.snap", MAX_BYTES + 1);
    let error = folder.compare("one\n", COMPARE).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the snapshot: it is larger than 67108864 bytes");
}

#[test]
fn a_snapshot_is_stale_without_its_script() {
    let folder = Folder::new("stale");
    folder.compare("one\n", Mode::Accept).unwrap();
    folder.compare("two\n", COMPARE).unwrap();
    let (accepted, pending) = (folder.join("success.snap"), folder.join("success.snap.new"));
    assert!(is_stale(&accepted) && is_stale(&pending));
    fs::write(folder.script(), "").unwrap();
    assert!(!is_stale(&accepted) && !is_stale(&pending));
    let foreign = folder.join("foreign.snap");
    fs::write(&foreign, "---\nsource: tests/it.rs\n---\none\n").unwrap();
    assert!(!is_stale(&foreign) && !is_stale(&folder.join("notes.txt")));
}

#[test]
fn what_merges_and_editors_leave_in_a_snapshot_is_told() {
    let folder = Folder::new("marks");
    let path = folder.join("success.snap");
    let conflict = "---\nsource: x.rhai\n---\n<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> other\n";
    for (bytes, told) in [
        (conflict.as_bytes(), "the snapshot has a merge conflict in line 4"),
        (b"<<<<<<< HEAD\r\n---\r\n", "the snapshot has a merge conflict in line 1"),
        (b"\xef\xbb\xbf---\nsource: x.rhai\n---\none\n", "the snapshot begins with a byte order mark"),
        (b"\xff\xfe-\0-\0-\0\n\0", "the snapshot begins with a byte order mark"),
    ] {
        fs::write(&path, bytes).unwrap();
        let error = folder.compare("one\n", COMPARE).unwrap_err().to_string();
        assert!(error.starts_with(told), "{error}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn line_ends_that_git_has_made_windows_own_are_no_difference() {
    let folder = Folder::new("crlf");
    fs::write(folder.join("success.snap"), "---\r\nsource: success.rhai\r\n---\r\none\r\ntwo\r\n").unwrap();
    assert_eq!(folder.compare("one\ntwo\n", COMPARE).unwrap(), Comparison::Same);
}
