//! How much memory a record takes, but for what allocators and tables need besides. Names of users are shared with their
//! accounts, and do not count.

use super::record::{Kind, Record};
use crate::weight::of_members;

/// The bytes of a record with all that it holds.
pub(super) fn held_bytes(record: &Record) -> usize {
    let held = match &record.kind {
        Kind::Request(request) | Kind::Upgrade { request, .. } => request.held_bytes(),
        Kind::FrameIn { frame, .. } | Kind::FrameOut { frame, .. } => frame.beginning.len(),
        Kind::Command { arguments, .. } => of_members(arguments),
        Kind::TokensExpired { tokens } => tokens.iter().map(|token| size_of::<String>() + token.len()).sum(),
        Kind::Refused(refused) => size_of_val(&**refused) + refused.held_bytes(),
        Kind::Opened { .. } | Kind::Pings { .. } | Kind::Closed { .. } | Kind::Expired { .. } => 0,
    };
    size_of::<Record>() + held
}
