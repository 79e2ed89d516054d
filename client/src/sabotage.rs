//! Behind the feature `sabotage`, which nothing enables but a test: quirks of the SDK repaired, so that it shows whether
//! `explore` finds a quirk by what it does, and nothing else by it.
//!
//! A session asks this file at its inputs alone. A process has one repair at a time.

use std::sync::atomic::{AtomicU8, Ordering};

use http::StatusCode;

use crate::io::{NetworkFailure, Response};

static REPAIRED: AtomicU8 = AtomicU8::new(0);

/// A quirk that is repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Repair {
    /// A sign-in that is refused without a body is told by `auth:error`; the SDK stays pending for ever.
    EmptyRefusalIsTold = 1,
    /// `disconnect()` ends the attempts to open a websocket; the SDK lets them go on.
    AttemptsEndAtDisconnect = 2,
    /// When the platform closes the websocket with 1000 the subscription is deleted; the SDK leaves it behind.
    CloseDeletesSubscription = 3,
}

/// Repairs this in every session of the process from now on, or nothing any more.
pub fn repair(repair: Option<Repair>) {
    REPAIRED.store(repair.map_or(0, |repair| repair as u8), Ordering::SeqCst);
}

pub(crate) fn is_repaired(repair: Repair) -> bool {
    REPAIRED.load(Ordering::SeqCst) == repair as u8
}

/// An answer, before the session reads it; `is_login` says whether it is that to a password.
pub(crate) fn answer(is_login: bool, mut answer: Result<Response, NetworkFailure>) -> Result<Response, NetworkFailure> {
    if let Ok(response) = &mut answer
        && is_repaired(Repair::EmptyRefusalIsTold)
        && is_login
        && response.status == StatusCode::UNAUTHORIZED
        && response.body.is_empty()
    {
        response.body = r#"{"error":{"human":"Unauthorized"}}"#.into();
    }
    answer
}
