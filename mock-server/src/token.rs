//! Tokens, and the grants that they belong to.
//!
//! A *grant* is what one login gives, with all that is refreshed from it later. Its tokens live and die together: the
//! real SDK goes on using a session's first access token after refreshes (docs/protocol.md, section 1.4), so a refresh
//! prolongs the grant and with it the older tokens.

mod issued;
mod told;

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;

pub(crate) use issued::Masked;
pub use issued::{IssuedTokens, TokenOptions};
pub use told::TokensInfo;

use crate::error::{PlatformError, check_text};
use crate::fair::{Fair, Owned};
use crate::ids::SubscriptionId;
use crate::limits::{Limits, PlatformLimits};
use crate::reason::Reason;
use crate::time::Time;

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Access,
    Refresh,
    /// Of a session that began with an HMAC token; good until it was not used for [`SESSION_LIFETIME`].
    Session,
}

struct Grant {
    user: Arc<str>,
    access_until: Time,
    refresh_until: Time,
    /// Whether any of its tokens is for a refresh.
    has_refresh: bool,
    /// The tokens that the login gave. They are kept as long as the grant.
    first: Vec<Arc<str>>,
    /// The tokens that refreshes gave, oldest first.
    later: VecDeque<Arc<str>>,
    /// Bytes of the tokens that a command gave.
    given_bytes: usize,
}

impl Owned for Grant {
    fn owner(&self) -> &Arc<str> {
        &self.user
    }
}

impl Grant {
    /// Until when any of its tokens is good for something.
    fn ends(&self) -> Time {
        if self.has_refresh { self.access_until.max(self.refresh_until) } else { self.access_until }
    }
}

/// A fresh access token, with a refresh token if one was asked for.
pub(crate) struct Pair {
    pub(crate) access: Arc<str>,
    pub(crate) refresh: Option<Arc<str>>,
}

impl Pair {
    /// The tokens, and what each is for.
    fn texts(&self) -> impl Iterator<Item = (Arc<str>, Use)> + use<> {
        let refresh = self.refresh.clone().map(|text| (text, Use::Refresh));
        [Some((self.access.clone(), Use::Access)), refresh].into_iter().flatten()
    }
}

/// Every grant and every token.
pub(crate) struct Grants {
    grants: Fair<u64, Grant>,
    /// When tokens of each grant expire next: first those that access is asked with, then those for a refresh.
    ends: BTreeSet<(Time, u64)>,
    /// What each is of, and for. They are only looked up: their order means nothing.
    tokens: IndexMap<Arc<str>, (u64, Use)>,
    grants_made: u64,
    tokens_issued: u64,
    /// Whether a command gave a text of its own, which fresh ones must then avoid.
    texts_given: bool,
    /// Bytes of the tokens that commands gave, of all grants.
    given_bytes: usize,
}

impl fmt::Debug for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grants").field("grants", &self.grants.len()).field("tokens", &self.tokens.len()).finish()
    }
}

impl Default for Grants {
    fn default() -> Self {
        Self::new(PlatformLimits::default().user_grants)
    }
}

impl Grants {
    /// None so far, and so many for each user.
    pub(crate) fn new(per_user: usize) -> Self {
        Self {
            grants: Fair::new(per_user, Limits::GRANTS),
            ends: BTreeSet::new(),
            tokens: IndexMap::new(),
            grants_made: 0,
            tokens_issued: 0,
            texts_given: false,
            given_bytes: 0,
        }
    }

    /// Begins a grant with fresh tokens. `None` if there is no room.
    pub(crate) fn log_in(
        &mut self,
        now: Time,
        user: &Arc<str>,
        lifetime: Duration,
        with_refresh: bool,
    ) -> Option<Pair> {
        self.make_room(now, user)?;
        let pair = self.fresh_pair(with_refresh);
        self.begin(now, user, lifetime, pair.texts());
        Some(pair)
    }

