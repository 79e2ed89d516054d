//! A faithful port of the connect and disconnect part of Kandy.js: of UC 3.x (SDK 3.41.1), and of UC 5, Link 3 and Link 5,
//! which are other [`Dialect`]s.
//!
//! [`Session`] is the whole client as a state machine without sockets, clocks, threads or chance of its own: the
//! time comes in with each input, and effects come out of one ordered queue. It keeps every quirk that an
//! application can see, so that what it does predicts what the real SDK does; `PORTING.md` lists them.
//!
//! # Connecting and disconnecting
//!
//! `Kandy` is the client for an application: the session over real sockets, with Kandy.js's calls and events. Here it
//! meets `MockKandy`, the platform of this project.
//!
#![cfg_attr(feature = "driver", doc = "```")]
#![cfg_attr(not(feature = "driver"), doc = "```ignore")]
//! use kandy_client::{Config, Credentials, Event, Kandy};
//! use kandy_mock_server::MockKandy;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let platform = MockKandy::start().await;
//! platform.add_user("alice@example.com", "s3cret")?;
//!
//! let kandy = Kandy::create(Config::for_server("127.0.0.1", platform.rest_port(), platform.ws_port()))?;
//! kandy.on("auth:change", |kandy, _| println!("Connected: {}", kandy.connection().is_connected));
//! kandy.on("auth:error", |_, event| {
//!     if let Event::AuthError(error) = event {
//!         println!("Connect error: {} ({:?})", error.message(), error.code());
//!     }
//! });
//!
//! kandy.connect(&Credentials::password("alice@example.com", "s3cret"));
//! kandy.connected().await?;
//! assert_eq!(platform.sockets("alice@example.com").len(), 1);
//!
//! kandy.disconnect();
//! kandy.disconnected().await;
//! assert!(platform.subscriptions("alice@example.com").is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # The drain rule
//!
//! Give one input, take all output, give the next:
//!
//! ```
//! use kandy_client::{Config, ConnectOptions, Credentials, Event, Output, Session, Time};
//!
//! let mut session = Session::new(Config::for_server("127.0.0.1", 8080, 8081));
//! let credentials = Credentials::password("alice@example.com", "s3cret");
//! session.connect(Time::ZERO, &credentials, &ConnectOptions::default());
//!
//! let Some(Output::Request { request, .. }) = session.poll_output() else { panic!("a token is asked for first") };
//! assert_eq!(request.url, "http://127.0.0.1:8080/v2.0/auth/mk_token?refresh=y");
//! assert_eq!(session.poll_output(), Some(Output::Event(Event::AuthChange)));
//! assert!(session.connection().is_pending);
//! assert_eq!(session.poll_output(), None);
//! ```
//!
//! [`Listeners`] and [`Emission`] give the events to an application's listeners in the SDK's order.
//!
//! # Features
//!
//! `driver`, on by default, brings `Kandy`, which is all this over real sockets on a tokio runtime. Without it the crate
//! is the machine alone.
//!
//! `internals` is for whoever runs a whole world, as `kandy-scenarios` does: JavaScript's values as they are, in the module
//! `js`, and enums without a hidden variant, so that the compiler names each `match` that a new one needs. An application
//! reads such values as [`Untyped`], and leaves room for variants that will come.
//!
//! # Public dependencies
//!
//! Types of a few other crates stand in signatures here: those of [`http`] and [`bytes`], which are re-exported, and of
//! `serde_json`; with `driver` also a handle and a channel of `tokio`, and the `Stream` of `futures-core`. What carries requests,
//! sockets and TLS stays inside.

#![forbid(unsafe_code)]
#![warn(missing_debug_implementations)]

mod call;
mod config;
mod credentials;
mod dialect;
#[cfg(feature = "driver")]
pub mod driver;
mod error;
mod event;
mod io;
#[cfg(feature = "internals")]
pub mod js;
#[cfg(not(feature = "internals"))]
#[expect(unreachable_pub, unused_imports, reason = "with the feature all of it is public")]
mod js;
mod listener;
mod mask;
mod protocol;
mod random;
#[cfg(feature = "sabotage")]
pub mod sabotage;
mod session;
mod timer;
mod untyped;

pub use bytes;
pub use call::UntypedCall;
pub use config::{
    Config, ConfigError, Encryption, IncomingCalls, Settings, UnknownKey, Violation, unknown_keys, unknown_keys_of,
};
pub use credentials::{ConnectOptions, Credentials};
pub use dialect::Dialect;
#[cfg(feature = "driver")]
pub use driver::Kandy;
pub use error::{Code, Error};
pub use event::{DisconnectReason, EVENT_NAMES, Event, Fields};
pub use http;
pub use io::{NetworkFailure, Output, Request, RequestId, Response, SocketId, Task, WebSocketInput};
pub use js::TypeError;
pub use listener::{Call, Emission, Listeners, MAX_LISTENERS, TooManyListeners};
pub use random::Random;
pub use session::Session;
pub use session::view::{
    Connection, Phase, ServiceStatus, Services, SocketDetails, SocketState, Standing, Subscriptions, UserInfo,
};
pub use timer::{OpeningId, Time, Timer};
pub use untyped::Untyped;
