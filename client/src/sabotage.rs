//! Behind the feature `sabotage`, which nothing enables but a test: quirks of the SDK repaired, so that it shows whether
//! `explore` finds a quirk by what it does, and nothing else by it.
//!
//! Only the inputs of a session ask this file. A process has one repair at a time.

use std::sync::atomic::{AtomicU8, Ordering};

use http::StatusCode;

use crate::connect::Flow;
use crate::io::{NetworkFailure, Output, Response, SocketId, WebSocketInput};
use crate::session::{Purpose, Session};
use crate::timer::{Time, Timer};

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

fn is_repaired(repair: Repair) -> bool {
    REPAIRED.load(Ordering::SeqCst) == repair as u8
}

/// An answer, before the session reads it.
pub(crate) fn answer(
    purpose: &Purpose,
    mut answer: Result<Response, NetworkFailure>,
) -> Result<Response, NetworkFailure> {
    if let Ok(response) = &mut answer
        && is_repaired(Repair::EmptyRefusalIsTold)
        && *purpose == Purpose::CreateToken
        && response.status == StatusCode::UNAUTHORIZED
        && response.body.is_empty()
    {
        response.body = r#"{"error":{"human":"Unauthorized"}}"#.into();
    }
    answer
}

/// `disconnect()`, before it does anything.
pub(crate) fn before_disconnect(session: &mut Session) {
    if !is_repaired(Repair::AttemptsEndAtDisconnect) || !matches!(session.flow, Flow::OpeningWebSocket { .. }) {
        return;
    }
    for opening in std::mem::take(&mut session.websockets.openings) {
        session.timers.cancel(Timer::Attempt(opening.id));
        if let Some(id) = opening.socket {
            session.effect(Output::CloseWebSocket { id });
        }
    }
}

/// News of a websocket, before the session takes them.
pub(crate) fn before_news(session: &mut Session, now: Time, id: SocketId, input: &WebSocketInput) {
    let is_end =
        matches!(input, WebSocketInput::Closed { code: 1000 }) && session.open_sockets().any(|open| open == id);
    if is_end && is_repaired(Repair::CloseDeletesSubscription) {
        // The session ends by the close, as it always did: the answer has nothing more to end.
        if let Some(request) = session.unsubscribe(now) {
            session.forget(request);
        }
    }
}
