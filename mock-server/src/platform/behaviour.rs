//! How the platform treats everybody, and how it treats single users instead.

use std::time::Duration;

use super::Platform;
use crate::account::OwnSettings;
use crate::command::Command;
use crate::dialect::Dialect;
use crate::error::PlatformError;
use crate::fault::Effect;
use crate::time::Time;

/// For everybody. What was set for one user before no longer holds.
impl Platform {
    /// From now on connections are refused; the sockets are cut.
    pub fn set_offline(&mut self, now: Time) {
        self.told(now, &Command::Offline { user: None });
        self.settings.offline = true;
        for socket in self.sockets.ids(|_| true) {
            self.cut_socket(now, socket);
        }
    }

    /// Ends [`Self::set_offline`] and [`Self::set_offline_of`].
    pub fn set_online(&mut self, now: Time) {
        self.told(now, &Command::Online { user: None });
        self.settings.offline = false;
        self.accounts.set_all_online();
    }

    /// Whether keep-alives are answered: pings with `{"message_type":"pong"}`, which they are not at first, and connection checks of
    /// CPaaS with `{"connAck":{}}`, which they are. Where the platform itself checks connections, it does not do so if they are not
    /// answered.
    pub fn set_answer_pings(&mut self, now: Time, enabled: bool) {
        self.settings.answer_pings = Some(enabled);
        self.accounts.each_own(|own| own.answer_pings = None);
        self.told(now, &Command::AnswerPings { enabled, user: None });
    }

    /// Delays answers and handshakes from now on; frames and closes are not delayed. At first it is zero.
    pub fn set_latency(&mut self, now: Time, latency: Duration) {
        self.settings.latency = latency;
        self.accounts.each_own(|own| own.latency = None);
        self.told(now, &Command::Latency { latency, user: None });
    }
}

/// For one user, until it is said of everybody.
impl Platform {
    /// From now on connections of a user are refused: logins in their name, requests and handshakes. The sockets are cut.
    ///
    /// # Errors
    ///
    /// There is no such user.
    pub fn set_offline_of(&mut self, now: Time, name: &str) -> Result<(), PlatformError> {
        self.accounts.set_offline(name, true)?;
        self.told(now, &Command::Offline { user: Some(name.to_owned()) });
        for socket in self.sockets.ids(|socket| &*socket.user == name) {
            self.cut_socket(now, socket);
        }
        Ok(())
    }

    /// Ends [`Self::set_offline_of`].
    ///
    /// # Errors
    ///
    /// There is no such user.
    pub fn set_online_of(&mut self, now: Time, name: &str) -> Result<(), PlatformError> {
        self.accounts.set_offline(name, false)?;
        self.told(now, &Command::Online { user: Some(name.to_owned()) });
        Ok(())
    }

    /// Whether pings of a user are answered.
    ///
    /// # Errors
    ///
    /// There is no such user.
    pub fn set_answer_pings_of(&mut self, now: Time, name: &str, enabled: bool) -> Result<(), PlatformError> {
        self.accounts.own_mut(name)?.answer_pings = Some(enabled);
        self.told(now, &Command::AnswerPings { enabled, user: Some(name.to_owned()) });
        Ok(())
    }

    /// Delays answers to a user, and handshakes.
    ///
    /// # Errors
    ///
    /// There is no such user.
    pub fn set_latency_of(&mut self, now: Time, name: &str, latency: Duration) -> Result<(), PlatformError> {
        self.accounts.own_mut(name)?.latency = Some(latency);
        self.told(now, &Command::Latency { latency, user: Some(name.to_owned()) });
        Ok(())
    }
}

/// What holds for a request.
impl Platform {
    /// Whether a user, or whoever it is, is not answered at all.
    pub(super) fn is_offline_for(&self, user: Option<&str>) -> bool {
        self.settings.offline || self.own(user).is_some_and(|own| own.offline)
    }

    /// Whether a user's keep-alives are answered.
    pub(super) fn answers_pings_of(&self, user: &str, dialect: Dialect) -> bool {
        let told = self.own(Some(user)).and_then(|own| own.answer_pings).or(self.settings.answer_pings);
        told.unwrap_or(dialect.profile().answers_keep_alives)
    }

    /// How long an answer to a user takes, if there is one.
    pub(super) fn delay(&self, user: Option<&str>, effect: Option<&Effect>) -> Duration {
        let latency = self.own(user).and_then(|own| own.latency).unwrap_or(self.settings.latency);
        latency.saturating_add(effect.map(Effect::delay).unwrap_or_default())
    }

    fn own(&self, user: Option<&str>) -> Option<&OwnSettings> {
        user.and_then(|user| self.accounts.get(user)).map(|account| &account.own)
    }
}
