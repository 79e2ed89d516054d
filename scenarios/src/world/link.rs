//! The link between clients and platform: messages under way, delivered in the order of their times.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use kandy_client::{RequestId, SocketId};
use kandy_mock_server::Frame;

use super::arrival::{SimAnswer, SocketNews};
use crate::step::ClientId;
use crate::world::{MAX_MESSAGE_BYTES, MAX_MESSAGES, WorldError};

/// A message on its way.
pub(super) enum LinkMessage {
    /// A request, to the platform.
    Request {
        client: ClientId,
        id: RequestId,
        request: http::Request<Bytes>,
        /// Whether a browser has asked whether it may be made, as far as the platform misbehaves at that.
        is_allowed: bool,
    },
    /// A websocket handshake, to the platform.
    Upgrade { client: ClientId, id: SocketId, request: http::Request<()> },
    /// A frame, to the platform.
    FrameUp { client: ClientId, id: SocketId, frame: Frame },
    /// A close by the client.
    ClosedByClient { client: ClientId, id: SocketId },
    /// What comes of a request, to a client.
    Reply { client: ClientId, id: RequestId, answered: SimAnswer },
    /// The handshake has succeeded, for both sides.
    Opened { client: ClientId, id: SocketId, socket: kandy_mock_server::SocketId },
    /// Anything else that happens to a socket, to a client.
    Socket { client: ClientId, id: SocketId, news: SocketNews },
}

/// The messages under way.
#[derive(Debug, Default)]
pub(super) struct Link {
    /// By arrival and number.
    under_way: BTreeMap<(Duration, u64), LinkTraffic>,
    bytes: usize,
    sent: u64,
}

#[derive(Debug)]
struct LinkTraffic {
    bytes: usize,
    message: LinkMessage,
    /// Whether the schedule of the world has been asked about it: what is late was, when it should have arrived.
    is_asked: bool,
}

impl Link {
    pub(super) fn send(&mut self, now: Duration, arrival: Duration, message: LinkMessage) -> Result<(), WorldError> {
        self.put(now, arrival, message, false)
    }

    /// Sends a message on that has arrived once, and should arrive later.
    pub(super) fn send_asked(
        &mut self,
        now: Duration,
        arrival: Duration,
        message: LinkMessage,
    ) -> Result<(), WorldError> {
        self.put(now, arrival, message, true)
    }

    fn put(
        &mut self,
        now: Duration,
        arrival: Duration,
        message: LinkMessage,
        is_asked: bool,
    ) -> Result<(), WorldError> {
        if self.under_way.len() >= MAX_MESSAGES {
            return Err(WorldError::TooManyMessages { time: now });
        }
        let bytes = message.bytes();
        if bytes > MAX_MESSAGE_BYTES - self.bytes {
            return Err(WorldError::TooManyMessageBytes { time: now });
        }
        self.sent += 1;
        self.bytes += bytes;
        self.under_way.insert((arrival, self.sent), LinkTraffic { bytes, message, is_asked });
        Ok(())
    }

    pub(super) fn next_arrival(&self) -> Option<Duration> {
        self.under_way.first_key_value().map(|((arrival, _), _)| *arrival)
    }

    /// The messages under way, in the order of their arrival.
    pub(super) fn messages(&self) -> impl Iterator<Item = &LinkMessage> {
        self.under_way.values().map(|under_way| &under_way.message)
    }

    /// Whether anything was ever on its way.
    pub(super) const fn has_carried(&self) -> bool {
        self.sent > 0
    }

    /// The message that arrives next, and whether the schedule has been asked about it.
    pub(super) fn take_next(&mut self) -> Option<(LinkMessage, bool)> {
        let (_, LinkTraffic { bytes, message, is_asked }) = self.under_way.pop_first()?;
        self.bytes -= bytes;
        Some((message, is_asked))
    }
}

/// Requests carry passwords and tokens, so of a message only its kind is shown.
impl fmt::Debug for LinkMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Message").field(&self.kind()).finish()
    }
}

impl LinkMessage {
    /// What it takes in memory, but for what allocators and tables need besides.
    fn bytes(&self) -> usize {
        let contents = match self {
            Self::Request { request, .. } => {
                uri_bytes(request.uri()) + header_bytes(request.headers()) + request.body().len()
            }
            Self::Upgrade { request, .. } => uri_bytes(request.uri()) + header_bytes(request.headers()),
            Self::FrameUp { frame, .. } => frame.len(),
            Self::ClosedByClient { .. } | Self::Opened { .. } => 0,
            Self::Reply { answered, .. } => answered.bytes(),
            Self::Socket { news, .. } => news.bytes(),
        };
        size_of::<Self>() + contents
    }

    /// What it is, in a word or two.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Request { .. } => "request",
            Self::Upgrade { .. } => "websocket handshake",
            Self::FrameUp { .. } => "frame to the platform",
            Self::ClosedByClient { .. } => "close by the client",
            Self::Reply { .. } => "reply",
            Self::Opened { .. } => "websocket open",
            Self::Socket { .. } => "news of a websocket",
        }
    }
}

fn uri_bytes(uri: &http::Uri) -> usize {
    uri.path_and_query().map_or(0, |path| path.as_str().len())
}

pub(super) fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}
