//! How a platform was at its start, and the way back.

use super::{Platform, StartState};
use crate::account::{Accounts, UserOptions};
use crate::command::Command;
use crate::subscription::Subscriptions;
use crate::time::Time;
use crate::timer::Timers;
use crate::token::Grants;

impl Platform {
    /// Takes the present users, faults and settings for those of the start, to which [`Self::reset`] leads back.
    pub fn keep_as_start(&mut self) {
        self.start = StartState {
            accounts: self.accounts.clone(),
            settings: self.settings.clone(),
            faults: self.faults.clone(),
        };
    }

    /// Changes the users of the start alone, for owners whose users are kept elsewhere and have changed there. Users
    /// whom [`Self::add_user`] would refuse are left out.
    pub fn set_users_of_start<'a>(
        &mut self,
        now: Time,
        users: impl IntoIterator<Item = (&'a str, &'a str, UserOptions)>,
    ) {
        let mut accounts = Accounts::default();
        for (name, password, options) in users {
            let _ = accounts.add(now, name, password, options);
        }
        self.start.accounts = accounts;
    }

    /// Makes everything as it was at the start: users, faults and settings. Tokens are void, subscriptions end, and sockets are
    /// cut; the numbers of all three begin again. The journal goes on, and gives the number of its next record.
    ///
    /// A socket that was there before does not count as one that comes later, whatever its name. The owner of the time may begin it again,
    /// too: nothing here is due any more.
    pub fn reset(&mut self, now: Time) -> u64 {
        self.note_expiries(now);
        self.journal.begin_again();
        self.told(now, &Command::Reset);
        for socket in self.sockets.ids(|_| true) {
            self.cut_socket(now, socket);
        }
        let StartState { accounts, settings, faults } = self.start.clone();
        (self.accounts, self.settings) = (accounts, settings);
        self.faults.begin_again(faults);
        self.grants = Grants::new(self.limits.user_grants);
        self.subscriptions = Subscriptions::new(self.limits.user_subscriptions);
        self.sockets.begin_again();
        self.timers = Timers::default();
        self.notifications_sent = 0;
        self.resets += 1;
        self.journal.next_seq()
    }

    /// How often it was reset.
    #[must_use]
    pub const fn resets(&self) -> u64 {
        self.resets
    }
}
