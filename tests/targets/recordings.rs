//! Recordings of the real SDK.

use kandy_scenarios::crosscheck::{check_answers, crosscheck};
use kandy_scenarios::recording::Recording;
use kandy_scenarios::replay::replay;

/// A recording is replayed by the port, and by port and platform together. A difference at the
/// end of either is not a failure.
///
/// # Panics
///
/// If something does not hold.
pub fn recordings(input: &[u8]) {
    let Ok(recording) = Recording::from_json(input) else { return };
    let outcome = replay(&recording);
    for note in &outcome.trace {
        assert_eq!(note.to_string().lines().count(), 1, "{note}");
    }
    if let Err(difference) = outcome.result {
        assert!(!difference.to_string().is_empty());
    }
    if let Err(difference) = check_answers(&recording) {
        assert!(!difference.to_string().is_empty());
    }
    if let Err(divergence) = crosscheck(&recording) {
        assert!(!divergence.to_string().is_empty());
    }
}
