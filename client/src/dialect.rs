//! The dialects of the platform: the lines of SDKs that a session can be, and all in which they differ.
//!
//! What is common to them is the rest of this crate, which asks the [`Profile`] wherever they part. The next dialect is one
//! more profile.

mod link;
mod link3;
mod profile;
mod uc3;
mod uc5;

pub(crate) use self::profile::{Api, Leaving, Profile};

/// Which SDK a client is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub enum Dialect {
    /// UC 3, the Kandy.js of the quickstart (SDK 3.41.1).
    #[default]
    Uc3,
    /// UC 4 and 5 (SDK 5.2.0).
    Uc5,
    /// Link 3 (SDK 3.41.1).
    Link3,
    /// Link 4 and 5 (SDK 5.2.0), in which credentials and subscriptions are apart.
    Link,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Uc3, Self::Uc5, Self::Link3, Self::Link];

    /// Its name, such as `link3`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.profile().name
    }

    /// The dialect of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    /// The SDK that the port of it was held to, such as `UC 3.41.1`.
    #[must_use]
    pub fn sdk(self) -> &'static str {
        self.profile().sdk
    }

    /// The word for the platform by which `connection.getSocketState(platform)` asks, and which `ws:change` says.
    #[must_use]
    pub fn platform(self) -> &'static str {
        self.profile().platform
    }

    /// The names of the events that a client of it can emit.
    #[must_use]
    pub fn events(self) -> &'static [&'static str] {
        self.profile().events
    }

    /// The names of the calls that change something in a client of it, as Kandy.js has them; `services.subscribe` is one.
    #[must_use]
    pub fn calls(self) -> &'static [&'static str] {
        self.profile().calls
    }

    /// The names of the calls that it has and that do nothing.
    #[must_use]
    pub fn idle_calls(self) -> &'static [&'static str] {
        self.profile().idle_calls
    }

    /// Whether a client of it has `services`, by which it subscribes.
    #[must_use]
    pub fn has_services(self) -> bool {
        self.calls().contains(&"services.subscribe")
    }

    /// Whether its delays are drawn at random, so that a seed means something to it.
    #[must_use]
    pub fn draws_at_random(self) -> bool {
        self.profile().draws_at_random
    }

    pub(crate) fn profile(self) -> &'static Profile {
        match self {
            Self::Uc3 => &uc3::PROFILE,
            Self::Uc5 => &uc5::PROFILE,
            Self::Link3 => &link3::PROFILE,
            Self::Link => &link::PROFILE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::Credentials;
    use crate::protocol::Signature;

    #[test]
    fn the_first_complete_way_is_used() {
        let all = Credentials {
            access_token: Some("AT".into()),
            refresh_token: Some("RT".into()),
            oauth_token: Some("OA".into()),
            ..Credentials::password("alice", "s3cret")
        };
        let without = |change: fn(&mut Credentials)| {
            let mut credentials = all.clone();
            change(&mut credentials);
            credentials
        };
        let signature = |credentials: &Credentials| (Dialect::Uc3.profile().signature)(&credentials.to_js());
        assert_eq!(signature(&all), Signature::Password);
        assert_eq!(signature(&without(|c| c.password = Some(String::new()))), Signature::AccessToken);
        let no_access = without(|c| (c.password, c.access_token) = (None, None));
        assert_eq!(signature(&no_access), Signature::RefreshToken);
        assert_eq!(signature(&Credentials::oauth_token("alice", "OA")), Signature::Bearer);
        assert_eq!(signature(&Credentials::refresh_token("alice", "RT")), Signature::RefreshToken);
        assert_eq!(signature(&Credentials::access_token("", "AT")), Signature::AccessToken);
        for incomplete in [
            Credentials::password("alice", ""),
            Credentials::access_token("alice", ""),
            Credentials::refresh_token("", "RT"),
            Credentials::refresh_token("alice", ""),
            Credentials::oauth_token("", "OA"),
            Credentials::oauth_token("alice", ""),
        ] {
            assert_eq!(signature(&incomplete), Signature::Invalid, "{incomplete:?}");
        }
        assert_eq!(signature(&Credentials::default()), Signature::Invalid);
    }

    #[test]
    fn the_ways_of_link_are_others() {
        let all = Credentials {
            authname: Some("alice-auth".into()),
            access_token: Some("AT".into()),
            bearer_access_token: Some("BT".into()),
            ..Credentials::password("alice", "s3cret")
        };
        let with = |change: fn(&mut Credentials)| {
            let mut credentials = all.clone();
            change(&mut credentials);
            [Dialect::Link3, Dialect::Link].map(|dialect| (dialect.profile().signature)(&credentials.to_js()))
        };
        assert_eq!(with(|c| c.hmac_token = Some("HM".into())), [Signature::Hmac, Signature::Hmac]);
        assert_eq!(with(|_| ()), [Signature::Basic("authname"), Signature::AccessToken]);
        assert_eq!(with(|c| c.access_token = None)[1], Signature::Basic("authname"));
        assert_eq!(with(|c| (c.access_token, c.authname) = (None, None))[1], Signature::Bearer);
        assert_eq!(with(|c| c.username = None), [Signature::Basic("authname"), Signature::Basic("authname")]);
        let plain = with(|c| (c.access_token, c.bearer_access_token, c.authname) = (None, None, None));
        assert_eq!(plain, [Signature::Basic("username"), Signature::Basic("username")]);
        assert_eq!(with(|c| (c.username, c.password) = (None, None)), [Signature::Invalid, Signature::Invalid]);
    }

    #[test]
    fn names_are_those_of_one_dialect_each() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::of_name(dialect.name()), Some(dialect));
        }
        assert_eq!(Dialect::of_name("uc"), None);
        assert_eq!(Dialect::default(), Dialect::Uc3);
    }

    #[test]
    fn services_and_chance_are_of_link_alone() {
        let have =
            |has: fn(Dialect) -> bool| Dialect::ALL.into_iter().filter(|dialect| has(*dialect)).collect::<Vec<_>>();
        assert_eq!(have(Dialect::has_services), [Dialect::Link]);
        assert_eq!(have(Dialect::draws_at_random), [Dialect::Link]);
        assert!(Dialect::ALL.iter().all(|dialect| dialect.events().contains(&"auth:change")));
    }
}
