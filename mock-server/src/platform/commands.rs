//! The commands: what a script tells the platform to do.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Output, Platform};
use crate::account::{UserOptions, check_lifetime};
use crate::channel::{Frame, SocketId};
use crate::command::{Command, CommandOutput, Told};
use crate::error::PlatformError;
use crate::fault::{Fault, FaultId, is_close_code};
use crate::journal::Kind;
use crate::limits::Limits;
use crate::point::Point;
use crate::subscription::SubscriptionId;
use crate::time::Time;
use crate::token::{IssuedTokens, TokenOptions};

/// What a `gone` notification says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoneOptions {
    /// `retryAfter`, in seconds; left out if `None`.
    pub retry_after: Option<u64>,
    /// The notification's id; a fresh one if `None`.
    pub id: Option<String>,
}

impl Platform {
    /// Carries out a command, as the method that its documentation names does.
    #[expect(clippy::unit_arg, reason = "what a method gives is what its command gives, also if that is nothing")]
    pub fn apply(&mut self, now: Time, command: Command) -> Result<CommandOutput, PlatformError> {
        Ok(match command {
            Command::AddUser { user, password, options } => self.add_user(now, &user, &password, options)?.into(),
            Command::RemoveUser { user } => self.remove_user(now, &user)?.into(),
            Command::SetPassword { user, password } => self.set_password(now, &user, &password)?.into(),
            Command::SetOptions { user, options } => self.set_options(now, &user, options)?.into(),
            Command::AnyUser { enabled } => self.set_any_user(now, enabled).into(),
            Command::IssueToken { user, options } => self.issue_token(now, &user, &options)?.into(),
            Command::ExpireToken { user } => self.expire_token(now, &user)?.into(),
            Command::EndSubscription { user } => self.end_subscription(now, &user)?.into(),
            Command::GrantServices { user, services } => self.grant_services(now, &user, services)?.into(),
            Command::Fail { point, faults } => self.fail(now, point, faults)?.into(),
            Command::Clear { point } => self.clear(now, point).into(),
            Command::Offline => self.set_offline(now).into(),
            Command::Online => self.set_online(now).into(),
            Command::Cut { user } => self.cut(now, &user)?.into(),
            Command::Close { user, code, reason } => self.close(now, &user, code, &reason)?.into(),
            Command::Silence { user } => self.silence(now, &user)?.into(),
            Command::Send { user, message } => self.send(now, &user, message)?.into(),
            Command::SendRaw { user, frame } => self.send_raw(now, &user, &frame)?.into(),
            Command::Gone { user, options } => self.gone(now, &user, &options)?.into(),
            Command::TokenLifetime { lifetime } => self.set_token_lifetime(now, lifetime)?.into(),
            Command::AnswerPings { enabled } => self.set_answer_pings(now, enabled).into(),
            Command::Latency { latency } => self.set_latency(now, latency).into(),
        })
    }

    /// Adds a user, who may sign in with that password.
    pub fn add_user(
        &mut self,
        now: Time,
        name: &str,
        password: &str,
        options: UserOptions,
    ) -> Result<(), PlatformError> {
        self.accounts.check_new(name, password, &options)?;
        self.make_room_for_user(now);
        self.accounts.add(now, name, password, options.clone())?;
        self.told(now, &Command::AddUser { user: name.to_owned(), password: password.to_owned(), options });
        Ok(())
    }

    /// Removes a user: every token is void, every subscription ends, and the sockets are cut.
    pub fn remove_user(&mut self, now: Time, name: &str) -> Result<(), PlatformError> {
        self.accounts.known(name)?;
        self.told(now, &Command::RemoveUser { user: name.to_owned() });
        self.grants.revoke(name);
        self.end_all(name);
        self.each_socket(name, |platform, socket| platform.cut_socket(now, socket));
        self.accounts.remove(name);
        Ok(())
    }

    /// Changes a password. Tokens stay valid.
    pub fn set_password(&mut self, now: Time, name: &str, password: &str) -> Result<(), PlatformError> {
        self.accounts.set_password(name, password)?;
        self.told(now, &Command::SetPassword { user: name.to_owned(), password: password.to_owned() });
        Ok(())
    }

    /// Issues tokens as if the user had signed in elsewhere.
    pub fn issue_token(
        &mut self,
        now: Time,
        name: &str,
        options: &TokenOptions,
    ) -> Result<IssuedTokens, PlatformError> {
        let user = self.accounts.known(name)?.name.clone();
        if let Some(lifetime) = options.lifetime {
            check_lifetime(lifetime)?;
        }
        let lifetime = options.lifetime.unwrap_or_else(|| self.token_lifetime(name, None));
        let issued = self.grants.issue(now, &user, lifetime, options)?;
        self.accounts.keep(name);
        self.told(now, &Command::IssueToken { user: name.to_owned(), options: options.clone() });
        Ok(issued)
    }

