//! The limits of a server, by the names that `--limit` takes.

use std::fmt::Write as _;
use std::time::Duration;

use kandy_mock_server::FrontLimits;
use thiserror::Error;

use crate::script::duration;
use crate::size::{self, KIB, MIB};
use crate::text::{did_you_mean, nearest};

/// A limit that can be set.
#[derive(Debug)]
pub struct Limit {
    /// Its name.
    pub name: &'static str,
    /// What is limited.
    pub about: &'static str,
    /// What a client meets that goes beyond it.
    pub then: &'static str,
    /// The least and the most that it can be set to: bytes, milliseconds, or a number of things.
    range: (u64, u64),
    place: LimitField,
}

/// Where a limit stands, and so what it counts.
#[derive(Clone, Copy, Debug)]
enum LimitField {
    Bytes(fn(&mut FrontLimits) -> &mut usize),
    Count(fn(&mut FrontLimits) -> &mut usize),
    Time(fn(&mut FrontLimits) -> &mut Duration),
}
use LimitField::{Bytes, Count, Time};

/// A limit and its new value.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Which one.
    pub limit: &'static Limit,
    value: u64,
}

const HOUR: u64 = 3_600_000;

/// Every limit that can be set.
pub static LIMITS: &[Limit] = &[
    limit("header-bytes", "the head of a request", "431", (KIB, MIB), Bytes(|all| &mut all.header_bytes)),
    limit(
        "header-time",
        "until the head has come",
        "408, or closed if idle",
        (1, HOUR),
        Time(|all| &mut all.header_time),
    ),
    limit("body-bytes", "the body of a request", "413", (KIB, 16 * MIB), Bytes(|all| &mut all.body_bytes)),
    limit("body-time", "until the body has come", "408", (1, HOUR), Time(|all| &mut all.body_time)),
    limit("write-time", "that nothing of an answer is read", "reset", (1, HOUR), Time(|all| &mut all.write_time)),
    limit("frame-bytes", "a message on a websocket", "1009", (KIB, 16 * MIB), Bytes(|all| &mut all.frame_bytes)),
    limit(
        "queued-bytes",
        "that wait until a websocket is read",
        "cut",
        (KIB, 1024 * MIB),
        Bytes(|all| &mut all.queued_bytes),
    ),
    limit(
        "user-queued-bytes",
        "that wait for one user",
        "whoever holds most is cut",
        (KIB, 1024 * MIB),
        Bytes(|all| &mut all.user_queued_bytes),
    ),
    limit(
        "all-queued-bytes",
        "that wait for all",
        "whoever holds most is cut",
        (KIB, 16 * 1024 * MIB),
        Bytes(|all| &mut all.all_queued_bytes),
    ),
    limit("connections", "at once", "reset", (1, 1_000_000), Count(|all| &mut all.connections)),
    limit(
        "requests",
        "over one connection",
        "closed",
        (1, 1_000_000_000),
        Count(|all| &mut all.requests_per_connection),
    ),
    limit("tls-time", "a TLS handshake", "closed", (1, HOUR), Time(|all| &mut all.tls_time)),
    limit("journal", "records", "the oldest are dropped", (1, 1_000_000), Count(|all| &mut all.journal_records)),
    limit(
        "journal-bytes",
        "of the records",
        "the oldest are dropped",
        (KIB, 4096 * MIB),
        Bytes(|all| &mut all.journal_bytes),
    ),
    limit("user-logins", "of one user", "the least used is void", (1, 100_000), Count(|all| &mut all.user_logins)),
    limit(
        "user-subscriptions",
        "of one user",
        "the least used ends",
        (1, 20_000),
        Count(|all| &mut all.user_subscriptions),
    ),
    limit("user-sockets", "of one user", "the least used is cut", (1, 20_000), Count(|all| &mut all.user_sockets)),
    limit("lifetime", "of what a client asks for", "shortened", (1_000, 87_600 * HOUR), Time(|all| &mut all.lifetime)),
];

const fn limit(
    name: &'static str,
    about: &'static str,
    then: &'static str,
    range: (u64, u64),
    place: LimitField,
) -> Limit {
    Limit { name, about, then, range, place }
}

/// Why an argument sets no limit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SettingError {
    /// It says no value.
    #[error("give NAME=VALUE, such as header-time=5s")]
    NoValue,
    /// No limit has this name, and one has a similar one.
    #[error("there is no limit `{name}`; {}", did_you_mean(nearest))]
    Misspelt {
        /// The name.
        name: String,
        /// The name that is like it.
        nearest: String,
    },
    /// No limit has a name like this.
    #[error("there is no limit `{name}`; there are {}", LIMITS.iter().map(|limit| limit.name).collect::<Vec<_>>().join(", "))]
    Unknown {
        /// The name.
        name: String,
    },
    /// The limit takes no such value.
    #[error("`{name}` is {form}, from {least} to {most}")]
    OutOfRange {
        /// The limit.
        name: &'static str,
        /// How its values are written.
        form: &'static str,
        /// The least of them.
        least: String,
        /// The greatest.
        most: String,
    },
}

