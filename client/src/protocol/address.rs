//! Addresses: of the REST requests, and of the websocket, which the SDK keeps in parts until it opens one.

use super::connection::ConnectionInfo;
use super::subscription::Granted;
use crate::config::Settings;
use crate::js::{self, Object, Text, TypeError, Value, property};

/// `{protocol}://{server}:{port}` and what stands behind that, in pieces.
pub(crate) fn address<const N: usize>(server: &Value, behind: [Text; N]) -> Result<Vec<Text>, TypeError> {
    let mut address = vec![
        property(server, "protocol")?.to_text(),
        Text::from_static("://"),
        server.get("server").to_text(),
        Text::from_static(":"),
        server.get("port").to_text(),
    ];
    address.extend(behind);
    Ok(address)
}

pub(crate) fn auth_address(server: &Value, action: &'static str) -> Result<Vec<Text>, TypeError> {
    let version = server.get("version").to_text();
    address(server, [Text::from_static("/"), version, Text::from_static("/auth/"), Text::from_static(action)])
}

/// The address of a subscription's websocket, in parts: those of the server, the path of the channel, and what proves whose it
/// is.
pub(crate) fn websocket_info(
    settings: &Settings,
    server: &Value,
    granted: &Granted,
    connection: &ConnectionInfo,
) -> Value {
    let mut info = Object::default();
    info.assign(server);
    to_channel(settings, info.into(), granted, connection)
}

/// The parts of an address with the channel of a subscription, and what proves whose it is.
pub(crate) fn to_channel(settings: &Settings, info: Value, granted: &Granted, connection: &ConnectionInfo) -> Value {
    let info = info.with("url", granted.channel().clone());
    match (settings.dialect().profile().websocket_params)(connection, settings.connectivity()) {
        Value::Undefined => info,
        params => info.with("params", params),
    }
}

/// The address that these parts give; `None` where the browser refuses to write the query.
pub(crate) fn websocket_address(info: &Value) -> Option<String> {
    let query = js::query_string(info.get("params")).ok()?;
    let address = address(info, [info.get("url").to_text()]).ok()?;
    Some(Text::concat_lossy(&address, if query == "?" { "" } else { &query }))
}
