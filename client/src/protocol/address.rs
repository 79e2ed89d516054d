//! Addresses: of the REST requests, and of the websocket, which the SDK keeps in parts until it opens one.

use crate::js::{self, Text, TypeError, Value, property};

/// `{protocol}://{server}:{port}` and what stands behind that, in pieces.
pub(super) fn address<const N: usize>(server: &Value, behind: [Text; N]) -> Result<Vec<Text>, TypeError> {
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

pub(super) fn auth_address(server: &Value, action: &'static str) -> Result<Vec<Text>, TypeError> {
    let version = server.get("version").to_text();
    address(server, [Text::from_static("/"), version, Text::from_static("/auth/"), Text::from_static(action)])
}

/// The address that these parts give; `None` where the browser refuses to write the query.
pub(crate) fn websocket_address(info: &Value) -> Option<String> {
    let query = js::query_string(info.get("params")).ok()?;
    let address = address(info, [info.get("url").to_text()]).ok()?;
    Some(Text::concat_lossy(&address, if query == "?" { "" } else { &query }))
}
