//! Subscriptions: what a client is told of, for how long, and on which notification channel.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::dialect::Dialect;
use crate::fair::{Fair, Full, Owned};
use crate::ids::SubscriptionId;
use crate::limits::Limits;
use crate::service::Service;
use crate::time::{Time, in_seconds};
use crate::timer::TimerKey;

/// One live subscription, as scripts see it. Serialized in camelCase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SubscriptionInfo {
    /// Its name: `SUB-1`.
    pub id: SubscriptionId,
    /// Whose it is.
    pub user: String,
    /// The services granted, spelled as asked.
    pub services: Vec<String>,
    /// Its notification channel: `CH-1`.
    pub channel: String,
    /// The lifetime granted. Serialized in seconds.
    #[serde(serialize_with = "in_seconds")]
    pub expires: Duration,
    /// When it was made.
    pub created: Time,
    /// When it was last renewed; when it was made, if never.
    pub renewed: Time,
    /// When it ends by itself.
    pub expires_at: Time,
}

#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) user: Arc<str>,
    pub(crate) dialect: Dialect,
    pub(crate) services: Vec<String>,
    pub(crate) lifetime: Duration,
    pub(crate) correlator: Option<String>,
    pub(crate) created: Time,
    pub(crate) renewed: Time,
    pub(crate) expiry: TimerKey,
    pub(crate) holds: Holds,
}

/// What ends with a subscription, in those dialects that have it.
#[derive(Debug)]
pub(crate) enum Holds {
    /// Nothing.
    Nothing,
    /// Calls, by number.
    Calls(Vec<u64>),
    /// The subscription is a channel of CPaaS: services by number, and whether the platform checks its connections.
    Services {
        /// Those that are subscribed to.
        services: Vec<(u64, Service)>,
        /// Whether it is on the platform to see whether a connection lives.
        checks: bool,
    },
}

impl Subscription {
    pub(crate) fn info(&self, id: SubscriptionId) -> SubscriptionInfo {
        SubscriptionInfo {
            id,
            user: self.user.to_string(),
            services: self.services.clone(),
            channel: id.channel(),
            expires: self.lifetime,
            created: self.created,
            renewed: self.renewed,
            expires_at: self.renewed + self.lifetime,
        }
    }
}

impl Owned for Subscription {
    fn owner(&self) -> &Arc<str> {
        &self.user
    }
}

/// Every live subscription. An ended one is forgotten.
#[derive(Debug)]
pub(crate) struct Subscriptions {
    live: Fair<SubscriptionId, Subscription>,
    made: u64,
    calls_made: u64,
    services_made: u64,
}

impl Subscriptions {
    /// None so far, and so many for each user.
    pub(crate) const fn new(per_user: usize) -> Self {
        Self { live: Fair::new(per_user, Limits::SUBSCRIPTIONS), made: 0, calls_made: 0, services_made: 0 }
    }

    /// The subscription that has to end before `user` can have one more, if one has to.
    pub(crate) fn displaced(&mut self, now: Time, user: &str) -> Result<Option<SubscriptionId>, Full> {
        self.live.displaced(now, user)
    }

    /// A subscription is renewed, or a socket opened for it.
    pub(crate) fn touch(&mut self, id: SubscriptionId) {
        self.live.touch(id);
    }

    pub(crate) const fn newest(&self) -> Option<SubscriptionId> {
        match self.made {
            0 => None,
            made => Some(SubscriptionId::numbered(made)),
        }
    }

    /// The name of the next subscription; the caller enters it with [`Self::insert`].
    pub(crate) fn next_id(&mut self) -> SubscriptionId {
        self.made += 1;
        SubscriptionId::numbered(self.made)
    }

    /// The number of the next call.
    pub(crate) const fn next_call(&mut self) -> u64 {
        self.calls_made += 1;
        self.calls_made
    }

    /// The number of the next service that is subscribed to, or of the next presence list.
    pub(crate) const fn next_service(&mut self) -> u64 {
        self.services_made += 1;
        self.services_made
    }

    pub(crate) fn insert(&mut self, id: SubscriptionId, subscription: Subscription) {
        // Its timer ends it: none that is here has ended.
        self.live.insert(id, subscription, None);
    }

    pub(crate) fn get(&self, id: SubscriptionId) -> Option<&Subscription> {
        self.live.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: SubscriptionId) -> Option<&mut Subscription> {
        self.live.get_mut(id)
    }

    pub(crate) fn remove(&mut self, id: SubscriptionId) -> Option<Subscription> {
        self.live.remove(id)
    }

    /// The newest live subscription of `user` that was made under `correlator`.
    pub(crate) fn correlated(&self, user: &str, correlator: &str) -> Option<SubscriptionId> {
        let live = self.live.of(user).filter(|(_, live)| live.correlator.as_deref() == Some(correlator));
        live.map(|(id, _)| id).max()
    }

    /// The newest one of a user.
    pub(crate) fn newest_of(&self, user: &str) -> Option<SubscriptionId> {
        self.live.of(user).map(|(id, _)| id).max()
    }

    /// The subscription of a user that holds something.
    pub(crate) fn holder(&self, user: &str, is_held: impl Fn(&Holds) -> bool) -> Option<SubscriptionId> {
        self.live.of(user).find(|(_, live)| is_held(&live.holds)).map(|(id, _)| id)
    }

    /// Those behind one, oldest first.
    pub(crate) fn after(&self, id: Option<SubscriptionId>) -> impl Iterator<Item = (SubscriptionId, &Subscription)> {
        self.live.after(id)
    }

    /// Those of one user, or all, oldest first.
    pub(crate) fn of<'a>(
        &'a self,
        user: Option<&'a str>,
    ) -> impl Iterator<Item = (SubscriptionId, &'a Subscription)> + 'a {
        self.live.iter().filter(move |(_, subscription)| user.is_none_or(|name| &*subscription.user == name))
    }
}
