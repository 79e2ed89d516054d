//! The client's side of the protocol: all that is written to the wire and read from it (docs/protocol.md, sections 1 and 2).

mod address;
mod answer;
mod connection;
mod frame;
mod notification;
mod request;
mod services;
mod signature;
mod subscription;
mod tokens;

pub(crate) use self::address::websocket_address;
pub(crate) use self::answer::{Answer, body_code, read_answer};
pub(crate) use self::connection::ConnectionInfo;
pub(crate) use self::frame::{Frame, PING, PONG, conn_check, read_frame};
pub(crate) use self::notification::{Notification, read_notification};
pub(crate) use self::request::{Draft, RequestWriter};
pub(crate) use self::signature::{Signature, bearer_options, token_options};
pub(crate) use self::subscription::{
    Granted, read_change, read_deletion, read_renewal, read_subscription, says_unsubscribed,
};
pub(crate) use self::tokens::{Tokens, read_created_token, read_refreshed_token, read_tokens};