    /// Makes the platform misbehave at `point`. The faults are used in order, each once unless it says `times`; the
    /// last one holds until it is cleared or its `times` are used up. Of several rules for a point the oldest that matches
    /// decides.
    pub fn fail(&mut self, now: Time, point: Point, faults: Vec<Fault>) -> Result<FaultId, PlatformError> {
        for user in faults.iter().filter_map(|fault| fault.when.user.as_deref()) {
            self.accounts.known(user)?;
        }
        let id = self.faults.add(point, faults.clone())?;
        self.told(now, &Command::Fail { point, faults });
        Ok(id)
    }

    /// Removes the faults of one point, or all.
    pub fn clear(&mut self, now: Time, point: Option<Point>) {
        self.faults.clear(point);
        self.told(now, &Command::Clear { point });
    }

    /// From now on connections are refused; the sockets are cut.
    pub fn set_offline(&mut self, now: Time) {
        self.told(now, &Command::Offline);
        self.settings.offline = true;
        for socket in self.sockets.ids(|_| true) {
            self.cut_socket(now, socket);
        }
    }

    /// Ends [`Self::set_offline`].
    pub fn set_online(&mut self, now: Time) {
        self.told(now, &Command::Online);
        self.settings.offline = false;
    }

    /// Ends a user's connections without a close frame. Gives how many.
    pub fn cut(&mut self, now: Time, name: &str) -> Result<usize, PlatformError> {
        self.accounts.known(name)?;
        self.told(now, &Command::Cut { user: name.to_owned() });
        Ok(self.each_socket(name, |platform, socket| platform.cut_socket(now, socket)))
    }

    /// Closes a user's sockets with a close frame; one that is not open yet as soon as it is. Gives how many. `code` is
    /// 1000 to 4999, or 1005 for a close frame without one; `reason` at most 123 bytes.
    pub fn close(&mut self, now: Time, name: &str, code: u16, reason: &str) -> Result<usize, PlatformError> {
        self.accounts.known(name)?;
        if !is_close_code(code) {
            return Err(PlatformError::CloseCode { code });
        }
        if reason.len() > 123 || (code == 1005 && !reason.is_empty()) {
            return Err(PlatformError::CloseReason { bytes: reason.len() });
        }
        self.told(now, &Command::Close { user: name.to_owned(), code, reason: reason.to_owned() });
        Ok(self.each_socket(name, |platform, socket| platform.close_socket(now, socket, code, reason)))
    }

    /// Mutes the sockets that a user has now, for the rest of their lives: they stay open, take what comes, and nothing
    /// that is sent to them goes out. Gives how many.
    pub fn silence(&mut self, now: Time, name: &str) -> Result<usize, PlatformError> {
        self.accounts.known(name)?;
        self.told(now, &Command::Silence { user: name.to_owned() });
        Ok(self.each_socket(name, |platform, socket| {
            if let Some(socket) = platform.sockets.get_mut(socket) {
                socket.silent = true;
            }
        }))
    }

    /// Sends a JSON frame to the sockets of a user whose subscription lives: where it has ended, the platform has nobody to tell,
    /// though a socket may be open still. A `notificationMessage` with neither `id` nor `eventId` gets a
    /// fresh `id`, since clients drop what they take for a duplicate. Gives to how many sockets it goes.
    pub fn send(&mut self, now: Time, name: &str, mut message: Value) -> Result<usize, PlatformError> {
        self.accounts.known(name)?;
        if let Some(Value::Object(notification)) = message.get_mut("notificationMessage")
            && !notification.contains_key("id")
            && !notification.contains_key("eventId")
        {
            notification.insert("id".to_owned(), self.notification_id());
        }
        let frame = Frame::Text(message.to_string());
        self.check_frame(name, &frame)?;
        self.told(now, &Command::Send { user: name.to_owned(), message });
        Ok(self.send_to(now, &self.subscribed_sockets(name), &frame))
    }

    /// Sends a frame to all sockets of a user as it is, whether their subscriptions live or not. Gives to how many it goes.
    pub fn send_raw(&mut self, now: Time, name: &str, frame: &Frame) -> Result<usize, PlatformError> {
        self.accounts.known(name)?;
        self.check_frame(name, frame)?;
        self.told(now, &Command::SendRaw { user: name.to_owned(), frame: frame.clone() });
        Ok(self.send_to(now, &self.sockets.ids(|socket| &*socket.user == name), frame))
    }

    /// Ends the user's subscriptions and says so in a `gone` notification to their sockets. Gives to how many.
    pub fn gone(&mut self, now: Time, name: &str, options: &GoneOptions) -> Result<usize, PlatformError> {
        self.accounts.known(name)?;
        let id = options.id.clone().map_or_else(|| self.notification_id(), Value::String);
        let mut message = json!({ "eventType": "gone", "id": id });
        if let Some(seconds) = options.retry_after {
            message["retryAfter"] = seconds.into();
        }
        let frame = json!({ "notificationMessage": message });
        let frame = Frame::Text(frame.to_string());
        self.check_frame(name, &frame)?;
        self.told(now, &Command::Gone { user: name.to_owned(), options: options.clone() });
        let sockets = self.subscribed_sockets(name);
        self.end_all(name);
        Ok(self.send_to(now, &sockets, &frame))
    }

