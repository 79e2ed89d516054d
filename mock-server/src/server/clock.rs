//! The platform's time: the real one, or one that is held.

#[cfg(feature = "front")]
use std::time::Duration;
use std::time::{Instant, SystemTime};

use http::HeaderValue;
#[cfg(feature = "front")]
use tokio::sync::watch;
use tokio::time::sleep;

use crate::time::Time;

#[derive(Debug)]
pub(crate) enum Clock {
    Real {
        started: Instant,
    },
    #[cfg(feature = "front")]
    Manual {
        held: watch::Sender<Time>,
    },
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the owner of the platform's time; there is no other clock here")]
    pub(crate) fn real() -> Self {
        Self::Real { started: Instant::now() }
    }

    #[cfg(feature = "front")]
    pub(crate) fn manual() -> Self {
        Self::Manual { held: watch::Sender::new(Time::ZERO) }
    }

    pub(crate) fn now(&self) -> Time {
        match self {
            Self::Real { started } => Time::from_duration(started.elapsed()),
            #[cfg(feature = "front")]
            Self::Manual { held } => *held.borrow(),
        }
    }

    /// Waits until it is `due`.
    pub(crate) async fn until(&self, due: Time) {
        match self {
            Self::Real { .. } => {
                let ahead = due - self.now();
                if !ahead.is_zero() {
                    sleep(ahead).await;
                }
            }
            #[cfg(feature = "front")]
            Self::Manual { held } => {
                let reached = held.subscribe().wait_for(|now| *now >= due).await.map(|_| ());
                reached.expect("the clock is there for as long as it is waited for");
            }
        }
    }
}

/// The real date, for the `Date` header of answers. It does not depend on the platform's time.
#[expect(clippy::disallowed_methods, reason = "what a server says of itself, beside the platform's time")]
pub(crate) fn date() -> HeaderValue {
    HeaderValue::try_from(httpdate::fmt_http_date(SystemTime::now())).expect("a date is visible ASCII")
}

/// The present time of the world, in milliseconds since 1970, which lines records up with those of other programs.
#[expect(clippy::disallowed_methods, reason = "it stands beside the platform's time, and decides nothing")]
pub(crate) fn wall_time() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Why a clock was not advanced.
#[cfg(feature = "front")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClockError {
    /// Real time passes by itself.
    #[error("the clock is the real one: only a manual clock can be advanced")]
    Real,
    /// Time does not go back.
    #[error("{to} is past: the platform's time is {now}")]
    Past {
        /// The present time.
        now: Time,
        /// The instant that was asked for.
        to: Time,
    },
    /// That is beyond the end of time.
    #[error("{by:?} from {now} is beyond the end of time")]
    End {
        /// The present time.
        now: Time,
        /// The duration that was asked for.
        by: Duration,
    },
}
