//! Snapshots, and the transcripts that wait for review beside them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fs, process, slice};

use kandy_scenarios::scenario::{Scenario, find};
use kandy_scenarios::snapshot::{Comparison, Mode, PendingSnapshot, compare, is_stale, path_of};

/// A file that is a snapshot and waits for review at once: what it is read as is itself a snapshot that is read so.
///
/// # Panics
///
/// If something does not hold.
pub fn snapshots(input: &[u8]) {
    let folder = Folder::new();
    let snapshot = path_of(&folder.script());
    fs::write(&snapshot, input).expect("the folder is there");
    fs::write(snapshot.with_extension("snap.new"), input).expect("the folder is there");
    // A transcript that is that of no input: each line of one begins with a time.
    let compared = compare(&snapshot, "a.rhai", "0.000  nothing\n", Mode::Compare { leave_pending: false });
    if let Ok(Comparison::Different(difference)) = compared {
        let again = path_of(&folder.path.join("again.rhai"));
        compare(&again, "again.rhai", &difference.old, Mode::Accept).expect("the folder is there");
        let read = compare(&again, "again.rhai", &difference.old, Mode::Compare { leave_pending: false });
        assert!(matches!(read, Ok(Comparison::Same)), "{read:?}");
        assert!(is_stale(&again), "there is no such script");
    }
    for pending in PendingSnapshot::of(&folder.scenarios()).expect("the folder is there") {
        if let Ok(difference) = pending.difference() {
            assert_eq!(difference.old, difference.new);
            pending.accept().expect("it was read");
        } else {
            pending.reject().expect("it is there");
        }
    }
}

/// A folder with a script, which goes when this does.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn new() -> Self {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("kandy-snapshots-{}-{number}", process::id()));
        fs::create_dir_all(&path).expect("the system's folder for this can be written to");
        let folder = Self { path };
        fs::write(folder.script(), "").expect("the folder is there");
        folder
    }

    fn script(&self) -> PathBuf {
        self.path.join("a.rhai")
    }

    fn scenarios(&self) -> Vec<Scenario> {
        let found = find(Path::new(""), slice::from_ref(&self.path), None).expect("the folder has a script");
        found.scenarios
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The system clears its folder for this in time.
        let _ = fs::remove_dir_all(&self.path);
    }
}
