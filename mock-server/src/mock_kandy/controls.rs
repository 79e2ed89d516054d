//! The controls: what a test tells the platform to do.

use std::time::Duration;

use serde_json::Value;

use super::MockKandy;
use crate::account::UserOptions;
use crate::channel::SocketInfo;
use crate::command::{GoneOptions, Target};
use crate::error::PlatformError;
use crate::fault::{Effect, Fault, FaultFilter};
use crate::frame::Frame;
use crate::ids::FaultId;
use crate::platform::Platform;
use crate::point::Point;
use crate::subscription::SubscriptionInfo;
use crate::time::Time;
use crate::token::{IssuedTokens, TokenOptions};

/// Why [`MockKandy::fail`] refused a fault.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FailError {
    /// The reason phrase of an answer that wiremock gives is always the usual one.
    #[error("the fault's \"statusText\" cannot be sent at {point}: only the websocket has a reason phrase of its own")]
    StatusText {
        /// The point.
        point: Point,
    },
    /// The platform refused it.
    #[error(transparent)]
    Platform(#[from] PlatformError),
}

/// Users and their tokens.
impl MockKandy {
    /// Adds a user, who may sign in with that password.
    ///
    /// # Errors
    ///
    /// There is a user of that name, or of one of the credentials; a text is too long or a lifetime cannot be granted; or there is no
    /// room for one more.
    pub fn add_user(&self, name: &str, password: &str) -> Result<(), PlatformError> {
        self.add_user_with(name, password, UserOptions::default())
    }

    /// Adds a user with options of their own.
    ///
    /// # Errors
    ///
    /// As [`Platform::add_user`] has them.
    pub fn add_user_with(&self, name: &str, password: &str, options: UserOptions) -> Result<(), PlatformError> {
        self.platform(|platform, now| platform.add_user(now, name, password, options))
    }

    /// Removes a user: every token is void, every subscription ends, and the sockets are cut.
    ///
    /// # Errors
    ///
    /// There is no such user.
    pub fn remove_user(&self, name: &str) -> Result<(), PlatformError> {
        self.platform(|platform, now| platform.remove_user(now, name))
    }

    /// Changes a password. Tokens stay valid.
    ///
    /// # Errors
    ///
    /// There is no such user, or the password is too long.
    pub fn set_password(&self, name: &str, password: &str) -> Result<(), PlatformError> {
        self.platform(|platform, now| platform.set_password(now, name, password))
    }

    /// Changes what is special about a user. Tokens and subscriptions that were granted before stay as they are.
    ///
    /// # Errors
    ///
    /// There is no such user; somebody else has one of the credentials; or a text is too long or a lifetime cannot be granted.
    pub fn set_options(&self, name: &str, options: UserOptions) -> Result<(), PlatformError> {
        self.platform(|platform, now| platform.set_options(now, name, options))
    }

    /// Whether every name and password signs in, which adds a user that is not there, with that password. At first it
    /// is off.
    pub fn set_any_user(&self, enabled: bool) {
        self.platform(|platform, now| platform.set_any_user(now, enabled));
    }

    /// Issues tokens as if the user had signed in elsewhere.
    ///
    /// # Errors
    ///
    /// There is no such user; a text is too long, or was issued before; the lifetime cannot be granted; or there is no room for one more
    /// login.
    pub fn issue_token(&self, name: &str, options: &TokenOptions) -> Result<IssuedTokens, PlatformError> {
        self.platform(|platform, now| platform.issue_token(now, name, options))
    }

    /// Makes all tokens of a user void, refresh tokens too. Open sockets stay.
    ///
    /// # Errors
    ///
    /// There is no such user.
    pub fn expire_token(&self, name: &str) -> Result<(), PlatformError> {
        self.platform(|platform, now| platform.expire_token(now, name))
    }

    /// From now on a user's subscriptions are granted these services only, compared without regard to case.
    ///
    /// # Errors
    ///
    /// There is no such user, or the list is too long.
    pub fn grant_services(&self, name: &str, services: Vec<String>) -> Result<(), PlatformError> {
        self.platform(|platform, now| platform.grant_services(now, name, services))
    }

    /// How long tokens last that are issued from now on, whatever clients ask for; `None` leaves it to them again.
    /// A user's own setting wins.
    ///
    /// # Errors
    ///
    /// A lifetime is shorter than a second, or longer than ten years.
    pub fn set_token_lifetime(&self, lifetime: Option<Duration>) -> Result<(), PlatformError> {
        self.platform(|platform, now| platform.set_token_lifetime(now, lifetime))
    }
}

