//! The loops in which no time passes, or hardly any, and which histories may reach them.

use std::time::Duration;

use kandy_client::Config;
use kandy_mock_server::fault::{Content, Effect};
use kandy_mock_server::{Command, Fault, Point};
use kandy_scenarios::step::ClientCall;
use kandy_scenarios::world::WorldError;
use serde_json::{Value, json};

use crate::generate::{Act, History};

/// A loop that the real SDK has, or would have in such a world (docs/protocol.md, section 6). Its delays are those of a browser's
/// timers: what is not a number, or too large for 32 bits, is none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loop {
    /// A token that is shorter than the refresh margin, or longer than a timer can wait, is refreshed without pause.
    TokenRefresh,
    /// `pingInterval` is not a time.
    Ping,
    /// A subscription that is longer than a timer can wait is renewed without pause.
    Resubscription,
    /// Attempts without a pause between them, or sockets that are closed as soon as they open.
    WebSocket,
}

impl Loop {
    /// The loop that an error names; `None` for an error that is not a known loop.
    pub(crate) fn named_by(error: &WorldError) -> Option<Self> {
        let WorldError::Loop { turns, .. } = error else { return None };
        let names = |text: &str| turns.iter().any(|turn| turn.contains(text));
        let known = [
            (Self::TokenRefresh, "token refresh"),
            (Self::Resubscription, "resubscription"),
            (Self::Ping, "ping of socket"),
            (Self::WebSocket, "websocket handshake"),
        ];
        known.into_iter().find(|(_, text)| names(text)).map(|(known, _)| known)
    }

    /// Whether the history has what this loop needs.
    pub(crate) fn may_be_reached_by(self, history: &History) -> bool {
        match self {
            Self::TokenRefresh => {
                let odd_margin = |config: &Config| option(config, "/authentication/earlyRefreshMargin") > 300.0;
                has_config(history, odd_margin) || history.acts.iter().any(changes_token_lifetimes)
            }
            Self::Ping => has_config(history, |config| no_time(option(config, "/connectivity/pingInterval"))),
            Self::Resubscription => {
                // What a client asks for lives for a day at most, and what a command says as long as it says.
                history.acts.iter().any(grants_long_subscriptions)
                    || faults(history).any(|(point, fault)| point == Point::Subscribe && says_something(fault))
            }
            Self::WebSocket => {
                let without_limit = |config: &Config| option(config, "/connectivity/reconnectLimit") == 0.0;
                let without_pause = |config: &Config| {
                    no_time(option(config, "/connectivity/reconnectDelay"))
                        || no_time(option(config, "/connectivity/reconnectTimeMultiplier"))
                };
                (has_config(history, without_limit) && has_config(history, without_pause))
                    || faults(history).any(|(_, fault)| matches!(fault.effect, Effect::CloseAfterOpen { .. }))
            }
        }
    }
}

/// A token that lives no longer than this is refreshed without pause, or with so short a one that a day of it fills the
/// transcript: the refresh margin is 300 seconds.
const SHORT_TOKEN: Duration = Duration::from_secs(310);

/// A number among the options. What JSON has no form for is as odd as a number can be.
fn option(config: &Config, path: &str) -> f64 {
    json!(config).pointer(path).and_then(Value::as_f64).unwrap_or(f64::INFINITY)
}

/// Whether a browser's timer of that many milliseconds fires at once.
fn no_time(millis: f64) -> bool {
    !(1.0..2_147_483_648.0).contains(&millis)
}

fn grants_long_subscriptions(act: &Act) -> bool {
    let Act::Command(Command::AddUser { options, .. } | Command::SetOptions { options, .. }) = act else {
        return false;
    };
    options.subscription_lifetime.is_some_and(|lifetime| no_time(lifetime.as_secs_f64() * 500.0))
}

/// Whether any client of the history can ever have a configuration that `is_odd`.
fn has_config(history: &History, is_odd: impl Fn(&Config) -> bool) -> bool {
    let updates = history.acts.iter().filter_map(|act| match act {
        Act::Call(_, ClientCall::UpdateConfig(patch)) => Some(patch),
        _ => None,
    });
    let mut config = Config::default();
    let merge = |patch: &Value| {
        // A patch that is refused changes nothing.
        let _ = config.merge(patch);
        is_odd(&config)
    };
    // One configuration takes all patches, so each option has each of its values at some time.
    history.clients.iter().chain(updates).any(merge)
}

fn changes_token_lifetimes(act: &Act) -> bool {
    let is_odd = |lifetime: &Option<Duration>| {
        lifetime.is_some_and(|lifetime| lifetime <= SHORT_TOKEN || lifetime > Duration::from_secs(24 * 24 * 3600))
    };
    match act {
        Act::Call(_, ClientCall::Connect(credentials, _) | ClientCall::UpdateToken(credentials)) => {
            // The lifetime that an application asks for, or says of its own token; none beside a refresh token is odd too.
            credentials.expires.is_some() || (credentials.access_token.is_some() && credentials.refresh_token.is_some())
        }
        Act::Command(Command::TokenLifetime { lifetime }) => is_odd(lifetime),
        Act::Command(Command::AddUser { options, .. } | Command::SetOptions { options, .. }) => {
            is_odd(&options.token_lifetime)
        }
        Act::Command(Command::Fail { point: Point::MkToken | Point::RefreshToken, faults }) => {
            faults.iter().any(says_something)
        }
        _ => false,
    }
}

fn faults(history: &History) -> impl Iterator<Item = (Point, &Fault)> {
    history.acts.iter().flat_map(|act| match act {
        Act::Command(Command::Fail { point, faults }) => faults.iter().map(|fault| (*point, fault)).collect::<Vec<_>>(),
        _ => Vec::new(),
    })
}

/// Whether a fault puts words into the platform's mouth.
fn says_something(fault: &Fault) -> bool {
    let Effect::Answer(answer) = &fault.effect else { return false };
    match &answer.content {
        Content::Json(_) | Content::Text(_) => true,
        Content::Own(edit) => !edit.is_empty(),
    }
}
