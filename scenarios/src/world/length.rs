//! How long texts may be that are given to a client. The client keeps them, and sends them again and again.

use std::io;

use kandy_client::{Event, Session, Untyped, UntypedCall};
use serde::Serialize;

use super::StepError;
use crate::step::ClientCall;

/// Bytes of a client's name: 32 characters of any script.
pub(super) const MAX_NAME_BYTES: usize = 128;
/// Bytes of a configuration, and of a patch to one, as JSON.
pub(super) const MAX_CONFIG_BYTES: usize = 64 * 1024;
/// Bytes of a user name, a password, a lifetime as JSON, and a correlator.
const MAX_TEXT_BYTES: usize = 4 * 1024;
/// Bytes of a token: one that is signed holds its claims.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

pub(super) fn check_length(what: &'static str, bytes: usize, limit: usize) -> Result<(), StepError> {
    if bytes > limit { Err(StepError::TooLong { what, bytes, limit }) } else { Ok(()) }
}

/// Refuses a call with a text that is too long, and one that makes the session's configuration too long.
pub(super) fn check_call(call: &ClientCall, session: &Session) -> Result<(), StepError> {
    match call {
        ClientCall::Connect(credentials, _) | ClientCall::UpdateToken(credentials) => {
            let texts = [
                ("credentials' `username`", &credentials.username, MAX_TEXT_BYTES),
                ("credentials' `password`", &credentials.password, MAX_TEXT_BYTES),
                ("credentials' `accessToken`", &credentials.access_token, MAX_TOKEN_BYTES),
                ("credentials' `refreshToken`", &credentials.refresh_token, MAX_TOKEN_BYTES),
                ("credentials' `oauthToken`", &credentials.oauth_token, MAX_TOKEN_BYTES),
                ("credentials' `authname`", &credentials.authname, MAX_TEXT_BYTES),
                ("credentials' `hmacToken`", &credentials.hmac_token, MAX_TOKEN_BYTES),
                ("credentials' `bearerAccessToken`", &credentials.bearer_access_token, MAX_TOKEN_BYTES),
            ];
            for (what, text, limit) in texts {
                check_length(what, text.as_ref().map_or(0, String::len), limit)?;
            }
            check_length("credentials' `expires`", json_bytes(&credentials.expires), MAX_TEXT_BYTES)?;
        }
        ClientCall::UpdateConfig(patch) => {
            check_length("patch as JSON", json_bytes(patch), MAX_CONFIG_BYTES)?;
            check_patched(session, patch)?;
        }
        ClientCall::Untyped(UntypedCall::Connect { credentials, options }) => {
            check_length("credentials as JSON", json_bytes(credentials), MAX_CONFIG_BYTES)?;
            check_length("options of connect as JSON", json_bytes(options), MAX_CONFIG_BYTES)?;
        }
        ClientCall::Untyped(
            UntypedCall::UpdateToken { credentials: given }
            | UntypedCall::SetCredentials { credentials: given }
            | UntypedCall::SetTokens { tokens: given },
        ) => check_length("credentials as JSON", json_bytes(given), MAX_CONFIG_BYTES)?,
        ClientCall::Untyped(UntypedCall::SubscribeServices { services, options }) => {
            check_length("services as JSON", json_bytes(services), MAX_CONFIG_BYTES)?;
            check_length("options of subscribe as JSON", json_bytes(options), MAX_CONFIG_BYTES)?;
        }
        ClientCall::Untyped(
            UntypedCall::UnsubscribeServices { services } | UntypedCall::UpdateConnection { services },
        ) => {
            check_length("services as JSON", json_bytes(services), MAX_CONFIG_BYTES)?;
        }
        ClientCall::Untyped(UntypedCall::UpdateConfig { patch }) => {
            check_length("patch as JSON", json_bytes(patch), MAX_CONFIG_BYTES)?;
            check_patched(session, patch.clone())?;
        }
        ClientCall::Untyped(
            UntypedCall::EnableConnectivityChecking { enabled } | UntypedCall::EnableWebsocket { enabled },
        ) => check_length("argument as JSON", json_bytes(enabled), MAX_CONFIG_BYTES)?,
        ClientCall::Untyped(UntypedCall::ResubscribeServices)
        | ClientCall::Disconnect
        | ClientCall::ResetConnection
        | ClientCall::EnableConnectivityChecking(_)
        | ClientCall::EnableWebsocket(_)
        | ClientCall::Destroy
        | ClientCall::WithoutEffect(_) => {}
    }
    if let ClientCall::Connect(_, options) = call {
        let correlator = options.client_correlator.as_ref().map_or(0, String::len);
        check_length("`clientCorrelator`", correlator, MAX_TEXT_BYTES)?;
    }
    Ok(())
}

fn check_patched(session: &Session, patch: impl Into<Untyped>) -> Result<(), StepError> {
    let mut patched = session.config().clone();
    // What throws changes nothing, and the call says so itself.
    let _ = patched.update(patch);
    check_length("patched configuration as JSON", json_bytes(&patched), MAX_CONFIG_BYTES)
}

/// How much an event carries, as a transcript would write it in full.
pub(super) fn event_bytes(event: &Event) -> usize {
    let carried = match event {
        Event::NotificationReceived { payload } => json_bytes(payload),
        Event::Disconnected { retry_after: Some(retry_after), .. }
        | Event::SubscriptionChange { retry_after: Some(retry_after), .. } => json_bytes(retry_after),
        Event::AuthError(error)
        | Event::RequestError(error)
        | Event::SubscriptionError(error)
        | Event::Resubscribed { error: Some(error), .. }
        | Event::SubscriptionResubscribed { error: Some(error), .. } => error.message().len(),
        Event::AuthChange
        | Event::Disconnected { retry_after: None, .. }
        | Event::SubscriptionChange { retry_after: None, .. }
        | Event::CredentialsSet
        | Event::Resubscribed { error: None, .. }
        | Event::SubscriptionResubscribed { error: None, .. }
        | Event::WebSocketChange { .. }
        | Event::NotificationsChange => 0,
    };
    event.name().len().saturating_add(carried)
}

/// The length of a value as JSON, which is not made for it. What has no form in JSON is endless.
pub(super) fn json_bytes(value: &impl Serialize) -> usize {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, value).map_or(usize::MAX, |()| length.0)
}

struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
