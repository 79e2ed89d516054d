//! What an application signs in with.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::js::{Object, Text, TypeError, Value, property};
use crate::untyped::Untyped;
use crate::wire::basic_secret;

/// The argument of `connect()` and `updateToken()`.
///
/// In UC the first of these that is complete is used: `username` and `password`; `access_token`; `refresh_token` and
/// `username`; `oauth_token` and `username`. In Link 3: `hmac_token`; `authname` or else `username`, and `password`. In Link 4
/// and 5: `hmac_token`; `username` and `access_token`, `bearer_access_token` or `password`. An empty text counts as missing.
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
    /// An OAuth token, sent as a bearer. Only UC knows it.
    pub oauth_token: Option<String>,
    /// The name to sign in with where that is another than the user's. Only Link knows it.
    pub authname: Option<String>,
    /// An HMAC token, which the platform exchanges for a session. Only Link knows it.
    pub hmac_token: Option<String>,
    /// A token that is sent as a bearer. Only Link 4 and 5 know it.
    pub bearer_access_token: Option<String>,
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

    /// A user name and an HMAC token.
    pub fn hmac_token(username: impl Into<String>, token: impl Into<String>) -> Self {
        Self { username: Some(username.into()), hmac_token: Some(token.into()), ..Self::default() }
    }

    /// A user name and a token for Link 4 and 5 that is sent as a bearer.
    pub fn bearer_access_token(username: impl Into<String>, token: impl Into<String>) -> Self {
        Self { username: Some(username.into()), bearer_access_token: Some(token.into()), ..Self::default() }
    }

    /// The argument as JavaScript has it.
    pub(crate) fn to_js(&self) -> Value {
        let mut object = Object::default();
        for (name, value) in [
            ("username", &self.username),
            ("password", &self.password),
            ("accessToken", &self.access_token),
            ("refreshToken", &self.refresh_token),
            ("oauthToken", &self.oauth_token),
            ("authname", &self.authname),
            ("hmacToken", &self.hmac_token),
            ("bearerAccessToken", &self.bearer_access_token),
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
            .field("authname", &self.authname)
            .field("hmac_token", &secret(&self.hmac_token))
            .field("bearer_access_token", &secret(&self.bearer_access_token))
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
    pub(crate) fn to_js(&self) -> Value {
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
#[cfg_attr(not(feature = "internals"), non_exhaustive)]
pub enum UntypedCall {
    /// `connect(credentials, options)`
    Connect {
        /// The first argument.
        credentials: Untyped,
        /// The second one.
        options: Untyped,
    },
    /// `updateToken(credentials)`
    UpdateToken {
        /// Its argument.
        credentials: Untyped,
    },
    /// `updateConnection(services)`
    UpdateConnection {
        /// Its argument.
        services: Untyped,
    },
    /// `setCredentials(credentials)`
    SetCredentials {
        /// Its argument.
        credentials: Untyped,
    },
    /// `setTokens(tokens)`, which does nothing in any dialect.
    SetTokens {
        /// Its argument.
        tokens: Untyped,
    },
    /// `services.subscribe(services, options)`
    SubscribeServices {
        /// The first argument.
        services: Untyped,
        /// The second one.
        options: Untyped,
    },
    /// `services.unsubscribe(services)`
    UnsubscribeServices {
        /// Its argument.
        services: Untyped,
    },
    /// `services.resubscribe()`, which does nothing.
    ResubscribeServices,
    /// `updateConfig(patch)`
    UpdateConfig {
        /// Its argument.
        patch: Untyped,
    },
    /// `connection.enableConnectivityChecking(enabled)`
    EnableConnectivityChecking {
        /// Its argument; the configuration counts where it is undefined.
        enabled: Untyped,
    },
    /// `notification.enableWebsocket(enabled)`
    EnableWebsocket {
        /// Its argument.
        enabled: Untyped,
    },
}

impl UntypedCall {
    /// The function's name in Kandy.js.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::UpdateToken { .. } => "updateToken",
            Self::UpdateConnection { .. } => "updateConnection",
            Self::SetCredentials { .. } => "setCredentials",
            Self::SetTokens { .. } => "setTokens",
            Self::SubscribeServices { .. } => "services.subscribe",
            Self::UnsubscribeServices { .. } => "services.unsubscribe",
            Self::ResubscribeServices => "services.resubscribe",
            Self::UpdateConfig { .. } => "updateConfig",
            Self::EnableConnectivityChecking { .. } => "enableConnectivityChecking",
            Self::EnableWebsocket { .. } => "enableWebsocket",
        }
    }

    /// What JavaScript throws of a client that has no such call.
    pub(crate) fn missing(&self) -> TypeError {
        match self.name().split_once('.') {
            Some((section, name)) => {
                property(&Value::Undefined, name).map_or_else(|error| error, |_| TypeError::no_function(section))
            }
            None => TypeError::no_function(&format!("client.{}", self.name())),
        }
    }
}

/// Without the arguments, which may hold secrets anywhere.
impl fmt::Debug for UntypedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(..)", self.name())
    }
}

/// A way of signing in; which one credentials allow is the dialect's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// A token is asked for with the password.
    Password,
    AccessToken,
    /// A token is asked for with the refresh token.
    RefreshToken,
    /// The token that the dialect sends as a bearer.
    Bearer,
    Hmac,
    /// The password goes with each request, with the name that is this member of the credentials.
    Basic(&'static str),
    Invalid,
}

impl Signature {
    /// What proves who sends a request, where that needs no other request before: `queryParams` or `headers`.
    pub(crate) fn request_options(self, credentials: &Value, bearer: &str) -> Result<Value, TypeError> {
        Ok(match self {
            Self::Bearer => bearer_options(credentials.get(bearer)),
            Self::Hmac => header_option("x-token", credentials.get("hmacToken").to_text()),
            Self::Basic(name) => {
                header_option("Authorization", format!("Basic {}", basic_secret(credentials, name)?).into())
            }
            Self::AccessToken | Self::Password | Self::RefreshToken | Self::Invalid => {
                token_options(credentials.get("accessToken"))
            }
        })
    }
}

/// A token in the query of a request.
pub(crate) fn token_options(token: &Value) -> Value {
    Value::object([("queryParams", Value::object([("token", token.clone())]))])
}

/// A token that is a bearer.
pub(crate) fn bearer_options(token: &Value) -> Value {
    header_option("Authorization", format!("Bearer {}", token.to_text()).into())
}

pub(crate) fn header_option(name: &'static str, value: Text) -> Value {
    Value::object([("headers", Value::object([(name, value.into())]))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

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
    fn each_way_names_the_user_and_brings_its_secret_alone() {
        for (credentials, key) in [
            (Credentials::password("alice", "x"), "password"),
            (Credentials::access_token("alice", "x"), "accessToken"),
            (Credentials::refresh_token("alice", "x"), "refreshToken"),
            (Credentials::oauth_token("alice", "x"), "oauthToken"),
            (Credentials::hmac_token("alice", "x"), "hmacToken"),
            (Credentials::bearer_access_token("alice", "x"), "bearerAccessToken"),
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
