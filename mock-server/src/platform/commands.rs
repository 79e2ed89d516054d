//! The commands: what a script tells the platform to do.

use std::time::Duration;

use serde_json::{Value, json};

use super::Platform;
use crate::account::{UserOptions, check_lifetime};
use crate::command::{Command, CommandOutput, CommandRecord, GoneOptions, Target};
use crate::error::PlatformError;
use crate::fault::{Fault, FaultFilter, is_close_code};
use crate::frame::Frame;
use crate::ids::{FaultId, SocketId, SubscriptionId};
use crate::journal::Kind;
use crate::limits::Limits;
use crate::output::Output;
use crate::point::Point;
use crate::time::Time;
use crate::token::{IssuedTokens, TokenOptions};

impl Platform {
    /// Carries out a command, as the method that its documentation names does.
    ///
    /// # Errors
    ///
    /// Those of that method.
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
            Command::Clear { rules } => self.clear_faults(now, rules)?.into(),
            Command::Offline { user: None } => self.set_offline(now).into(),
            Command::Online { user: None } => self.set_online(now).into(),
            Command::Offline { user: Some(user) } => self.set_offline_of(now, &user)?.into(),
            Command::Online { user: Some(user) } => self.set_online_of(now, &user)?.into(),
            Command::Cut { target } => self.cut(now, target)?.into(),
            Command::Close { target, code, reason } => self.close(now, target, code, &reason)?.into(),
            Command::Silence { target } => self.silence(now, target)?.into(),
            Command::Send { target, message } => self.send(now, target, message)?.into(),
            Command::SendRaw { target, frame } => self.send_raw(now, target, &frame)?.into(),
            Command::Gone { user, options } => self.gone(now, &user, &options)?.into(),
            Command::TokenLifetime { lifetime } => self.set_token_lifetime(now, lifetime)?.into(),
            Command::AnswerPings { enabled, user: None } => self.set_answer_pings(now, enabled).into(),
            Command::AnswerPings { enabled, user: Some(user) } => self.set_answer_pings_of(now, &user, enabled)?.into(),
            Command::Latency { latency, user: None } => self.set_latency(now, latency).into(),
            Command::Latency { latency, user: Some(user) } => self.set_latency_of(now, &user, latency)?.into(),
            Command::Reset => CommandOutput::Next(self.reset(now)),
            Command::Mark { text } => CommandOutput::Record(self.mark(now, &text)?),
        })
    }

    /// Adds a user, who may sign in with that password.
    ///
    /// # Errors
    ///
    /// There is a user of that name, or of one of the credentials; a text is too long or a lifetime cannot be granted; or there is no
    /// room for one more.
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
    ///
    /// # Errors
    ///
    /// There is no such user.
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
    ///
    /// # Errors
    ///
    /// There is no such user, or the password is too long.
    pub fn set_password(&mut self, now: Time, name: &str, password: &str) -> Result<(), PlatformError> {
        self.accounts.set_password(name, password)?;
        self.told(now, &Command::SetPassword { user: name.to_owned(), password: password.to_owned() });
        Ok(())
    }

    /// Issues tokens as if the user had signed in elsewhere.
    ///
    /// # Errors
    ///
    /// There is no such user; a text is too long, or was issued before; the lifetime cannot be granted; or there is no room for one more
    /// login.
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
    ///
    /// # Errors
    ///
    /// A fault makes no sense, or not at that point; it is for a user who is not there; or there is no room for one more rule.
    pub fn fail(&mut self, now: Time, point: Point, faults: Vec<Fault>) -> Result<FaultId, PlatformError> {
        for user in faults.iter().filter_map(|fault| fault.when.user.as_deref()) {
            self.accounts.known(user)?;
        }
        let id = self.faults.add(point, faults.clone())?;
        self.write_told(now, Command::Fail { point, faults }.told(), Some(id));
        Ok(id)
    }

    /// Removes the faults of one point, or all.
    pub fn clear(&mut self, now: Time, point: Option<Point>) {
        let rules = point.into();
        self.faults.clear(&rules);
        self.told(now, &Command::Clear { rules });
    }

    /// Removes the rules that are meant. Gives how many.
    ///
    /// # Errors
    ///
    /// They are those of a user who is not there.
    pub fn clear_faults(&mut self, now: Time, rules: impl Into<FaultFilter>) -> Result<usize, PlatformError> {
        let rules = rules.into();
        if let Some(user) = &rules.user {
            self.accounts.known(user)?;
        }
        let count = self.faults.clear(&rules);
        self.told(now, &Command::Clear { rules });
        Ok(count)
    }

    /// Ends connections of a user, or one of them, without a close frame. Gives how many.
    ///
    /// # Errors
    ///
    /// Nothing says which sockets are meant, what is named is not there, or it belongs to somebody else.
    pub fn cut(&mut self, now: Time, target: impl Into<Target>) -> Result<usize, PlatformError> {
        let (target, sockets) = self.targets(target.into())?;
        self.told(now, &Command::Cut { target });
        sockets.iter().for_each(|socket| self.cut_socket(now, *socket));
        Ok(sockets.len())
    }

    /// Closes a user's sockets, or one of them, with a close frame, one that is not open yet as soon as it opens. Gives how
    /// many. `code` is 1000 to 4999, or 1005 for a close frame without one; `reason` at most 123 bytes.
    ///
    /// # Errors
    ///
    /// Nothing says which sockets are meant, what is named is not there, or it belongs to somebody else; or the code or the reason cannot be sent.
    pub fn close(
        &mut self,
        now: Time,
        target: impl Into<Target>,
        code: u16,
        reason: &str,
    ) -> Result<usize, PlatformError> {
        let (target, sockets) = self.targets(target.into())?;
        if !is_close_code(code) {
            return Err(PlatformError::CloseCode { code });
        }
        if reason.len() > 123 || (code == 1005 && !reason.is_empty()) {
            return Err(PlatformError::CloseReason { bytes: reason.len() });
        }
        self.told(now, &Command::Close { target, code, reason: reason.to_owned() });
        sockets.iter().for_each(|socket| self.close_socket(now, *socket, code, reason));
        Ok(sockets.len())
    }

    /// Mutes the sockets that a user has now, or one of them, for the rest of their lives: they stay open, take what comes, and
    /// nothing that is sent to them goes out. Gives how many.
    ///
    /// # Errors
    ///
    /// Nothing says which sockets are meant, what is named is not there, or it belongs to somebody else.
    pub fn silence(&mut self, now: Time, target: impl Into<Target>) -> Result<usize, PlatformError> {
        let (target, sockets) = self.targets(target.into())?;
        self.told(now, &Command::Silence { target });
        for id in &sockets {
            if let Some(socket) = self.sockets.get_mut(*id) {
                socket.silent = true;
            }
        }
        Ok(sockets.len())
    }

    /// Sends a JSON frame to the sockets of a user, or one of them, whose subscription lives: where it has ended, the platform has
    /// nobody to tell, though a socket may be open still. A `notificationMessage` with neither `id` nor `eventId` gets
    /// fresh ones, since clients drop what they take for a duplicate: some by the one, some by the other. Gives to how many sockets it goes.
    ///
    /// # Errors
    ///
    /// Nothing says which sockets are meant, what is named is not there, or it belongs to somebody else; or the frame is longer than the platform sends, or there is no room for it.
    pub fn send(&mut self, now: Time, target: impl Into<Target>, mut message: Value) -> Result<usize, PlatformError> {
        let (target, sockets) = self.targets(target.into())?;
        if let Some(Value::Object(notification)) = message.get_mut("notificationMessage")
            && !notification.contains_key("id")
            && !notification.contains_key("eventId")
        {
            let id = self.notification_id();
            notification.insert("id".to_owned(), id.clone());
            notification.insert("eventId".to_owned(), id);
        }
        let frame = Frame::Text(message.to_string());
        self.check_frame(&sockets, &frame)?;
        self.told(now, &Command::Send { target, message });
        let sockets = self.subscribed(sockets);
        Ok(self.send_to(now, &sockets, &frame))
    }

    /// Sends a frame to all sockets of a user, or one of them, as it is, whether their subscriptions live or not. Gives to how
    /// many it goes.
    ///
    /// # Errors
    ///
    /// Nothing says which sockets are meant, what is named is not there, or it belongs to somebody else; or the frame is longer than the platform sends, or there is no room for it.
    pub fn send_raw(&mut self, now: Time, target: impl Into<Target>, frame: &Frame) -> Result<usize, PlatformError> {
        let (target, sockets) = self.targets(target.into())?;
        self.check_frame(&sockets, frame)?;
        self.told(now, &Command::SendRaw { target, frame: frame.clone() });
        Ok(self.send_to(now, &sockets, frame))
    }

    /// Ends the user's subscriptions and says so in a `gone` notification to their sockets. Gives to how many.
    ///
    /// # Errors
    ///
    /// Nobody has that name, or there is no room for the notification.
    pub fn gone(&mut self, now: Time, name: &str, options: &GoneOptions) -> Result<usize, PlatformError> {
        self.check_holder(name)?;
        let id = options.id.clone().map_or_else(|| self.notification_id(), Value::String);
        let mut message = json!({ "eventType": "gone", "id": id, "eventId": id });
        if let Some(after) = options.retry_after {
            message["retryAfter"] = after.as_secs().into();
        }
        let frame = json!({ "notificationMessage": message });
        let frame = Frame::Text(frame.to_string());
        let sockets = self.sockets.ids(|socket| &*socket.user == name);
        self.check_frame(&sockets, &frame)?;
        self.told(now, &Command::Gone { user: name.to_owned(), options: options.clone() });
        let sockets = self.subscribed(sockets);
        self.end_all(name);
        Ok(self.send_to(now, &sockets, &frame))
    }

    /// Makes all tokens of a user void, refresh tokens and sessions too. Open sockets stay.
    ///
    /// # Errors
    ///
    /// There is no such user.
    pub fn expire_token(&mut self, now: Time, name: &str) -> Result<(), PlatformError> {
        self.accounts.known(name)?;
        self.told(now, &Command::ExpireToken { user: name.to_owned() });
        self.accounts.void_bearer(name);
        self.grants.revoke(name);
        Ok(())
    }

    /// Ends a user's subscriptions without a word, as if they had not been renewed. Gives how many.
    ///
    /// # Errors
    ///
    /// Nobody has that name.
    pub fn end_subscription(&mut self, now: Time, name: &str) -> Result<usize, PlatformError> {
        self.check_holder(name)?;
        self.told(now, &Command::EndSubscription { user: name.to_owned() });
        Ok(self.end_all(name))
    }

    /// From now on a user's subscriptions are granted these services only, compared without regard to case.
    ///
    /// # Errors
    ///
    /// There is no such user, or the list is too long.
    pub fn grant_services(&mut self, now: Time, name: &str, services: Vec<String>) -> Result<(), PlatformError> {
        self.accounts.set_services(name, services.clone())?;
        self.told(now, &Command::GrantServices { user: name.to_owned(), services });
        Ok(())
    }

    /// How long tokens last that are issued from now on, whatever clients ask for; `None` leaves it to them again.
    /// A user's own setting wins.
    ///
    /// # Errors
    ///
    /// A lifetime is shorter than a second, or longer than ten years.
    pub fn set_token_lifetime(&mut self, now: Time, lifetime: Option<Duration>) -> Result<(), PlatformError> {
        if let Some(lifetime) = lifetime {
            check_lifetime(lifetime)?;
        }
        self.settings.token_lifetime = lifetime;
        self.told(now, &Command::TokenLifetime { lifetime });
        Ok(())
    }

    /// Writes a line of the user's own into the journal, so that what came before it is told from what came after: a text of
    /// [`Limits::RECORDED_ARGUMENT_BYTES`] at most. Gives the number of its record.
    ///
    /// # Errors
    ///
    /// The text is too long.
    pub fn mark(&mut self, now: Time, text: &str) -> Result<u64, PlatformError> {
        let (bytes, limit) = (text.len(), Limits::RECORDED_ARGUMENT_BYTES);
        if bytes > limit {
            return Err(PlatformError::TextTooLong { what: "text of a mark", bytes, limit });
        }
        self.told(now, &Command::Mark { text: text.to_owned() });
        Ok(self.journal.next_seq() - 1)
    }

    /// Refuses a name that nobody has: neither a user, nor an account that somebody who has not signed in calls.
    fn check_holder(&self, name: &str) -> Result<(), PlatformError> {
        let is_called = self.subscriptions.newest_of(name).is_some();
        if is_called { Ok(()) } else { self.accounts.known(name).map(drop) }
    }

    /// Refuses a frame that is too long, or that would wait more often than there is room.
    fn check_frame(&self, sockets: &[SocketId], frame: &Frame) -> Result<(), PlatformError> {
        let limit = self.limits.frame_bytes;
        if frame.len() > limit {
            return Err(PlatformError::FrameTooLong { bytes: frame.len(), limit });
        }
        let sockets = sockets.iter().filter(|id| self.sockets.get(**id).is_some_and(|socket| !socket.silent)).count();
        let waiting: usize = self.output.iter().map(Output::bytes).sum();
        let bytes = self.sockets.waiting_bytes() + waiting + sockets * frame.len();
        if bytes > Limits::WAITING_BYTES {
            return Err(PlatformError::TooMuchToSend { bytes, limit: Limits::WAITING_BYTES });
        }
        Ok(())
    }

    /// Those of some sockets that the platform still has something to tell.
    fn subscribed(&self, mut sockets: Vec<SocketId>) -> Vec<SocketId> {
        let lives = |id: SubscriptionId| self.subscriptions.get(id).is_some();
        sockets.retain(|id| self.sockets.get(*id).and_then(|socket| socket.subscription).is_some_and(lives));
        sockets
    }

    fn send_to(&mut self, now: Time, sockets: &[SocketId], frame: &Frame) -> usize {
        sockets.iter().filter(|socket| self.send_frame(now, **socket, frame)).count()
    }

    /// Where there is no room for one more user, a user goes whose name a client made up, and who holds nothing that anybody
    /// would miss. Users who hold something are in use; each is looked at once, and only so many at a time.
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

    pub(super) fn record_told(&mut self, now: Time, told: CommandRecord<'_>) {
        self.write_told(now, told, None);
    }

    fn write_told(&mut self, now: Time, told: CommandRecord<'_>, rule: Option<FaultId>) {
        self.note_expiries(now);
        let user = told.user.map(|user| self.shared_name(user));
        let kind = Kind::Command { name: told.name, rule, arguments: told.bounded_arguments() };
        self.journal.write(now, None, user, kind);
    }
}
