//! What an application signs in with.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::js::{Object, Text, Value};

/// The argument of `connect()` and `updateToken()`.
///
/// The first of these that is complete is used: `username` and `password`; `access_token`; `refresh_token` and
/// `username`; `oauth_token` and `username`. An empty text counts as missing.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Credentials {
    /// The full user name, such as `alice@example.com`.
    pub username: Option<String>,
    /// The password.
    pub password: Option<String>,
    /// An access token that is known already; it skips the token request.
    pub access_token: Option<String>,
    /// A refresh token: alone it fetches an access token, beside one it keeps that fresh.
    pub refresh_token: Option<String>,
    /// An OAuth token, sent as a bearer.
    pub oauth_token: Option<String>,
    /// The lifetime to ask for, and that of the given access token, in seconds.
    pub expires: Option<serde_json::Value>,
}

impl Credentials {
    /// A user name and a password.
    pub fn password(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self { username: Some(username.into()), password: Some(password.into()), ..Self::default() }
    }

    /// A user name and an access token.
    pub fn access_token(username: impl Into<String>, token: impl Into<String>) -> Self {
        Self { username: Some(username.into()), access_token: Some(token.into()), ..Self::default() }
    }

    /// A user name and a refresh token.
    pub fn refresh_token(username: impl Into<String>, token: impl Into<String>) -> Self {
        Self { username: Some(username.into()), refresh_token: Some(token.into()), ..Self::default() }
    }

    /// A user name and an OAuth token.
    pub fn oauth_token(username: impl Into<String>, token: impl Into<String>) -> Self {
        Self { username: Some(username.into()), oauth_token: Some(token.into()), ..Self::default() }
    }

    /// The argument as JavaScript has it.
    #[must_use]
    pub fn to_js(&self) -> Value {
        let mut object = Object::default();
        for (name, value) in [
            ("username", &self.username),
            ("password", &self.password),
            ("accessToken", &self.access_token),
            ("refreshToken", &self.refresh_token),
            ("oauthToken", &self.oauth_token),
        ] {
            if let Some(text) = value {
                object.set(Text::from_static(name), text.as_str());
            }
        }
        if let Some(expires) = &self.expires {
            object.set(Text::from_static("expires"), Value::from_json(expires));
        }
        object.into()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = |text: &Option<String>| text.as_ref().map(|_| "***");
        f.debug_struct("Credentials")
            .field("username", &self.username)
            .field("password", &secret(&self.password))
            .field("access_token", &secret(&self.access_token))
            .field("refresh_token", &secret(&self.refresh_token))
            .field("oauth_token", &secret(&self.oauth_token))
            .field("expires", &self.expires)
            .finish()
    }
}

/// The second argument of `connect()`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConnectOptions {
    /// Asks the platform to end the user's other sessions. In JSON the text `"true"` will do too.
    #[serde(deserialize_with = "bool_or_text")]
    pub force_log_out: bool,
    /// Names this client's subscription, so that the platform can tell it again.
    pub client_correlator: Option<String>,
}

impl ConnectOptions {
    /// The argument as JavaScript has it.
    #[must_use]
    pub fn to_js(&self) -> Value {
        Value::object([
            ("forceLogOut", self.force_log_out.into()),
            ("clientCorrelator", self.client_correlator.clone().into()),
        ])
    }
}

/// The option goes out as a text, so that applications give it as a boolean or as that text.
fn bool_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value == true || value == "true")
}

/// A call whose arguments may be anything: Kandy.js looks at few of them, and leaves the rest to JavaScript.
#[derive(Clone, PartialEq)]
pub enum UntypedCall {
    /// `connect(credentials, options)`
    Connect {
        /// The first argument.
        credentials: Value,
        /// The second one.
        options: Value,
    },
    /// `updateToken(credentials)`
    UpdateToken {
        /// Its argument.
        credentials: Value,
    },
    /// `updateConfig(patch)`
    UpdateConfig {
        /// Its argument.
        patch: Value,
    },
    /// `connection.enableConnectivityChecking(enabled)`
    EnableConnectivityChecking {
        /// Its argument; the configuration counts where it is undefined.
        enabled: Value,
    },
    /// `notification.enableWebsocket(enabled)`
    EnableWebsocket {
        /// Its argument.
        enabled: Value,
    },
}

impl UntypedCall {
    /// The function's name in Kandy.js.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::UpdateToken { .. } => "updateToken",
            Self::UpdateConfig { .. } => "updateConfig",
            Self::EnableConnectivityChecking { .. } => "enableConnectivityChecking",
            Self::EnableWebsocket { .. } => "enableWebsocket",
        }
    }
}

/// Without the arguments, which may hold secrets anywhere.
impl fmt::Debug for UntypedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(..)", self.name())
    }
}

/// The way of signing in, in the order in which they are tried (docs/protocol.md, section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    Password,
    AccessToken,
    RefreshToken,
    OAuth,
    Invalid,
}

impl Signature {
    /// The way that these credentials allow.
    pub(crate) fn of(credentials: &Value) -> Self {
        let given = |name: &str| credentials.get(name).is_truthy();
        if given("username") && given("password") {
            Self::Password
        } else if given("accessToken") {
            Self::AccessToken
        } else if given("refreshToken") && given("username") {
            Self::RefreshToken
        } else if given("oauthToken") && given("username") {
            Self::OAuth
        } else {
            Self::Invalid
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let signature = |credentials: &Credentials| Signature::of(&credentials.to_js());
        assert_eq!(signature(&all), Signature::Password);
        assert_eq!(signature(&without(|c| c.password = Some(String::new()))), Signature::AccessToken);
        let no_access = without(|c| (c.password, c.access_token) = (None, None));
        assert_eq!(signature(&no_access), Signature::RefreshToken);
        assert_eq!(signature(&Credentials::oauth_token("alice", "OA")), Signature::OAuth);
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
    fn each_way_names_the_user_and_brings_its_secret_alone() {
        for (credentials, key) in [
            (Credentials::password("alice", "x"), "password"),
            (Credentials::access_token("alice", "x"), "accessToken"),
            (Credentials::refresh_token("alice", "x"), "refreshToken"),
            (Credentials::oauth_token("alice", "x"), "oauthToken"),
        ] {
            let given = serde_json::json!({ "username": "alice", key: "x" });
            assert_eq!(serde_json::from_value::<Credentials>(given).unwrap(), credentials);
        }
    }

    #[test]
    fn force_log_out_is_a_boolean_or_its_text() {
        let read = |text: &str| serde_json::from_str::<ConnectOptions>(text).unwrap().force_log_out;
        assert!(read(r#"{"forceLogOut": true}"#) && read(r#"{"forceLogOut": "true"}"#));
        assert!(!read(r#"{"forceLogOut": false}"#) && !read(r#"{"forceLogOut": "no"}"#) && !read("{}"));
    }

    #[test]
    fn secrets_are_not_printed() {
        let shown = format!("{:?}", Credentials::password("alice", "s3cret"));
        assert!(shown.contains("alice") && !shown.contains("s3cret"), "{shown}");
    }
}
