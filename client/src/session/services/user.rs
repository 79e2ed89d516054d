//! Whose the next requests are, which Link 4 and 5 are told apart from all else.

use crate::error::{Code, Error};
use crate::event::Event;
use crate::js::{Value, property};
use crate::protocol::{ConnectionInfo, Signature};
use crate::session::context::Context;

/// `setCredentials(credentials)`: good ones take the place of those that were known. False where they are not good.
pub(in crate::session) fn set_credentials(cx: &mut Context, credentials: &Value) -> bool {
    match connection_of(cx, credentials) {
        Some(connection) => {
            cx.state.set_user(connection, cx.profile.shows_tokens);
            cx.emit(Event::AuthChange);
            true
        }
        None => {
            let error = Error::new(Code::InvalidSignature, cx.profile.invalid_signature);
            cx.state.error = Some(error.clone());
            cx.emit(Event::AuthError(error));
            false
        }
    }
}

/// What is known of a session by credentials; nothing where they allow no way of signing in.
fn connection_of(cx: &Context, credentials: &Value) -> Option<ConnectionInfo> {
    let signature = (cx.profile.signature)(credentials);
    if signature == Signature::Invalid {
        return None;
    }
    let server = cx.settings.authentication().get("subscription");
    property(server, "protocol").ok()?;
    let of_server = |name: &'static str| (name, server.get(name).clone());
    Some(ConnectionInfo {
        server: Value::object(["protocol", "server", "port", "version"].map(of_server)),
        username: credentials.get("username").clone(),
        access_token: credentials.get("accessToken").clone(),
        bearer_token: credentials.get(cx.profile.bearer).clone(),
        refresh_token: Value::Undefined,
        token_expires: Value::Undefined,
        request_options: signature.request_options(credentials, cx.profile.bearer).ok()?,
    })
}
