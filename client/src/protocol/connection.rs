//! What a session knows of itself, by which its requests are written.

use crate::js::{Object, Text, Value};

/// What a session knows of itself once it has tokens.
#[derive(Clone)]
pub(crate) struct ConnectionInfo {
    /// `protocol`, `server`, `port` and `version`, as they were when the user connected.
    pub(crate) server: Value,
    pub(crate) username: Value,
    pub(crate) access_token: Value,
    /// The token that is sent as a bearer: an OAuth token in UC.
    pub(crate) bearer_token: Value,
    pub(crate) refresh_token: Value,
    /// The lifetime of the access token in seconds, as the platform or the application gave it.
    pub(crate) token_expires: Value,
    /// What proves who sends a request, `queryParams` or `headers`. The SDK forgets to renew this on a token refresh:
    /// requests carry the first access token for ever.
    pub(crate) request_options: Value,
}

impl ConnectionInfo {
    /// Whether an HMAC token proves who sends a request.
    pub(crate) fn has_hmac_token(&self) -> bool {
        !self.request_options.get("headers").get("x-token").is_undefined()
    }

    /// The platform has granted a subscription to one with an HMAC token: what that was good for is over, and the session
    /// that the answer names takes its place.
    pub(crate) fn exchange_token(&mut self, params: &Value) {
        let mut headers = Object::default();
        headers.assign(self.request_options.get("headers"));
        headers.remove("x-token");
        headers.set(Text::from_static("x-session"), params.get("sessionId").to_text());
        let options = std::mem::take(&mut self.request_options);
        self.request_options = options.with("headers", Value::from(headers));
    }
}
