//! Frames of the websocket (docs/protocol.md, section 2.3).

use crate::js::Value;

/// The keep-alive frame.
pub(crate) const PING: &str = r#"{"message_type":"ping"}"#;
/// The keep-alive frame's answer, where the server is the one that asks.
pub(crate) const PONG: &str = r#"{"connAck":{}}"#;

/// What a text frame holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Frame {
    /// The server asks whether somebody is there: what it says of that.
    ConnCheck(Value),
    /// The answer to a keep-alive.
    ConnAck,
    /// A notification, as a whole, if it is one.
    Notification(Value),
}

/// Reads a text frame. `None` where it is not JSON: the browser reports that as uncaught, and nobody sees it.
pub(crate) fn read_frame(text: &str) -> Option<Frame> {
    let frame = Value::parse(text).ok()?;
    Some(if frame.get("connCheck").is_truthy() {
        Frame::ConnCheck(frame.get("connCheck").clone())
    } else if frame.get("connAck").is_truthy() {
        Frame::ConnAck
    } else {
        Frame::Notification(frame)
    })
}

/// The frame by which a client asks, and says how often it will, in milliseconds.
pub(crate) fn conn_check(interval: f64) -> String {
    let seconds = Value::from(interval / 1000.0).stringify().unwrap_or_default();
    format!(r#"{{"connCheck":{{"interval":{seconds}}}}}"#)
}
