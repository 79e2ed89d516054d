//! Faults.

use kandy_mock_server::{Fault, Platform, Point, Time, UserOptions};
use serde_json::Value;

/// What `fail` is given: faults that are read are written as JSON that gives the same faults, and a platform takes them
/// wherever they have an effect.
///
/// # Panics
///
/// If something does not hold.
pub fn faults(input: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(input) else { return };
    let Ok(faults) = Fault::list_from_json(&value) else { return };
    for fault in &faults {
        let written = serde_json::to_value(fault).expect("a fault is JSON");
        assert_eq!(Fault::from_json(&written).as_ref(), Ok(fault), "{written}");
    }
    let mut platform = Platform::new();
    platform.add_user(Time::ZERO, "alice", "pw", UserOptions::default()).expect("the platform is empty");
    let is_known = |fault: &Fault| fault.when.user.as_deref().is_none_or(|user| user == "alice");
    for point in Point::ALL {
        let fits = !faults.is_empty() && faults.iter().all(|fault| fault.check_at(point).is_ok() && is_known(fault));
        let taken = platform.fail(Time::ZERO, point, faults.clone());
        assert_eq!(taken.is_ok(), fits, "{point:?}: {taken:?}");
        platform.clear(Time::ZERO, None);
    }
}
