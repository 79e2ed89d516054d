//! callMe: calls to an account by whoever it is, each with a subscription of its own (docs/protocol-dialects.md, section 4).

use http::StatusCode;

use super::profile::{Profile, RenewedBy, SignInWay};
use crate::wire;

pub(super) static PROFILE: Profile = Profile {
    agents: &["callme-js-sdk/"],
    ways: &[SignInWay::Anonymous],
    // Its clients never give up.
    gone: 39,
    wrong_login: StatusCode::FORBIDDEN,
    renewed_by: RenewedBy::ItsUser,
    // Clients take the channel's name out of its address, and look for it behind `/websocket/`.
    channels: "/rest/version/1/websocket/",
    is_keep_alive: wire::is_ping,
    kept_alive: wire::PONG,
    answers_keep_alives: false,
    handshake_has_token: false,
};
