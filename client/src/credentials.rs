//! What an application signs in with.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::js::{Object, Text, Value};

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

#[cfg(test)]
mod tests {
    use super::*;

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
