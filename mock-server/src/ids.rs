//! What the platform calls subscriptions, sockets and rules.

use std::fmt;

use serde::{Serialize, Serializer};

/// Names a subscription: `SUB-1`, `SUB-2`, in the order in which they were made. Its channel has the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(u64);

impl SubscriptionId {
    pub(crate) const fn numbered(number: u64) -> Self {
        Self(number)
    }

    /// The name of the subscription's notification channel: `CH-1`.
    #[must_use]
    pub fn channel(self) -> String {
        format!("CH-{}", self.0)
    }

    /// The name of the session that begins with the subscription: `SESS-1`.
    pub(crate) fn session(self) -> String {
        format!("SESS-{}", self.0)
    }

    /// By what services name the channel: `ws-CB-1`.
    pub(crate) fn callback(self) -> String {
        format!("ws-CB-{}", self.0)
    }

    /// The subscription of the channel that services call `ws-CB-n`.
    pub(crate) fn of_callback(callback: &str) -> Option<Self> {
        number_after(callback, "ws-CB-").map(Self)
    }

    /// The subscription that `SUB-n` names.
    pub(crate) fn named(name: &str) -> Option<Self> {
        number_after(name, "SUB-").map(Self)
    }

    /// The subscription of the channel `CH-n`.
    pub(crate) fn of_channel(channel: &str) -> Option<Self> {
        number_after(channel, "CH-").map(Self)
    }
}

impl fmt::Display for SubscriptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SUB-{}", self.0)
    }
}

impl Serialize for SubscriptionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Names a socket of the platform, numbered from 1 in the order of the handshakes. After a reset numbers begin again; what was
/// named before is another socket all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(Default))]
pub struct SocketId {
    /// How often the platform had been reset.
    resets: u32,
    number: u64,
}

impl SocketId {
    /// The socket of that number, on a platform that had been reset so often.
    pub(crate) const fn numbered(resets: u32, number: u64) -> Self {
        Self { resets, number }
    }

    /// The socket's number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.number
    }
}

impl fmt::Display for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WS-{}", self.number)
    }
}

impl Serialize for SocketId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Names a rule that `fail` has made, numbered from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct FaultId(u64);

impl FaultId {
    pub(crate) const fn numbered(number: u64) -> Self {
        Self(number)
    }

    /// The rule's number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// The number in `CH-12`, if it is written as the platform writes it.
pub(crate) fn number_after(text: &str, prefix: &str) -> Option<u64> {
    let digits = text.strip_prefix(prefix)?;
    let canonical = !digits.starts_with(['0', '+']);
    digits.parse().ok().filter(|_| canonical)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        let id = SubscriptionId(12);
        assert_eq!(SubscriptionId::named(&id.to_string()), Some(id));
        assert_eq!(SubscriptionId::of_channel(&id.channel()), Some(id));
        for other in ["SUB-", "SUB-012", "SUB-+12", "sub-12", "CH-12"] {
            assert_eq!(SubscriptionId::named(other), None, "{other}");
        }
    }
}