    /// Begins a session, and gives its name: that of the subscription with which it begins. `None` if there is no room.
    pub(crate) fn open_session(
        &mut self,
        now: Time,
        user: &Arc<str>,
        subscription: SubscriptionId,
    ) -> Option<Arc<str>> {
        self.make_room(now, user)?;
        let name: Arc<str> = subscription.session().into();
        self.begin(now, user, SESSION_LIFETIME, [(name.clone(), Use::Session)]);
        Some(name)
    }

    /// The user whose live session that is, which is used now.
    pub(crate) fn in_session(&mut self, now: Time, name: &str) -> Option<&Arc<str>> {
        let (id, usage) = *self.tokens.get(name)?;
        let until = self.grants.get(id)?.access_until;
        if usage != Use::Session || now >= until {
            return None;
        }
        let longer = now + SESSION_LIFETIME;
        self.grants.touch(id);
        self.grants.ends_at(id, longer);
        self.ends.remove(&(until, id));
        self.ends.insert((longer, id));
        let grant = self.grants.get_mut(id)?;
        (grant.access_until, grant.refresh_until) = (longer, longer);
        Some(&grant.user)
    }

    /// Whether a user has a session, of whatever name.
    pub(crate) fn has_session(&self, user: &str) -> bool {
        let is_session = |text: &Arc<str>| matches!(self.tokens.get(text), Some((_, Use::Session)));
        self.grants.of(user).any(|(_, grant)| grant.first.iter().any(is_session))
    }

    /// Begins a grant for a command, with the texts that it gives.
    pub(crate) fn issue(
        &mut self,
        now: Time,
        user: &Arc<str>,
        lifetime: Duration,
        options: &TokenOptions,
    ) -> Result<IssuedTokens, PlatformError> {
        let texts = [&options.access_token, &options.refresh_token, &options.oauth_token];
        for (at, text) in texts.iter().enumerate() {
            let Some(text) = text else { continue };
            check_text("token", text)?;
            if self.tokens.contains_key(text.as_str()) || texts[..at].contains(&&Some(text.clone())) {
                return Err(PlatformError::TokenExists { key: ["accessToken", "refreshToken", "oauthToken"][at] });
            }
        }
        let given_bytes = texts.iter().copied().flatten().map(String::len).sum();
        if self.given_bytes + given_bytes > Limits::GIVEN_TOKEN_BYTES {
            self.forget_ended(now);
        }
        if self.given_bytes + given_bytes > Limits::GIVEN_TOKEN_BYTES {
            return Err(PlatformError::Full { what: "bytes of given tokens", limit: Limits::GIVEN_TOKEN_BYTES });
        }
        let full = PlatformError::Full { what: "grants", limit: Limits::GRANTS };
        self.make_room(now, user).ok_or(full)?;
        let fresh = texts.iter().any(|text| text.is_none());
        self.texts_given |= texts.iter().any(|text| text.is_some());
        let number = if fresh { self.next_number(texts) } else { 0 };
        let text = |given: &Option<String>, prefix: &str| -> Arc<str> {
            given.as_deref().map_or_else(|| format!("{prefix}-{number}").into(), Into::into)
        };
        let access = text(&options.access_token, "AT");
        let refresh = text(&options.refresh_token, "RT");
        let oauth = text(&options.oauth_token, "OA");
        let first = [(&access, Use::Access), (&refresh, Use::Refresh), (&oauth, Use::Access)];
        let id = self.begin(now, user, lifetime, first.map(|(text, usage)| (text.clone(), usage)));
        if let Some(grant) = self.grants.get_mut(id) {
            grant.given_bytes = given_bytes;
            self.given_bytes += given_bytes;
        }
        Ok(IssuedTokens {
            access_token: access.to_string(),
            refresh_token: refresh.to_string(),
            oauth_token: oauth.to_string(),
            expires: lifetime,
        })
    }

