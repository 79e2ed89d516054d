//! CPaaS: addresses, channels and keep-alives of its own, and a bearer token with all (docs/protocol-dialects.md, section 5).

use http::StatusCode;

use super::profile::{Profile, RenewedBy, SignInWay};
use crate::wire;

pub(super) static PROFILE: Profile = Profile {
    // It says nowhere which SDK it is.
    agents: &[],
    ways: &[SignInWay::Token],
    gone: 0,
    wrong_login: StatusCode::UNAUTHORIZED,
    renewed_by: RenewedBy::ItsUser,
    channels: "",
    is_keep_alive: wire::is_conn_check,
    kept_alive: wire::CONN_ACK,
    // A client whose checks are not answered takes the connection for lost.
    answers_keep_alives: true,
    handshake_has_token: true,
};
