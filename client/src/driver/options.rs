//! What can be chosen about the network.

use std::fmt;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use thiserror::Error;

/// How a client uses the network. The defaults suit a test or a tool that talks to any platform.
///
/// Kandy.js has no counterpart: there the browser decides. Every limit is generous for what the platform sends. What
/// exceeds one ends as in a network failure.
///
/// ```
/// use std::time::Duration;
///
/// use kandy_client::driver::Options;
///
/// let options = Options::default().with_enforce_cors(true).with_request_timeout(Duration::from_secs(10));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub(super) enforce_cors: bool,
    pub(super) plain_websockets: bool,
    pub(super) extra_roots: Vec<Certificate>,
    pub(super) request_timeout: Option<Duration>,
    pub(super) handshake_timeout: Option<Duration>,
    pub(super) max_body: usize,
    pub(super) max_message: usize,
    pub(super) max_requests: usize,
    pub(super) max_sockets: usize,
    pub(super) max_unsent_frames: usize,
}

/// A certificate to trust, in the form that is called DER.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate(pub(super) CertificateDer<'static>);

impl Options {
    /// Whether to be as strict as a web page: requests and handshakes carry an `Origin`, and an answer whose
    /// `Access-Control-Allow-Origin` is neither `*` nor that origin counts as no answer. Off by default. Only the last
    /// answer of a chain of redirects is judged.
    #[must_use]
    pub fn with_enforce_cors(mut self, on: bool) -> Self {
        self.enforce_cors = on;
        self
    }

    /// Whether websockets are opened without encryption where the SDK insists on it, as Link 4 and 5 do: for a platform
    /// without TLS. A page would rewrite the scheme likewise. Off by default.
    #[must_use]
    pub fn with_plain_websockets(mut self, on: bool) -> Self {
        self.plain_websockets = on;
        self
    }

    /// One more certificate to trust beside those of the system, for servers with a certificate of one's own.
    #[must_use]
    pub fn with_extra_root(mut self, certificate: Certificate) -> Self {
        self.extra_roots.push(certificate);
        self
    }

    /// How long a request may take, its body included. Without it a request takes as long as it takes: the SDK waits for
    /// ever.
    #[must_use]
    pub fn with_request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = Some(timeout);
        self
    }

    /// How long a websocket may take to open. Without it there is no limit: the SDK starts the next attempt meanwhile and
    /// leaves this one as it is. Chromium gives up after four minutes.
    #[must_use]
    pub fn with_handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = Some(timeout);
        self
    }

    /// The longest body of an answer, in bytes. A longer one is not read to its end and counts as no answer. 4 MiB by
    /// default.
    #[must_use]
    pub fn with_max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// The longest message on a websocket, in bytes. A longer one closes the socket: with 1006 for the application,
    /// with 1009 for the server. 1 MiB by default.
    #[must_use]
    pub fn with_max_message(mut self, bytes: usize) -> Self {
        self.max_message = bytes;
        self
    }

    /// How many requests may be under way at once; more fail at once, as in a browser that has run out of resources.
    /// 1,000 by default.
    #[must_use]
    pub fn with_max_requests(mut self, requests: usize) -> Self {
        self.max_requests = requests;
        self
    }

    /// How many websockets may exist at once; more fail at once. Sockets that the SDK has given up without closing them
    /// count too, and so do those that are still closing. 255 by default, which is Chromium's limit.
    #[must_use]
    pub fn with_max_sockets(mut self, sockets: usize) -> Self {
        self.max_sockets = sockets;
        self
    }

    /// How many frames may wait to be sent on one websocket whose server does not read. One more closes it with 1006.
    /// 1,024 by default, at least 1.
    #[must_use]
    pub fn with_max_unsent_frames(mut self, frames: usize) -> Self {
        self.max_unsent_frames = frames;
        self
    }
}

impl Certificate {
    /// The certificate of these bytes. Whether they are one is found out when a client is made of them.
    #[must_use]
    pub fn from_der(der: impl Into<Vec<u8>>) -> Self {
        Self(CertificateDer::from(der.into()))
    }
}

/// The bytes are of no use to a reader.
impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({} bytes)", self.0.len())
    }
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
#[non_exhaustive]
pub enum SetUpError {
    /// There is no runtime to run on.
    #[error("a client needs a tokio runtime: create it inside one")]
    NoRuntime,
    /// A certificate of [`Options::with_extra_root`] cannot be trusted.
    #[error("the extra root certificate {index} cannot be used")]
    #[non_exhaustive]
    ExtraRoot {
        /// Its place among them, from 0.
        index: usize,
        /// What is wrong with it, in the words of the TLS library.
        source: Cause,
    },
    /// No protocol version is left to choose from.
    #[error("TLS cannot be set up")]
    Tls(#[source] Cause),
    /// The HTTP client refuses its set-up.
    #[error("the HTTP client cannot be set up")]
    Http(#[source] Cause),
}

/// The error of a library below this one. Which library that is may change.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;
