//! By which names a server is addressed.
//!
//! A foreign page may make a name of its own lead here (DNS rebinding). The browser then takes its requests for those of one
//! origin, but they still tell the name.

use std::net::{IpAddr, SocketAddr};

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, Uri};

/// The hosts that are a server: its address, `localhost` and every loopback address, each with its port, and the names
/// that it was told, whatever their port.
#[derive(Clone, Debug)]
pub struct Hosts {
    address: SocketAddr,
    is_tls: bool,
    names: Vec<String>,
}

impl Hosts {
    /// Those of a server that listens at `address`, and has these names beside it.
    #[must_use]
    pub const fn new(address: SocketAddr, is_tls: bool, names: Vec<String>) -> Self {
        Self { address, is_tls, names }
    }

    /// The port at which the server listens.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Whether the server has TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// The host to which a request is addressed, if it is this server.
    pub fn addressed(&self, uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
        let mut hosts = headers.get_all(HOST).iter();
        let host = hosts.next().and_then(|host| Authority::try_from(host.as_bytes()).ok());
        let is_alone = hosts.next().is_none();
        let named = host.filter(|host| is_alone && self.hold(host));
        // A request line may name a host as well; whichever a foreign page could choose has to be right.
        named.filter(|_| uri.authority().is_none_or(|authority| self.hold(authority)))
    }

    fn hold(&self, host: &Authority) -> bool {
        let name = host.host();
        if host.as_str().contains('@') {
            return false;
        }
        if self.names.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            return true;
        }
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        let bound = self.address.ip();
        // An address is never a name that a foreign page could have made lead here.
        let is_own = match address.parse::<IpAddr>() {
            Ok(ip) => ip.is_loopback() || ip == bound || bound.is_unspecified(),
            Err(_) => name.eq_ignore_ascii_case("localhost"),
        };
        let default_port = if self.is_tls { 443 } else { 80 };
        is_own && host.port_u16().unwrap_or(default_port) == self.port()
    }
}
