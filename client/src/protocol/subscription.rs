//! Subscriptions: what the answers to POST, PUT and DELETE say (docs/protocol.md, sections 1.3, 1.5 and 1.6).

use super::answer::Answer;
use super::services::{compare_services, services_info};
use crate::dialect::Profile;
use crate::error::{Code, Error};
use crate::js::{Object, TypeError, Value, destructured, property};

/// A subscription as the platform granted it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Granted {
    /// What `getServices()` gives: the services that were granted beside those that were asked for, unless the platform
    /// said something else.
    pub(crate) services_info: Value,
    /// Its address on the server, for PUT and DELETE, which is appended to the server's as it is.
    pub(crate) url: Value,
    /// `subscriptionParams`, as a whole.
    pub(crate) params: Value,
}

impl Granted {
    /// The path of the websocket's address, likewise.
    pub(crate) fn channel(&self) -> &Value {
        self.params.get("notificationChannel")
    }
}

/// Reads the answer to a subscription (docs/protocol.md, section 1.3).
pub(crate) fn read_subscription(profile: &Profile, requested: &Value, answer: Answer) -> Result<Granted, Error> {
    let body = match answer {
        Answer::Ok(body) => body,
        Answer::Error { body: Some(body), .. } => {
            return Err(Error::new(Code::Subscribe, (profile.refusal)(&body)?));
        }
        Answer::Error { message, .. } => {
            return Err(Error::new(Code::Subscribe, format!("Subscribe request failed: {message}.")));
        }
    };
    let response = property(&body, "subscribeResponse")?;
    let params = property(response, "subscriptionParams")?;
    let compared = services_info(requested, property(params, "service")?)?;
    let error = response.get("error");
    if error.is_truthy() {
        return Err(Error::foreign(error.clone()));
    }
    let replaced = response.as_object().and_then(|response| response.own("servicesInfo")).cloned();
    let services_info = replaced.unwrap_or(compared);
    Ok(Granted { services_info, url: response.get("subscription").clone(), params: params.clone() })
}

/// Reads the answer to a PUT: the error of the failure, if it is one. The outer error is the death of the task.
pub(crate) fn read_renewal(profile: &Profile, answer: &Answer, services: &Value) -> Result<Option<Error>, TypeError> {
    let failed = |message: String| Ok(Some(Error::new(Code::Resubscribe, message)));
    match answer {
        Answer::Ok(body) => {
            let response = property(body, "subscribeResponse")?;
            let status = property(response, "statusCode")?;
            if ![0.0, 2.0].iter().any(|fine| status.strict_equals(&(*fine).into())) {
                return failed(format!("Unknown error; statusCode: {}.", status.to_text()));
            }
            let params = response.get("subscriptionParams");
            compare_services(services, property(params, "service")?)?;
            let error = response.get("error");
            Ok(error.is_truthy().then(|| Error::foreign(error.clone())))
        }
        Answer::Error { status, body: Some(body), .. } => {
            let response = body.get("subscribeResponse");
            let code = destructured(response, "response.payload.body.subscribeResponse", "statusCode")?;
            let ended = profile.ended_codes.iter().find(|ended| code.strict_equals(&Code::Number(**ended).to_js()));
            match (*status, ended) {
                (404, Some(&code)) => {
                    let message = format!("Subscription no longer exists. Code {code}.");
                    Ok(Some(Error::new(Code::Number(code), message)))
                }
                _ => failed(format!("Failed to update user subscription with status code {}.", code.to_text())),
            }
        }
        Answer::Error { message, .. } => failed(format!("Update subscription request failed.: {message}.")),
    }
}

/// What is known of a subscription with what the answer to a PUT for other services says of it.
pub(crate) fn read_change(known: Option<Granted>, body: &Value) -> Granted {
    let response = body.get("subscribeResponse");
    let mut params = Object::default();
    known.iter().for_each(|known| params.assign(&known.params));
    params.assign(response.get("subscriptionParams"));
    let url = match (response.get("subscription"), known) {
        (Value::Undefined, Some(known)) => known.url,
        (url, _) => url.clone(),
    };
    Granted { services_info: Value::Undefined, url, params: params.into() }
}

/// Whether a DELETE has done what it was for, which almost every answer says.
pub(crate) fn says_unsubscribed(answer: &Answer) -> bool {
    match answer {
        Answer::Error { body: Some(body), .. } => !body.get("subscribeResponse").is_nullish(),
        _ => true,
    }
}

/// Reads the answer to a DELETE, which only has to be of a form that the SDK foresees.
pub(crate) fn read_deletion(answer: &Answer) -> Result<(), TypeError> {
    if let Answer::Error { body: Some(body), .. } = answer {
        destructured(body.get("subscribeResponse"), "response.payload.body.subscribeResponse", "statusCode")?;
    }
    Ok(())
}
