//! UC 4 and 5 (SDK 5.2.0): UC 3 but for what docs/protocol-dialects.md, section 1, tells.

use super::profile::Profile;
use super::uc3;
use crate::error::Error;
use crate::js::Value;
use crate::protocol::{Answer, body_code};

/// The reason phrase by which the platform asks for other credentials.
const LOGIN_PLEASE: &str = "Login Please";

pub(super) const PROFILE: Profile = Profile {
    name: "uc5",
    sdk: "UC 5.2.0",
    events: &[
        "auth:change",
        "auth:credentialsSet",
        "auth:error",
        "auth:resub",
        "request:error",
        "ws:change",
        "notification:received",
        "notifications:change",
    ],
    first_agent: "cpaas-js-sdk/5.2.0",
    agent: "uc-js-sdk/5.2.0",
    rewrites_unavailable: true,
    stranger,
    ..uc3::PROFILE
};

fn stranger(answer: &Answer) -> Option<Error> {
    match answer {
        Answer::Error { status: 401, body, message, .. } if message == LOGIN_PLEASE => {
            Some(Error::stranger(body.as_ref().map_or(&Value::Undefined, body_code)))
        }
        _ => None,
    }
}
