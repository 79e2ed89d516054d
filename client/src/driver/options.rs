//! What can be chosen about the network.

use std::time::Duration;

use thiserror::Error;

use super::CertificateDer;

/// How a client uses the network. The defaults suit a test or a tool that talks to any platform.
///
/// Kandy.js has no counterpart: there the browser decides. Every limit is generous for what the platform sends. What
/// exceeds one ends as in a network failure.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether to be as strict as a web page: requests and handshakes carry an `Origin`, and an answer whose
    /// `Access-Control-Allow-Origin` is neither `*` nor that origin counts as no answer. Off by default. Only the last
    /// answer of a chain of redirects is judged.
    pub enforce_cors: bool,
    /// Whether websockets are opened without encryption where the SDK insists on it, as Link 4 and 5 do: for a platform
    /// without TLS. A page would rewrite the scheme likewise. Off by default.
    pub plain_websockets: bool,
    /// Certificates to trust beside those of the system, for servers with a certificate of one's own. None by default.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// How long a request may take, its body included. `None` by default: the SDK waits for ever.
    pub request_timeout: Option<Duration>,
    /// How long a websocket may take to open. `None` by default: the SDK starts the next attempt meanwhile and leaves
    /// this one as it is. Chromium gives up after four minutes.
    pub handshake_timeout: Option<Duration>,
    /// The longest body of an answer, in bytes. A longer one is not read to its end and counts as no answer. 4 MiB by
    /// default.
    pub max_body: usize,
    /// The longest message on a websocket, in bytes. A longer one closes the socket: with 1006 for the application,
    /// with 1009 for the server. 1 MiB by default.
    pub max_message: usize,
    /// How many requests may be under way at once; more fail at once, as in a browser that has run out of resources.
    /// 1,000 by default.
    pub max_requests: usize,
    /// How many websockets may exist at once; more fail at once. Sockets that the SDK has given up without closing them
    /// count too, and so do those that are still closing. 255 by default, which is Chromium's limit.
    pub max_sockets: usize,
    /// How many frames may wait to be sent on one websocket whose server does not read. One more closes it with 1006.
    /// 1,024 by default, at least 1.
    pub max_unsent_frames: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            enforce_cors: false,
            plain_websockets: false,
            extra_roots: Vec::new(),
            request_timeout: None,
            handshake_timeout: None,
            max_body: 4 << 20,
            max_message: 1 << 20,
            max_requests: 1_000,
            max_sockets: 255,
            max_unsent_frames: 1_024,
        }
    }
}

/// Why a client could not be made.
#[derive(Debug, Error)]
pub enum SetUpError {
    /// There is no runtime to run on.
    #[error("a client needs a tokio runtime: create it inside one")]
    NoRuntime,
    /// One of [`Options::extra_roots`] is not a certificate that can be trusted.
    #[error("the extra root certificate {index} cannot be used")]
    ExtraRoot {
        /// Its place in the list, from 0.
        index: usize,
        /// What is wrong with it.
        source: rustls::Error,
    },
    /// No protocol version is left to choose from.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    /// The HTTP client refuses its set-up.
    #[error("the HTTP client cannot be set up")]
    Http(#[source] reqwest::Error),
}