    /// The user whom a valid access or OAuth token speaks for, which it does now.
    pub(crate) fn spoken_for(&mut self, now: Time, token: &str) -> Option<&Arc<str>> {
        let (id, usage) = *self.tokens.get(token)?;
        let is_valid = |grant: &Grant| usage == Use::Access && now < grant.access_until;
        self.grants.touch_if(id, is_valid).map(|grant| &grant.user)
    }

    /// The user whose tokens `token` can refresh: a refresh token can, and so can a valid access token.
    pub(crate) fn refreshable(&self, now: Time, token: &str) -> Option<&Arc<str>> {
        let (id, usage) = self.tokens.get(token)?;
        let grant = self.grants.get(*id)?;
        let until = match usage {
            Use::Access => grant.access_until,
            Use::Refresh => grant.refresh_until,
            Use::Session => return None,
        };
        (now < until).then_some(&grant.user)
    }

    /// Why a token is not good for what it was brought for.
    pub(crate) fn why_not(&self, token: &str) -> Reason {
        match self.tokens.get(token) {
            // It is good for no request but a refresh, whatever its time.
            Some((_, Use::Refresh)) => Reason::RefreshToken,
            Some((_, Use::Access | Use::Session)) => Reason::ExpiredToken,
            None if self.was_issued(token) => Reason::RevokedToken,
            None => Reason::UnknownToken,
        }
    }

    /// Whether it is a text of the platform's own that was used up before.
    fn was_issued(&self, token: &str) -> bool {
        let number = token.split_once('-').filter(|(prefix, _)| PREFIXES.contains(prefix)).map(|(_, number)| number);
        let issued = number.and_then(|number| number.parse::<u64>().ok().filter(|read| read.to_string() == number));
        issued.is_some_and(|number| (1..=self.tokens_issued).contains(&number))
    }

    /// Whether a token was issued here, valid or not.
    pub(crate) fn has(&self, token: &str) -> bool {
        self.tokens.contains_key(token)
    }

    /// Whom a token was issued to, valid or not.
    pub(crate) fn owner(&self, token: &str) -> Option<&Arc<str>> {
        self.tokens.get(token).and_then(|(id, _)| self.grants.get(*id)).map(|grant| &grant.user)
    }

    /// Prolongs the grant of `token` and adds fresh tokens to it. `None` if it cannot be refreshed.
    pub(crate) fn refresh(&mut self, now: Time, token: &str, lifetime: Duration) -> Option<Pair> {
        self.refreshable(now, token)?;
        let (id, _) = *self.tokens.get(token)?;
        let pair = self.fresh_pair(true);
        self.grants.touch(id);
        self.grants.ends_at(id, now + lifetime.max(REFRESH_LIFETIME));
        let grant = self.grants.get_mut(id)?;
        self.ends.remove(&(grant.access_until, id));
        self.ends.remove(&(grant.refresh_until, id));
        self.ends.insert((now + lifetime, id));
        grant.access_until = now + lifetime;
        grant.refresh_until = now + lifetime.max(REFRESH_LIFETIME);
        grant.has_refresh = true;
        // A session that began with a refresh token goes on with the access token which it got for that: what comes with a
        // refresh is in use, and no older than what the refresh gives.
        if let Some(used) = grant.later.iter().position(|later| **later == *token).and_then(|at| grant.later.remove(at))
        {
            grant.later.push_back(used);
        }
        for (text, usage) in pair.texts() {
            self.tokens.insert(text.clone(), (id, usage));
            grant.later.push_back(text);
        }
        while grant.later.len() > Limits::TOKENS_PER_GRANT {
            if let Some(oldest) = grant.later.pop_front() {
                self.tokens.swap_remove(&oldest);
            }
        }
        Some(pair)
    }

