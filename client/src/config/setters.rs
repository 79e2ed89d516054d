//! Options as Rust has them: ports as numbers of 16 bits, times as durations, choices as enums.

use std::time::Duration;

use super::Config;

/// How a server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encryption {
    /// `http` and `ws`, as servers of tests have it.
    None,
    /// `https` and `wss`.
    Tls,
}

/// `notifications.incomingCallNotificationMode`: which channel brings the notifications of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IncomingCalls {
    /// Any channel, the websocket included.
    #[default]
    AnyChannel,
    /// Only the push channel: those that come over the websocket are dropped.
    PushChannelOnly,
}

/// Setters: each takes what the SDK finds valid, and replaces one option. [`merge`](Config::merge) takes everything else.
impl Config {
    /// Where the REST server is: `authentication.subscription.server` and `port`.
    #[must_use]
    pub fn with_rest_server(mut self, host: impl Into<String>, port: u16) -> Self {
        let rest = &mut self.authentication.subscription;
        (rest.server, rest.port) = (Some(host.into()), port.into());
        self
    }

    /// Where the server of the notification channel is: `authentication.websocket.server` and `port`.
    #[must_use]
    pub fn with_websocket_server(mut self, host: impl Into<String>, port: u16) -> Self {
        let websocket = &mut self.authentication.websocket;
        (websocket.server, websocket.port) = (Some(host.into()), port.into());
        self
    }

    /// How both servers are reached: `protocol` of each. TLS by default, but for [`for_server`](Self::for_server).
    #[must_use]
    pub fn with_encryption(mut self, encryption: Encryption) -> Self {
        let (rest, websocket) = match encryption {
            Encryption::None => ("http", "ws"),
            Encryption::Tls => ("https", "wss"),
        };
        rest.clone_into(&mut self.authentication.subscription.protocol);
        websocket.clone_into(&mut self.authentication.websocket.protocol);
        self
    }

    /// How long a subscription is asked to live, in whole seconds: `authentication.subscription.expires`. An hour by default;
    /// the answer of the server wins over it.
    #[must_use]
    pub fn with_expires(mut self, lifetime: Duration) -> Self {
        self.authentication.subscription.expires = seconds(lifetime);
        self
    }

    /// The services that are asked for: `authentication.subscription.service`. `call`, `IM` and `Presence` by default.
    #[must_use]
    pub fn with_services(mut self, services: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.authentication.subscription.service = services.into_iter().map(Into::into).collect();
        self
    }

    /// The language of what the platform sends: `authentication.subscription.localization`, passed on as it is.
    /// `English_US` by default.
    #[must_use]
    pub fn with_localization(mut self, localization: impl Into<String>) -> Self {
        self.authentication.subscription.localization = localization.into();
        self
    }

    /// How long before its end a token is renewed, in whole seconds: `authentication.earlyRefreshMargin`. Five minutes by
    /// default. A token that lives no longer than this is renewed without pause.
    #[must_use]
    pub fn with_early_refresh_margin(mut self, margin: Duration) -> Self {
        self.authentication.early_refresh_margin = seconds(margin);
        self
    }

    /// The time from a ping to the next, in whole milliseconds: `connectivity.pingInterval`. 30 seconds by default.
    #[must_use]
    pub fn with_ping_interval(mut self, interval: Duration) -> Self {
        self.connectivity.ping_interval = millis(interval);
        self
    }

    /// How often a websocket is tried before it is given up: `connectivity.reconnectLimit`. 5 by default; 0 stands for no
    /// limit.
    #[must_use]
    pub fn with_reconnect_limit(mut self, attempts: u32) -> Self {
        self.connectivity.reconnect_limit = attempts.into();
        self
    }

    /// The time from an attempt to the next, in whole milliseconds: `connectivity.reconnectDelay`. 5 seconds by default; the
    /// first is never shorter than 2 seconds.
    #[must_use]
    pub fn with_reconnect_delay(mut self, delay: Duration) -> Self {
        self.connectivity.reconnect_delay = millis(delay);
        self
    }

    /// The factor by which that delay grows with each failed attempt: `connectivity.reconnectTimeMultiplier`, at least 0. 1 by
    /// default.
    #[must_use]
    pub fn with_reconnect_time_multiplier(mut self, factor: f64) -> Self {
        self.connectivity.reconnect_time_multiplier = factor;
        self
    }