/// Misbehaviour.
impl MockKandy {
    /// Makes the platform misbehave at `point`: with one fault, `[fault]`, or several in order, the last of which is
    /// repeated (see [`Platform::fail`]). [`Fault::list_from_json`] reads faults as scripts write them.
    ///
    /// ```
    /// # use kandy_mock_server::{Fault, MockKandy, Point};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mock = MockKandy::start().await;
    /// mock.fail(Point::Subscribe, [Fault::status(503).times(2)])?;
    /// mock.fail(Point::WebSocket, [Fault::refuse(), Fault::healthy(), Fault::close_after_open(1011)])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [`MockKandy`] says how `reset`, `refuse` and `delay` are kept over the wire.
    ///
    /// # Errors
    ///
    /// [`FailError::StatusText`] for a `statusText` that cannot be sent; else as [`Platform::fail`] has them.
    pub fn fail(&self, point: Point, faults: impl IntoIterator<Item = Fault>) -> Result<FaultId, FailError> {
        let faults: Vec<Fault> = faults.into_iter().collect();
        let has_reason =
            |fault: &Fault| matches!(&fault.effect, Effect::Answer(answer) if answer.delivery.reason.is_some());
        if point != Point::WebSocket && faults.iter().any(has_reason) {
            return Err(FailError::StatusText { point });
        }
        Ok(self.platform(|platform, now| platform.fail(now, point, faults))?)
    }

    /// Removes the faults of one point, or all for `None`.
    pub fn clear(&self, point: impl Into<Option<Point>>) {
        let point = point.into();
        self.platform(|platform, now| platform.clear(now, point));
    }

    /// Removes the faults that are meant: by their id, by the user for whom they are, or by their point. Gives how many.
    ///
    /// # Errors
    ///
    /// They are those of a user who is not there.
    pub fn clear_faults(&self, rules: impl Into<FaultFilter>) -> Result<usize, PlatformError> {
        self.platform(|platform, now| platform.clear_faults(now, rules))
    }

    /// From now on nothing is answered: connections are ended as soon as their request is read. The sockets are cut.
    pub fn set_offline(&self) {
        self.platform(Platform::set_offline);
    }

    /// Ends [`Self::set_offline`].
    pub fn set_online(&self) {
        self.platform(Platform::set_online);
    }

    /// Delays answers and handshakes from now on; frames and closes are not delayed. At first it is zero.
    pub fn set_latency(&self, latency: Duration) {
        self.platform(|platform, now| platform.set_latency(now, latency));
    }

    /// Whether pings are answered with `{"message_type":"pong"}`. At first they are not.
    pub fn set_answer_pings(&self, answer: bool) {
        self.platform(|platform, now| platform.set_answer_pings(now, answer));
    }
}

/// The journal.
impl MockKandy {
    /// Writes a line of the test's own into the journal, so that what came before it is told from what came after. Gives
    /// the number of its record.
    ///
    /// # Errors
    ///
    /// The text is too long.
    pub fn mark(&self, text: &str) -> Result<u64, PlatformError> {
        self.platform(|platform, now| platform.mark(now, text))
    }
}

/// Misbehaviour towards one user, until a later call about that user or everybody says otherwise.
impl MockKandy {
    /// From now on nothing of a user is answered. The sockets are cut.
    ///
    /// # Errors
    ///
    /// There is no such user.
    pub fn set_offline_of(&self, name: &str) -> Result<(), PlatformError> {
        self.platform(|platform, now| platform.set_offline_of(now, name))
    }

    /// Ends [`Self::set_offline_of`].
    ///
    /// # Errors
    ///
    /// There is no such user.
    pub fn set_online_of(&self, name: &str) -> Result<(), PlatformError> {
        self.platform(|platform, now| platform.set_online_of(now, name))
    }

    /// Delays answers to a user, and handshakes.
    ///
    /// # Errors
    ///
    /// There is no such user.
    pub fn set_latency_of(&self, name: &str, latency: Duration) -> Result<(), PlatformError> {
        self.platform(|platform, now| platform.set_latency_of(now, name, latency))
    }

    /// Whether pings of a user are answered.
    ///
    /// # Errors
    ///
    /// There is no such user.
    pub fn set_answer_pings_of(&self, name: &str, answer: bool) -> Result<(), PlatformError> {
        self.platform(|platform, now| platform.set_answer_pings_of(now, name, answer))
    }
}

/// Sockets and subscriptions. Controls of sockets take the name of a user, for all sockets of that user, or a [`Target`] for
/// one of them.
impl MockKandy {
    /// Ends a user's connections without a close frame; clients see 1006. Gives how many.
    ///
    /// # Errors
    ///
    /// Nothing says which sockets are meant, what is named is not there, or it belongs to somebody else.
    pub fn cut(&self, target: impl Into<Target>) -> Result<usize, PlatformError> {
        self.platform(|platform, now| platform.cut(now, target))
    }

