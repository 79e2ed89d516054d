//! Link 3, 4 and 5: no token of the platform's; credentials go with every request (PROTOCOL-DIALECTS.md, sections 2 and 3).

use http::StatusCode;

use super::{Profile, RenewedBy, Way};

pub(super) static PROFILE: Profile = Profile {
    agents: &["link-js-sdk/"],
    ways: &[Way::Hmac, Way::Session, Way::Token, Way::Basic],
    gone: 39,
    wrong_login: StatusCode::FORBIDDEN,
    renewed_by: RenewedBy::AnyUser,
    handshake_has_token: false,
};
