//! Transitions as text, which reads as it is written: `STATE | INPUT | STATE`.

use std::fmt;
use std::str::FromStr;

use kandy_client::Phase;
use kandy_mock_server::Point;
use thiserror::Error;

use super::{ArmedTimers, Called, ClientInput, ClientState, Due, Few, RequestResult, SocketInput, Transition};

/// A text is not a transition.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a transition: write STATE | INPUT | STATE")]
pub struct NotATransition(String);

const PHASES: [(&str, Phase); 4] = [
    ("idle", Phase::Idle),
    ("connecting", Phase::Connecting),
    ("connected", Phase::Connected),
    ("disconnecting", Phase::Disconnecting),
];

/// The phase of a client that is destroyed, which is always idle.
const DESTROYED: &str = "destroyed";

const CALLS: [(&str, Called); 12] = [
    ("connect()", Called::Connect),
    ("disconnect()", Called::Disconnect),
    ("destroy()", Called::Destroy),
    ("updateToken()", Called::UpdateToken),
    ("updateConfig()", Called::UpdateConfig),
    ("resetConnection()", Called::ResetConnection),
    ("enableConnectivityChecking()", Called::EnableConnectivityChecking),
    ("enableWebsocket()", Called::EnableWebsocket),
    ("setCredentials()", Called::SetCredentials),
    ("services.subscribe()", Called::Subscribe),
    ("services.unsubscribe()", Called::Unsubscribe),
    ("updateConnection()", Called::UpdateConnection),
];

const ANSWERS: [(&str, RequestResult); 3] =
    [("ok", RequestResult::Ok), ("refused", RequestResult::Refused), ("failed", RequestResult::Failed)];

const NEWS: [(&str, SocketInput); 6] = [
    ("open", SocketInput::Open),
    ("refusal", SocketInput::Refusal),
    ("notification", SocketInput::Notification),
    ("frame", SocketInput::Frame),
    ("close 1000", SocketInput::NormalClose),
    ("close", SocketInput::Close),
];

const TIMERS: [(&str, Due); 7] = [
    ("ping due", Due::Ping),
    ("attempt due", Due::Attempt),
    ("renewal due", Due::Renewal),
    ("refresh due", Due::Refresh),
    ("retry due", Due::Retry),
    ("failure due", Due::Failure),
    ("end due", Due::End),
];

fn word_of<T: PartialEq>(table: &[(&'static str, T)], value: &T) -> &'static str {
    table.iter().find(|(_, known)| known == value).map_or("", |(word, _)| word)
}

fn meant<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
}

/// What is usual in a phase: `isConnected`, `isPending`. Only what is not is written.
const fn usual(phase: Phase) -> (bool, bool) {
    match phase {
        Phase::Idle => (false, false),
        Phase::Connecting => (false, true),
        Phase::Connected => (true, false),
        Phase::Disconnecting => (true, true),
    }
}

impl fmt::Display for ClientState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_destroyed { DESTROYED } else { word_of(&PHASES, &self.phase) })?;
        let (connected, pending) = usual(self.phase);
        let ArmedTimers { ping, attempt, renewal, refresh, retry, failure, end } = self.timers;
        for (word, is_so) in [
            ("isConnected", self.is_connected && !connected),
            ("not isConnected", !self.is_connected && connected),
            ("isPending", self.is_pending && !pending),
            ("not isPending", !self.is_pending && pending),
            ("request", self.requests == Few::One),
            ("requests", self.requests == Few::More),
            ("socket", self.sockets == Few::One),
            ("sockets", self.sockets == Few::More),
            ("ping", ping),
            ("attempt", attempt),
            ("renewal", renewal),
            ("refresh", refresh),
            ("retry", retry),
            ("failure", failure),
            ("end", end),
        ] {
            if is_so {
                write!(f, ", {word}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for ClientState {
    type Err = NotATransition;

    fn from_str(text: &str) -> Result<Self, NotATransition> {
        let error = || NotATransition(text.to_owned());
        let mut words = text.split(", ");
        let first = words.next().unwrap_or_default();
        let is_destroyed = first == DESTROYED;
        let phase = if is_destroyed { Phase::Idle } else { meant(&PHASES, first).ok_or_else(error)? };
        let (is_connected, is_pending) = usual(phase);
        let (requests, sockets, timers) = (Few::None, Few::None, ArmedTimers::default());
        let mut state = Self { phase, is_connected, is_pending, is_destroyed, requests, sockets, timers };
        for word in words {
            match word {
                "isConnected" => state.is_connected = true,
                "not isConnected" => state.is_connected = false,
                "isPending" => state.is_pending = true,
                "not isPending" => state.is_pending = false,
                "request" => state.requests = Few::One,
                "requests" => state.requests = Few::More,
                "socket" => state.sockets = Few::One,
                "sockets" => state.sockets = Few::More,
                "ping" => state.timers.ping = true,
                "attempt" => state.timers.attempt = true,
                "renewal" => state.timers.renewal = true,
                "refresh" => state.timers.refresh = true,
                "retry" => state.timers.retry = true,
                "failure" => state.timers.failure = true,
                "end" => state.timers.end = true,
                _ => return Err(error()),
            }
        }
        Ok(state)
    }
}

impl fmt::Display for ClientInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(called) => f.write_str(word_of(&CALLS, called)),
            Self::Answer(point, answered) => write!(f, "{point} {}", word_of(&ANSWERS, answered)),
            Self::Socket(news) => f.write_str(word_of(&NEWS, news)),
            Self::Timer(due) => f.write_str(word_of(&TIMERS, due)),
        }
    }
}

impl FromStr for ClientInput {
    type Err = NotATransition;

    fn from_str(text: &str) -> Result<Self, NotATransition> {
        let answer = || {
            let (point, word) = text.rsplit_once(' ')?;
            Some(Self::Answer(Point::from_str(point).ok()?, meant(&ANSWERS, word)?))
        };
        let plain = meant(&CALLS, text).map(Self::Call);
        let plain = plain.or_else(|| meant(&NEWS, text).map(Self::Socket));
        let plain = plain.or_else(|| meant(&TIMERS, text).map(Self::Timer));
        plain.or_else(answer).ok_or_else(|| NotATransition(text.to_owned()))
    }
}

impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} | {}", self.from, self.input, self.to)
    }
}

impl FromStr for Transition {
    type Err = NotATransition;

    fn from_str(text: &str) -> Result<Self, NotATransition> {
        let mut parts = text.splitn(3, " | ");
        let (Some(from), Some(input), Some(to)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NotATransition(text.to_owned()));
        };
        Ok(Self { from: from.parse()?, input: input.parse()?, to: to.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transition_reads_as_it_is_written() {
        for text in [
            "idle | connect() | connecting, request",
            "connected, socket, ping, renewal, refresh | refresh_token refused | disconnecting, request, ping",
            "connecting, not isPending, requests, sockets, attempt | open | idle, isConnected, isPending",
            "connected, not isConnected | close 1000 | destroyed, isPending",
            "disconnecting | close | idle",
            "idle | renewal due | idle",
        ] {
            let transition: Transition = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(transition.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_transition_is_told() {
        for (text, told) in [
            ("idle | connect()", "`idle | connect()` is not a transition"),
            ("asleep | connect() | idle", "`asleep` is not a transition"),
            ("idle, tired | connect() | idle", "`idle, tired` is not a transition"),
            ("idle | subscribe maybe | idle", "`subscribe maybe` is not a transition"),
        ] {
            assert!(text.parse::<Transition>().unwrap_err().to_string().contains(told), "{text}");
        }
    }
}
