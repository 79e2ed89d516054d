//! Calls of callMe: anonymous, each on the channel of a subscription of its own (docs/protocol-dialects.md, section 4).

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::Platform;
use crate::ids::SubscriptionId;
use crate::limits::Limits;
use crate::query::parameter;
use crate::reason::Reason;
use crate::reply::Response;
use crate::subscription::Holds;
use crate::wire::code;

impl Platform {
    /// The name under which the platform keeps what nobody has signed in for: the account that is asked for. A token in its
    /// place is a secret and does not last, so its realm is the name.
    pub(super) fn anonymous<B>(&self, account: &str, request: &Request<B>) -> Arc<str> {
        match parameter(request.uri(), REALM) {
            Some(realm) => format!("anonymous@{realm}").into(),
            None => self.shared_name(account),
        }
    }

    /// A call is made. It is told of on the channel that the request names, or on the newest one of the account.
    pub(super) fn start_call(&mut self, account: &str, request: &Request<Bytes>) -> Result<Response, Reason> {
        let body: CallBody<'_> = serde_json::from_slice(request.body()).map_err(|_| Reason::BadBody)?;
        let named = SubscriptionId::of_channel(&body.call_me_request.notify_channel_id);
        let is_theirs = |id: &SubscriptionId| {
            self.subscriptions.get(*id).is_some_and(|subscription| *subscription.user == *account)
        };
        let on = named.filter(is_theirs).or_else(|| self.subscriptions.newest_of(account));
        let on = on.ok_or(Reason::NoSubscription)?;
        let number = self.subscriptions.next_call();
        let subscription = self.subscriptions.get_mut(on).ok_or(Reason::NoSubscription)?;
        match &mut subscription.holds {
            Holds::Calls(calls) if calls.len() < Limits::CALLS => calls.push(number),
            Holds::Calls(_) => return Err(Reason::Full),
            Holds::Nothing | Holds::Services { .. } => return Err(Reason::NoSubscription),
        }
        let answer = json!({ "callMeResponse": { "statusCode": code::OK, "sessionData": format!("CALL-{number}") } });
        Ok(Response::json(StatusCode::CREATED, &answer))
    }

    /// A call is still there.
    pub(super) fn update_call(&self, account: &str, call: Option<u64>) -> Result<Response, Reason> {
        self.call(account, call)?;
        Ok(done())
    }

    /// A call ends. It has no name if its client was not told one.
    pub(super) fn end_call(&mut self, account: &str, call: Option<u64>) -> Result<Response, Reason> {
        let Some(number) = call else {
            return self.subscriptions.newest_of(account).map(|_| done()).ok_or(Reason::NoSubscription);
        };
        let on = self.call(account, call)?;
        if let Some(Holds::Calls(calls)) = self.subscriptions.get_mut(on).map(|on| &mut on.holds) {
            calls.retain(|call| *call != number);
        }
        Ok(done())
    }

    /// The subscription on whose channel a call is.
    fn call(&self, account: &str, call: Option<u64>) -> Result<SubscriptionId, Reason> {
        let is_on = |holds: &Holds| matches!((holds, call), (Holds::Calls(calls), Some(call)) if calls.contains(&call));
        self.subscriptions.holder(account, is_on).ok_or(Reason::NoSubscription)
    }
}

fn done() -> Response {
    Response::json(StatusCode::OK, &json!({ "callMeResponse": { "statusCode": code::OK } }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallBody<'a> {
    #[serde(borrow)]
    call_me_request: CallRequest<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallRequest<'a> {
    #[serde(default, borrow)]
    notify_channel_id: std::borrow::Cow<'a, str>,
}

/// Says whose token the account in the path is.
const REALM: &str = "tokenrealm";
