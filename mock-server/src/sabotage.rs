//! Behind the feature `sabotage`, which nothing enables but a test: bugs planted in the platform, so that it shows whether
//! `explore` finds them.
//!
//! Only the ways in and out of a platform ask this file. A process has one bug at a time.

use std::sync::atomic::{AtomicU8, Ordering};

use bytes::Bytes;
use http::{Method, Request, StatusCode};

use crate::channel::Sockets;
use crate::frame::Frame;
use crate::output::Output;
use crate::reply::Response;
use crate::wire::{SubscribeAnswer, code};

static PLANTED: AtomicU8 = AtomicU8::new(0);

/// A bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Bug {
    /// A DELETE is answered, and its subscription lives on.
    DeleteForgetsNothing = 1,
    /// Of what is pushed over a socket only the first arrives.
    PushesAreLost = 2,
    /// `gone` ends the subscription and tells no socket, so that none is closed.
    GoneIsNotTold = 3,
}

/// Plants this in every platform of the process from now on, or nothing any more.
pub fn plant(bug: Option<Bug>) {
    PLANTED.store(bug.map_or(0, |bug| bug as u8), Ordering::SeqCst);
}

fn is_planted(bug: Bug) -> bool {
    PLANTED.load(Ordering::SeqCst) == bug as u8
}

/// What a request is answered with, if the platform should not see it.
pub(crate) fn answer(request: &Request<Bytes>) -> Option<Response> {
    let is_hidden = is_planted(Bug::DeleteForgetsNothing) && request.method() == Method::DELETE;
    is_hidden.then(|| Response::json(StatusCode::OK, &SubscribeAnswer::bare(code::OK)))
}

/// Whether something that should be sent never is.
pub(crate) fn loses(sockets: &mut Sockets, output: &Output) -> bool {
    let Output::Send { socket, frame: Frame::Text(text) } = output else { return false };
    let is_gone = text.contains(r#""eventType":"gone""#);
    let is_later = sockets.get_mut(*socket).is_some_and(|socket| socket.frames_out > 1);
    is_gone && is_planted(Bug::GoneIsNotTold) || !is_gone && is_later && is_planted(Bug::PushesAreLost)
}
