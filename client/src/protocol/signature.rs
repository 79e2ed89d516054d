//! Ways of signing in, and what proves who sends a request.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::js::{Text, TypeError, Value};

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
    /// The password goes with each request, with the name from this member of the credentials.
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

fn header_option(name: &'static str, value: Text) -> Value {
    Value::object([("headers", Value::object([(name, value.into())]))])
}

/// The name that is the member `name` of the credentials, and the password, as `Authorization` has them.
pub(super) fn basic_secret(credentials: &Value, name: &str) -> Result<String, TypeError> {
    let secret =
        Text::concat(&[credentials.get(name).to_text(), Text::from_static(":"), credentials.get("password").to_text()]);
    // The SDK's own UTF-8 knows no half characters.
    match secret.as_str() {
        Some(secret) => Ok(BASE64_STANDARD.encode(secret)),
        None => Err(TypeError::new("Lone surrogate is not a scalar value")),
    }
}