impl Setting {
    /// Reads `NAME=VALUE`, as an argument gives it.
    ///
    /// # Errors
    ///
    /// [`SettingError`], which says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, SettingError> {
        let (name, value) = text.split_once('=').ok_or(SettingError::NoValue)?;
        let known = || LIMITS.iter().map(|limit| limit.name);
        let limit = LIMITS.iter().find(|limit| limit.name == name).ok_or_else(|| {
            let name = name.to_owned();
            match nearest(&name, known()) {
                Some(nearest) => SettingError::Misspelt { nearest, name },
                None => SettingError::Unknown { name },
            }
        })?;
        let (least, most) = limit.range;
        let read = limit.read(value).filter(|value| (least..=most).contains(value));
        let value = read.ok_or_else(|| {
            let form = match limit.place {
                Bytes(_) => "a size such as 32KiB, 1MiB or 5000 (bytes)",
                Count(_) => "a number",
                Time(_) => "a time such as 500ms, 10s or 1m30s",
            };
            SettingError::OutOfRange { name: limit.name, form, least: limit.shown(least), most: limit.shown(most) }
        })?;
        Ok(Self { limit, value })
    }

    /// Puts it into the limits of a server.
    pub fn apply(self, limits: &mut FrontLimits) {
        match self.limit.place {
            Bytes(place) | Count(place) => *place(limits) = usize::try_from(self.value).unwrap_or(usize::MAX),
            Time(place) => *place(limits) = Duration::from_millis(self.value),
        }
    }
}

impl Limit {
    fn read(&self, text: &str) -> Option<u64> {
        match self.place {
            Bytes(_) => size::parse(text),
            Count(_) => text.trim().parse().ok(),
            Time(_) => duration::parse(text).and_then(|time| u64::try_from(time.as_millis()).ok()),
        }
    }

    /// A value as people read it.
    fn shown(&self, value: u64) -> String {
        match self.place {
            Bytes(_) => size::shown(value),
            Count(_) => value.to_string(),
            Time(_) => duration::shown(Duration::from_millis(value)),
        }
    }

    fn default(&self) -> String {
        let mut limits = FrontLimits::default();
        match self.place {
            Bytes(place) | Count(place) => self.shown(*place(&mut limits) as u64),
            Time(place) => duration::shown(*place(&mut limits)),
        }
    }
}

/// Every limit with its default, as lines of `--help`.
#[must_use]
pub fn help() -> String {
    let mut lines = String::from("Limits, for --limit, with their defaults, and what goes beyond them meets:\n");
    for limit in LIMITS {
        let Limit { name, about, then, .. } = limit;
        let _ = writeln!(lines, "  {name:18}  {:>7}  {about}: {then}", limit.default());
    }
    lines
}

/// Every limit as the rows of a table in Markdown, for people.
#[must_use]
pub fn markdown() -> String {
    let mut table =
        "| Name | Default | Least | Most | What is limited | Beyond it |\n|---|---|---|---|---|---|\n".to_owned();
    for limit in LIMITS {
        let Limit { name, about, then, range: (least, most), .. } = limit;
        let (default, least, most) = (limit.default(), limit.shown(*least), limit.shown(*most));
        let _ = writeln!(table, "| `{name}` | {default} | {least} | {most} | {about} | {then} |");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        Setting::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn values_are_read_with_their_units_and_put_where_they_belong() {
        let mut limits = FrontLimits::default();
        for text in ["header-bytes=2KiB", "body-bytes=1 MiB", "frame-bytes=5000", "header-time=1m 30s", "journal=7"] {
            Setting::parse(text).unwrap().apply(&mut limits);
        }
        let expected = FrontLimits {
            header_bytes: 2048,
            body_bytes: 1024 * 1024,
            frame_bytes: 5000,
            header_time: Duration::from_secs(90),
            journal_records: 7,
            ..FrontLimits::default()
        };
        assert_eq!(limits, expected);
    }

    #[test]
    fn each_name_sets_a_limit_of_its_own() {
        for limit in LIMITS {
            let mut limits = FrontLimits::default();
            Setting { limit, value: limit.range.0 }.apply(&mut limits);
            assert_ne!(limits, FrontLimits::default(), "{}", limit.name);
            let mut others = LIMITS.iter().filter(|other| other.name != limit.name);
            assert!(others.all(|other| {
                let mut both = limits.clone();
                Setting { limit: other, value: other.range.0 }.apply(&mut both);
                both != limits
            }));
        }
        // So has every field a name.
        let fields = format!("{:?}", FrontLimits::default()).matches(": ").count();
        assert_eq!(fields, LIMITS.len());
    }

    #[test]
    fn what_cannot_be_set_is_told_with_what_can() {
        assert_eq!(told("header-time"), "give NAME=VALUE, such as header-time=5s");
        assert_eq!(told("header-tiem=5s"), "there is no limit `header-tiem`; did you mean `header-time`?");
        assert!(told("x=5").starts_with("there is no limit `x`; there are header-bytes, header-time, "));
        let size = "`body-bytes` is a size such as 32KiB, 1MiB or 5000 (bytes), from 1 KiB to 16 MiB";
        for wrong in ["body-bytes=5kb", "body-bytes=", "body-bytes=-1", "body-bytes=0", "body-bytes=99999999999999MiB"]
        {
            assert_eq!(told(wrong), size, "{wrong}");
        }
        let time = "`tls-time` is a time such as 500ms, 10s or 1m30s, from 1 ms to 3600 s";
        for wrong in ["tls-time=5", "tls-time=0s", "tls-time=2h"] {
            assert_eq!(told(wrong), time, "{wrong}");
        }
        assert_eq!(told("connections=0"), "`connections` is a number, from 1 to 1000000");
    }

    #[test]
    fn the_documentation_has_the_table() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/robustness.md");
        let page = std::fs::read_to_string(path).unwrap();
        assert!(page.contains(&markdown()), "docs/robustness.md must have this table:\n\n{}", markdown());
    }
}