    /// How long that delay gets at most, in whole milliseconds: `connectivity.reconnectTimeLimit`. 640 seconds by default.
    #[must_use]
    pub fn with_reconnect_time_limit(mut self, longest: Duration) -> Self {
        self.connectivity.reconnect_time_limit = millis(longest);
        self
    }

    /// Whether a lost websocket is opened again: `connectivity.autoReconnect`. On by default.
    #[must_use]
    pub fn with_auto_reconnect(mut self, on: bool) -> Self {
        self.connectivity.auto_reconnect = on;
        self
    }

    /// Whether pings are sent: `connectivity.checkConnectivity`. On by default.
    #[must_use]
    pub fn with_check_connectivity(mut self, on: bool) -> Self {
        self.connectivity.check_connectivity = on;
        self
    }

    /// How many ids of notifications are remembered to drop duplicates: `notifications.idCacheLength`. 100 by default; 0 drops
    /// none.
    #[must_use]
    pub fn with_id_cache_length(mut self, length: u32) -> Self {
        self.notifications.id_cache_length = length.into();
        self
    }

    /// Which channel brings the notifications of calls. Any by default.
    #[must_use]
    pub fn with_incoming_calls(mut self, from: IncomingCalls) -> Self {
        let mode = match from {
            IncomingCalls::AnyChannel => "any-channel",
            IncomingCalls::PushChannelOnly => "push-channel-only",
        };
        mode.clone_into(&mut self.notifications.incoming_call_notification_mode);
        self
    }

    /// Whether requests carry `X-Cpaas-Agent`: `request.injectAgentVersionHeader`. On by default.
    #[must_use]
    pub fn with_agent_header(mut self, on: bool) -> Self {
        self.request.inject_agent_version_header = on;
        self
    }

    /// What stands in that header behind the name of the SDK: `request.customAgentVersionHeaderSuffix`. Nothing by default.
    #[must_use]
    pub fn with_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.request.custom_agent_version_header_suffix = suffix.into();
        self
    }
}

#[expect(clippy::cast_precision_loss, reason = "options have JavaScript's numbers")]
fn seconds(duration: Duration) -> f64 {
    duration.as_secs() as f64
}

#[expect(clippy::cast_precision_loss, reason = "options have JavaScript's numbers")]
fn millis(duration: Duration) -> f64 {
    duration.as_millis() as f64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is set in Rust is what the same option is in JSON, and nothing that the SDK would complain about.
    #[test]
    fn each_setter_sets_its_option() {
        let set = Config::default()
            .with_rest_server("rest", 1)
            .with_websocket_server("ws", 65_535)
            .with_encryption(Encryption::None)
            .with_expires(Duration::from_secs(60))
            .with_services(["call"])
            .with_localization("German")
            .with_early_refresh_margin(Duration::from_secs(2))
            .with_ping_interval(Duration::from_millis(1_001))
            .with_reconnect_limit(2)
            .with_reconnect_delay(Duration::from_secs(3))
            .with_reconnect_time_multiplier(1.5)
            .with_reconnect_time_limit(Duration::from_secs(4))
            .with_auto_reconnect(false)
            .with_check_connectivity(false)
            .with_id_cache_length(7)
            .with_incoming_calls(IncomingCalls::PushChannelOnly)
            .with_agent_header(false)
            .with_agent_suffix("test");
        let given = json!({
            "authentication": {
                "subscription": {
                    "server": "rest", "protocol": "http", "port": 1, "expires": 60, "service": ["call"], "localization": "German",
                },
                "websocket": { "server": "ws", "protocol": "ws", "port": 65_535 },
                "earlyRefreshMargin": 2,
            },
            "connectivity": {
                "pingInterval": 1_001, "reconnectLimit": 2, "reconnectDelay": 3_000, "reconnectTimeMultiplier": 1.5,
                "reconnectTimeLimit": 4_000, "autoReconnect": false, "checkConnectivity": false,
            },
            "notifications": { "idCacheLength": 7, "incomingCallNotificationMode": "push-channel-only" },
            "request": { "injectAgentVersionHeader": false, "customAgentVersionHeaderSuffix": "test" },
        });
        assert_eq!(Config::from_json(&given), Ok((set.clone(), vec![])));
        assert_eq!(
            Config::for_server("h", 80, 81)
                .with_encryption(Encryption::Tls)
                .with_incoming_calls(IncomingCalls::AnyChannel),
            Config::default().with_rest_server("h", 80).with_websocket_server("h", 81)
        );
    }
}