    /// Makes all tokens of a user void, refresh tokens too. Open sockets stay.
    pub fn expire_token(&mut self, now: Time, name: &str) -> Result<(), PlatformError> {
        self.accounts.known(name)?;
        self.told(now, &Command::ExpireToken { user: name.to_owned() });
        self.grants.revoke(name);
        Ok(())
    }

    /// Ends a user's subscriptions without a word, as if they had not been renewed. Gives how many.
    pub fn end_subscription(&mut self, now: Time, name: &str) -> Result<usize, PlatformError> {
        self.accounts.known(name)?;
        self.told(now, &Command::EndSubscription { user: name.to_owned() });
        Ok(self.end_all(name))
    }

    /// From now on a user's subscriptions are granted these services only, compared without regard to case.
    pub fn grant_services(&mut self, now: Time, name: &str, services: Vec<String>) -> Result<(), PlatformError> {
        self.accounts.set_services(name, services.clone())?;
        self.told(now, &Command::GrantServices { user: name.to_owned(), services });
        Ok(())
    }

    /// How long tokens last that are issued from now on, whatever clients ask for; `None` leaves it to them again.
    /// A user's own setting wins.
    pub fn set_token_lifetime(&mut self, now: Time, lifetime: Option<Duration>) -> Result<(), PlatformError> {
        if let Some(lifetime) = lifetime {
            check_lifetime(lifetime)?;
        }
        self.settings.token_lifetime = lifetime;
        self.told(now, &Command::TokenLifetime { lifetime });
        Ok(())
    }

    /// Whether pings are answered with `{"message_type":"pong"}`. At first they are not.
    pub fn set_answer_pings(&mut self, now: Time, enabled: bool) {
        self.settings.answer_pings = enabled;
        self.told(now, &Command::AnswerPings { enabled });
    }

    /// Delays answers and handshakes from now on; frames and closes are not delayed. At first it is zero.
    pub fn set_latency(&mut self, now: Time, latency: Duration) {
        self.settings.latency = latency;
        self.told(now, &Command::Latency { latency });
    }

    /// Refuses a frame that is too long, or that there is no room for as often as it would wait.
    fn check_frame(&self, name: &str, frame: &Frame) -> Result<(), PlatformError> {
        let limit = self.limits.frame_bytes;
        if frame.len() > limit {
            return Err(PlatformError::FrameTooLong { bytes: frame.len(), limit });
        }
        let sockets = self.sockets.ids(|socket| &*socket.user == name && !socket.silent).len();
        let waiting: usize = self.output.iter().map(Output::bytes).sum();
        let bytes = self.sockets.waiting_bytes() + waiting + sockets * frame.len();
        if bytes > Limits::WAITING_BYTES {
            return Err(PlatformError::TooMuchToSend { bytes, limit: Limits::WAITING_BYTES });
        }
        Ok(())
    }

    /// A user's sockets that the platform still has something to tell.
    fn subscribed_sockets(&self, name: &str) -> Vec<SocketId> {
        let lives = |id: SubscriptionId| self.subscriptions.get(id).is_some();
        self.sockets.ids(|socket| &*socket.user == name && socket.subscription.is_some_and(lives))
    }

    fn send_to(&mut self, now: Time, sockets: &[SocketId], frame: &Frame) -> usize {
        sockets.iter().filter(|socket| self.send_frame(now, **socket, frame)).count()
    }

    /// Where there is no room for one more user, one goes whose name a client made up, and who holds nothing that anybody would
    /// miss. Those who do are in use; each is looked at once, and so many at a time.
    fn make_room_for_user(&mut self, now: Time) {
        for _ in 0..Limits::MADE_UP_LOOKS {
            let Some(name) = self.accounts.displaced() else { return };
            if self.subscriptions.of(Some(&name)).next().is_none() && !self.sockets.has_any(&name) {
                self.told(now, &Command::RemoveUser { user: name.to_string() });
                self.grants.revoke(&name);
                return self.accounts.remove(&name);
            }
            self.accounts.touch(&name);
        }
    }

    fn end_all(&mut self, name: &str) -> usize {
        let ids: Vec<_> = self.subscriptions.of(Some(name)).map(|(id, _)| id).collect();
        ids.iter().for_each(|id| self.end(*id));
        ids.len()
    }

    fn each_socket(&mut self, name: &str, mut act: impl FnMut(&mut Self, SocketId)) -> usize {
        let sockets = self.sockets.ids(|socket| &*socket.user == name);
        sockets.iter().for_each(|socket| act(self, *socket));
        sockets.len()
    }

    /// Records a command that is not refused, before what comes of it.
    pub(super) fn told(&mut self, now: Time, command: &Command) {
        self.record_told(now, command.told());
    }

    pub(super) fn record_told(&mut self, now: Time, told: Told<'_>) {
        let user = told.user.map(|user| self.shared_name(user));
        let kind = Kind::Command { name: told.name, arguments: told.bounded_arguments() };
        self.journal.write(now, None, user, kind);
    }
}
