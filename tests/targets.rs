//! What each fuzz target does with an input: it hands it to one reader of what others write, and holds what must hold
//! whatever that is. libFuzzer makes inputs (`tests/fuzz`), and `corpora` reads those that are kept.
//!
//! Every function takes any bytes, panics if something does not hold, and leaves nothing behind.

mod answers;
mod connections;
mod control;
mod diagnostics;
mod faults;
mod message;
mod recordings;
mod requests;
mod scripts;
mod settings;
mod snapshots;
mod users;

pub use self::answers::answers;
pub use self::connections::connections;
pub use self::control::control;
pub use self::faults::faults;
pub use self::recordings::recordings;
pub use self::requests::requests;
pub use self::scripts::scripts;
pub use self::settings::settings;
pub use self::snapshots::snapshots;
pub use self::users::users;

/// A fuzz target: its name, which is also that of its corpus, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("answers", answers),
    ("connections", connections),
    ("control", control),
    ("faults", faults),
    ("recordings", recordings),
    ("requests", requests),
    ("scripts", scripts),
    ("settings", settings),
    ("snapshots", snapshots),
    ("users", users),
];

/// A password that inputs use, so that it can be looked for where no password may be.
const SECRET: &str = "Pa55-w0rd";
