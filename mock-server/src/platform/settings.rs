//! Settings: what holds for the whole platform or one account until it is changed, and how it stands now.

use std::time::Duration;

use serde::Serialize;

use super::Platform;
use crate::account::{Account, UserOptions};
use crate::command::Command;
use crate::error::PlatformError;
use crate::fault::{FaultFilter, FaultRule};
use crate::ids::FaultId;
use crate::point::Point;
use crate::reason::Reason;
use crate::time::{Time, in_millis, in_millis_if_any};

/// How the platform is set, as its commands left it. Serialized in camelCase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SettingsInfo {
    /// Whether [`Platform::set_offline`] holds.
    pub offline: bool,
    /// Whether [`Platform::set_any_user`] holds.
    pub any_user: bool,
    /// Whether pings are answered, as commands said.
    pub answer_pings: bool,
    /// The delay of every answer and handshake. Serialized in ms.
    #[serde(serialize_with = "in_millis")]
    pub latency: Duration,
    /// How long new tokens last, whatever clients ask for; `None` leaves it to them. Serialized in ms.
    #[serde(serialize_with = "in_millis_if_any")]
    pub token_lifetime: Option<Duration>,
}

impl Platform {
    /// Whether every name and password signs in. A user whom nobody has added is added then, with that password. Such users make room for
    /// others when there are [`Limits::USERS`](crate::Limits::USERS), if they have neither a subscription nor a socket and no command named
    /// them. At first it is off.
    pub fn set_any_user(&mut self, now: Time, enabled: bool) {
        self.settings.any_user = enabled;
        self.told(now, &Command::AnyUser { enabled });
    }

    /// Changes what is special about a user. Tokens and subscriptions that were granted before stay as they are.
    ///
    /// # Errors
    ///
    /// There is no such user; somebody else has one of the credentials; or a text is too long or a lifetime cannot be granted.
    pub fn set_options(&mut self, now: Time, name: &str, options: UserOptions) -> Result<(), PlatformError> {
        self.accounts.set_options(name, &options)?;
        self.told(now, &Command::SetOptions { user: name.to_owned(), options });
        Ok(())
    }

    /// How the platform is set.
    #[must_use]
    pub fn settings(&self) -> SettingsInfo {
        let settings = &self.settings;
        SettingsInfo {
            offline: settings.offline,
            any_user: settings.any_user,
            answer_pings: settings.answer_pings.unwrap_or_default(),
            latency: settings.latency,
            token_lifetime: settings.token_lifetime,
        }
    }

    /// The fault rules that are not used up, in the order in which they are looked at.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultRule> {
        self.faults.rules()
    }

    /// Whether a request to `point` may meet a fault.
    #[must_use]
    pub fn fails_at(&self, point: Point) -> bool {
        self.faults.fails_at(point)
    }

    /// The fault rules that are meant and that no request has met.
    pub fn unmet_faults(&self, rules: impl Into<FaultFilter>) -> Vec<FaultId> {
        self.faults.unmet(&rules.into())
    }

    /// The account that name and password open.
    pub(super) fn sign_in(&mut self, now: Time, name: &str, password: &str) -> Result<&Account, Reason> {
        if !self.settings.any_user {
            let refused = || if self.has_user(name) { Reason::WrongPassword } else { Reason::UnknownUser };
            return self.accounts.sign_in(name, password).ok_or_else(refused);
        }
        if self.accounts.get(name).is_none() {
            self.add_user(now, name, password, UserOptions::default()).map_err(|error| match error {
                PlatformError::Full { .. } => Reason::Full,
                _ => Reason::UnknownUser,
            })?;
            self.accounts.set_made_up(name);
        }
        self.accounts.touch(name);
        self.accounts.get(name).ok_or(Reason::UnknownUser)
    }
}
