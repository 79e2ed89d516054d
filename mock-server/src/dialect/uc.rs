//! UC 3, 4 and 5: a token first, and that in every address (docs/protocol.md; docs/protocol-dialects.md, section 1).

use http::StatusCode;

use super::profile::{Profile, RenewedBy, SignInWay};
use crate::wire;

pub(super) static PROFILE: Profile = Profile {
    agents: &["uc-js-sdk/", "cpaas-js-sdk/"],
    ways: &[SignInWay::Token],
    gone: 4,
    wrong_login: StatusCode::UNAUTHORIZED,
    renewed_by: RenewedBy::ItsUser,
    channels: "/websocket/",
    is_keep_alive: wire::is_ping,
    kept_alive: wire::PONG,
    answers_keep_alives: false,
    handshake_has_token: true,
};
