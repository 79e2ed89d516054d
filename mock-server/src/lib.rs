//! The Kandy platform as a sans-IO model, for every line of its SDKs: accounts, tokens, subscriptions, notification channels,
//! faults.
//!
//! [`Platform`] holds no socket, clock, thread or random source. Whoever owns it feeds it what arrives from outside
//! (`handle_*`), tells it what to do (the commands, plain verbs such as [`Platform::cut`]), and carries out what it
//! asks for ([`Platform::poll_output`]). The present time comes in with each input and each command.
//!
//! With the feature `net`, on by default, `MockKandy` is such an owner: it puts the platform behind real sockets, to be
//! embedded in tests. With the feature `front`, `Front` is another: one origin for people and their applications, with
//! limits and TLS, for days. Without them, nothing here knows of sockets.
//!
//! # The drain rule
//!
//! One input or command, then [`Platform::poll_output`] until it gives `None`, then the next. Effects come in the order
//! in which they happen, so an owner that keeps the rule sees the same order in every run.
//!
//! A REST request is answered on the spot: [`Platform::handle_request`] returns the [`Answer`], with the delay after
//! which the owner must deliver it. A websocket handshake reserves a socket ([`Upgrade::Accept`]); the owner calls
//! [`Platform::handle_opened`] when the handshake has reached the client, and [`Platform::handle_closed`] when the
//! connection is over, also if it never opened. Frames for a socket that is not open yet wait in it.
//!
//! # Time
//!
//! [`Platform::poll_timeout`] says when the platform next wants [`Platform::handle_timeout`]. Timers that are due at
//! one instant fire in the order in which they were armed, one for each call, so that each is drained before the next.
//! A call that comes too early does nothing.
//!
//! # What may grow
//!
//! What the crate gives to be looked at, and what names a fault, a point or a reason, is `#[non_exhaustive]`: more of it may come.
//! What its owner has to carry out or to tell in full is closed: [`Output`], [`Reply`], [`Upgrade`], [`Timer`], [`Command`],
//! [`Kind`]. A variant more is a new version there, and the compiler shows what has to be done. Options are made of their default:
//! `UserOptions { hmac, ..UserOptions::default() }`.
//!
//! # Crates of others
//!
//! [`http`]'s requests, headers and status codes, [`bytes`]'s buffers and [`serde_json`]'s values are part of the interface, and their
//! versions with it. So is wiremock, to mount mocks beside the platform; and of `Front` the configuration of
//! TLS, which is rustls's, and the bodies of `http-body` that a `Beside` answers with.
//!
//! ```
//! use bytes::Bytes;
//! use kandy_mock_server::{Platform, Reply, Time, UserOptions};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut platform = Platform::new();
//! platform.add_user(Time::ZERO, "alice@example.com", "s3cret", UserOptions::default())?;
//!
//! let request = http::Request::get("/v2.0/auth/mk_token?refresh=y")
//!     .header("authorization", "basic YWxpY2VAZXhhbXBsZS5jb206czNjcmV0")
//!     .body(Bytes::new())?;
//! let answer = platform.handle_request(Time::ZERO, &request);
//! assert!(matches!(answer.reply, Reply::Respond(response) if response.status == 200));
//! # Ok(())
//! # }
//! ```

mod account;
mod channel;
pub mod command;
mod dialect;
mod duration;
mod error;
mod fair;
pub mod fault;
mod frame;
#[cfg(feature = "front")]
mod front;
mod ids;
mod journal;
mod limits;
mod mask;
#[cfg(feature = "net")]
mod mock_kandy;
mod output;
mod platform;
mod point;
mod query;
mod reason;
mod reply;
mod route;
#[cfg(feature = "sabotage")]
pub mod sabotage;
#[cfg(feature = "net")]
mod server;
mod service;
mod subscription;
mod text;
mod time;
mod timer;
mod token;
mod weight;
mod wire;

pub use account::{UserInfo, UserOptions};
pub use channel::{SocketInfo, SocketState};
pub use command::{Command, CommandOutput, GoneOptions, Target};
pub use error::PlatformError;
pub use fault::{Each, Fault, FaultError, FaultFilter, FaultRule};
pub use frame::Frame;
#[cfg(feature = "front")]
pub use front::{
    Answering, Beside, BodyError, BoundFront, ClockKind, Front, FrontHandle, FrontLimits, FrontOptions, Hosts,
    RequestBody,
};
pub use ids::{FaultId, SocketId, SubscriptionId};
pub use journal::{
    Answered, Delivery, FrameRecord, Journal, Kind, Met, Record, RecordFilter, RecordKind, Refusal, RefusalRecord,
    Refused, RequestRecord, Side, UnknownKind,
};
pub use limits::{Limits, PlatformLimits};
pub use mask::{masked, masked_query, masked_value};
#[cfg(feature = "net")]
pub use mock_kandy::{FailError, MockKandy, MockKandyOptions, Received, WaitError};
pub use output::Output;
pub use platform::{Platform, SettingsInfo};
pub use point::{Point, UnknownPoint};
pub use reason::Reason;
pub use reply::{Answer, Reply, Response, Upgrade};
#[cfg(feature = "front")]
pub use server::advanced::{Advanced, Fired, FiredAnswer};
#[cfg(feature = "front")]
pub use server::clock::ClockError;
#[cfg(feature = "net")]
pub use server::disturber::{Disturber, Fate, Message};
#[cfg(feature = "net")]
pub use server::error::StartError;
#[cfg(feature = "net")]
pub use server::exchanges::HeldAnswer;
#[cfg(feature = "net")]
pub use server::idle::UnderWay;
#[cfg(feature = "net")]
pub use server::watch::{Lagged, Watch};
pub use subscription::SubscriptionInfo;
pub use time::Time;
pub use timer::Timer;
pub use token::{IssuedTokens, TokenOptions, TokensInfo};