    /// Closes a user's sockets with a close frame, one that is not open yet as soon as it opens. Gives how many. `code`
    /// is 1000 to 4999, or 1005 for a close frame without one; `reason` at most 123 bytes.
    ///
    /// # Errors
    ///
    /// Nothing says which sockets are meant, what is named is not there, or it belongs to somebody else; or the code or the reason cannot be sent.
    pub fn close(&self, target: impl Into<Target>, code: u16, reason: &str) -> Result<usize, PlatformError> {
        self.platform(|platform, now| platform.close(now, target, code, reason))
    }

    /// Mutes the sockets that a user has now, for the rest of their lives: they stay open, take what comes, and nothing
    /// that is sent to them goes out. Gives how many.
    ///
    /// # Errors
    ///
    /// Nothing says which sockets are meant, what is named is not there, or it belongs to somebody else.
    pub fn silence(&self, target: impl Into<Target>) -> Result<usize, PlatformError> {
        self.platform(|platform, now| platform.silence(now, target))
    }

    /// Sends a JSON frame to the sockets of a user whose subscription lives. A `notificationMessage` with neither `id` nor `eventId` gets a
    /// fresh `id`. Gives to how many sockets it goes.
    ///
    /// # Errors
    ///
    /// Nothing says which sockets are meant, what is named is not there, or it belongs to somebody else; or the frame is longer than the platform sends, or there is no room for it.
    pub fn send(&self, target: impl Into<Target>, frame: Value) -> Result<usize, PlatformError> {
        self.platform(|platform, now| platform.send(now, target, frame))
    }

    /// Sends a frame to all sockets of a user as it is, whether their subscriptions live or not. Gives to how many it goes.
    ///
    /// # Errors
    ///
    /// Nothing says which sockets are meant, what is named is not there, or it belongs to somebody else; or the frame is longer than the platform sends, or there is no room for it.
    pub fn send_raw(&self, target: impl Into<Target>, frame: &Frame) -> Result<usize, PlatformError> {
        self.platform(|platform, now| platform.send_raw(now, target, frame))
    }

    /// Ends the user's subscriptions and says so in a `gone` notification to their sockets. Gives to how many.
    ///
    /// # Errors
    ///
    /// Nobody has that name, or there is no room for the notification.
    pub fn gone(&self, name: &str, options: &GoneOptions) -> Result<usize, PlatformError> {
        self.platform(|platform, now| platform.gone(now, name, options))
    }

    /// Ends a user's subscriptions without a word, as if they had not been renewed. Gives how many.
    ///
    /// # Errors
    ///
    /// Nobody has that name.
    pub fn end_subscription(&self, name: &str) -> Result<usize, PlatformError> {
        self.platform(|platform, now| platform.end_subscription(now, name))
    }

    /// The live subscriptions of one user, or all for `None`; oldest first.
    pub fn subscriptions<'a>(&self, user: impl Into<Option<&'a str>>) -> Vec<SubscriptionInfo> {
        self.shared.look(|platform| platform.subscriptions(user.into()))
    }

    /// The sockets of one user, or all for `None`; oldest first.
    pub fn sockets<'a>(&self, user: impl Into<Option<&'a str>>) -> Vec<SocketInfo> {
        self.shared.look(|platform| platform.sockets(user.into()))
    }

    /// The bytes that wait for the sockets of one user, or all for `None`, because their clients do not read as fast as
    /// they are sent to. [`MockKandyOptions::queued_bytes`](crate::MockKandyOptions::queued_bytes) bounds them for each socket.
    pub fn queued_bytes<'a>(&self, user: impl Into<Option<&'a str>>) -> usize {
        self.shared.queued_bytes(user.into())
    }
}

/// Everything else.
impl MockKandy {
    /// Makes users, faults and settings as they were at the start: there are none, unless [`Self::keep_as_start`] has said
    /// otherwise. Tokens are void, subscriptions end, sockets are cut, and their numbers begin again; waits end with an error.
    /// [`Self::requests`] and later waits look from here on. Gives the number of the journal's next record.
    ///
    /// Requests whose answers are delayed are answered all the same.
    pub fn reset(&self) -> u64 {
        self.platform(Platform::reset)
    }

    /// Takes the present users, faults and settings for those of the start, to which [`Self::reset`] leads back.
    pub fn keep_as_start(&self) {
        self.platform(|platform, _| platform.keep_as_start());
    }

    /// Acts on the platform itself, for what no other control does. What comes of it is on its way before the next input
    /// is taken, in its order; outputs are not for the closure to poll.
    ///
    /// Nothing else happens at the platform meanwhile, so several commands are one instant for every client. The closure
    /// must not call this server back: it would wait for itself.
    pub fn platform<R>(&self, act: impl FnOnce(&mut Platform, Time) -> R) -> R {
        self.shared.act(act)
    }

    /// The present time of the platform: since the server was started.
    pub fn now(&self) -> Time {
        self.shared.now()
    }
}