    /// Ends the grant of a token: none of what was issued with it, or refreshed from it, is good for anything any more.
    pub(crate) fn revoke_with(&mut self, token: &str) {
        let Some((id, _)) = self.tokens.get(token).copied() else { return };
        self.forget(id);
    }

    /// Ends every grant of a user: none of the tokens is good for anything any more.
    pub(crate) fn revoke(&mut self, user: &str) {
        let of_user: Vec<u64> = self.grants.of(user).map(|(id, _)| id).collect();
        of_user.into_iter().for_each(|id| self.forget(id));
    }

    /// Where there is no room for a grant of a user, another grant goes. `None` if nobody has more than a fair share.
    fn make_room(&mut self, now: Time, user: &str) -> Option<()> {
        if let Some(displaced) = self.grants.displaced(now, user).ok()? {
            self.forget(displaced);
        }
        Some(())
    }

    /// Begins a grant, for which there is room, with its first tokens.
    fn begin(
        &mut self,
        now: Time,
        user: &Arc<str>,
        lifetime: Duration,
        first: impl IntoIterator<Item = (Arc<str>, Use)>,
    ) -> u64 {
        self.grants_made += 1;
        let id = self.grants_made;
        let mut has_refresh = false;
        let mut enter = |(text, usage): (Arc<str>, Use)| {
            has_refresh |= usage == Use::Refresh;
            self.tokens.insert(text.clone(), (id, usage));
            text
        };
        let first = first.into_iter().map(&mut enter).collect();
        let grant = Grant {
            user: user.clone(),
            access_until: now + lifetime,
            refresh_until: now + lifetime.max(REFRESH_LIFETIME),
            has_refresh,
            first,
            later: VecDeque::new(),
            given_bytes: 0,
        };
        let ends = grant.ends();
        self.ends.insert((grant.access_until, id));
        self.grants.insert(id, grant, Some(ends));
        id
    }

    fn fresh_pair(&mut self, with_refresh: bool) -> Pair {
        let number = self.next_number([&None; 3]).to_string();
        let text = |prefix| [prefix, "-", &number].concat().into();
        Pair { access: text("AT"), refresh: with_refresh.then(|| text("RT")) }
    }

    /// The next number for fresh tokens beside `given` ones; one that a command has used up in a text of its own is left out.
    fn next_number(&mut self, given: [&Option<String>; 3]) -> u64 {
        loop {
            self.tokens_issued += 1;
            let number = self.tokens_issued;
            if !self.texts_given {
                return number;
            }
            let is_taken = |(prefix, own): (&str, &Option<String>)| {
                let text = format!("{prefix}-{number}");
                self.tokens.contains_key(text.as_str()) || (own.is_none() && given.contains(&&Some(text)))
            };
            if !PREFIXES.into_iter().zip(given).any(is_taken) {
                return number;
            }
        }
    }

    fn forget_ended(&mut self, now: Time) {
        let over: Vec<u64> = self.grants.iter().filter(|(_, grant)| grant.ends() <= now).map(|(id, _)| id).collect();
        over.into_iter().for_each(|id| self.forget(id));
    }

    fn forget(&mut self, id: u64) {
        let Some(grant) = self.grants.remove(id) else { return };
        // One of the two is told next.
        if !self.ends.remove(&(grant.access_until, id)) {
            self.ends.remove(&(grant.refresh_until, id));
        }
        self.given_bytes -= grant.given_bytes;
        for text in grant.first.iter().chain(&grant.later) {
            self.tokens.swap_remove(text);
        }
    }
}

/// What fresh tokens begin with: access, refresh and OAuth tokens.
const PREFIXES: [&str; 3] = ["AT", "RT", "OA"];

/// How long a session may go unused.
const SESSION_LIFETIME: Duration = REFRESH_LIFETIME;

/// For how long a refresh token is taken, if its access token does not live longer.
const REFRESH_LIFETIME: Duration = Duration::from_secs(24 * 3600);

#[cfg(test)]
mod tests;
