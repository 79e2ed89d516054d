//! Link 3, 4 and 5: no token of the platform's; credentials go with every request (docs/protocol-dialects.md, sections 2 and 3).

use http::StatusCode;

use super::profile::{Profile, RenewedBy, SignInWay};
use crate::wire;

pub(super) static PROFILE: Profile = Profile {
    agents: &["link-js-sdk/"],
    ways: &[SignInWay::Hmac, SignInWay::Session, SignInWay::Token, SignInWay::Basic],
    gone: 39,
    wrong_login: StatusCode::FORBIDDEN,
    renewed_by: RenewedBy::AnyUser,
    channels: "/websocket/",
    is_keep_alive: wire::is_ping,
    kept_alive: wire::PONG,
    answers_keep_alives: false,
    handshake_has_token: false,
};
