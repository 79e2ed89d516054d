//! Answers.

use std::time::{Duration, UNIX_EPOCH};

use http::HeaderMap;
use http::header::{CONTENT_TYPE, RETRY_AFTER};

use crate::io::{NetworkFailure, Response};
use crate::js::browser::FAILED_TO_FETCH;
use crate::js::{self, Object, Text, Value};

/// An answer as the SDK's request task hands it on.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    /// A success, with its JSON body.
    Ok(Value),
    /// An error. `body` is missing where the SDK makes nothing of it; then `message` says why.
    /// `retry_after` says how many milliseconds later to ask again, where the dialect reads that.
    Error { status: u16, body: Option<Value>, message: String, retry_after: Option<f64> },
}

impl Answer {
    /// An error without a body.
    fn failed(status: u16, message: String) -> Self {
        Self::Error { status, body: None, message, retry_after: None }
    }
}

/// Reads an answer (docs/protocol.md, section 1.1). `None` where the request task crashes, which it does for a 403 without
/// a content type. `refusal` is what the browser says where the request could not be made, and `clock` the time of day where
/// the dialect rewrites answers of 503.
pub(crate) fn read_answer(
    answer: Result<Response, NetworkFailure>,
    refusal: Option<String>,
    clock: Option<Duration>,
) -> Option<Answer> {
    let Ok(response) = answer else {
        let message = refusal.unwrap_or_else(|| FAILED_TO_FETCH.to_owned());
        return Some(Answer::failed(0, message));
    };
    let status = response.status.as_u16();
    let nothing = || Value::from(Object::default());
    if status == 204 {
        return Some(Answer::Ok(nothing()));
    }
    let parsed = match response.is_cut {
        true => Err(FAILED_TO_FETCH.to_owned()),
        false => js::parse_body(&response.body).map_err(|error| error.to_string()),
    };
    if response.status.is_success() {
        return Some(match parsed {
            Ok(body) => Answer::Ok(body),
            Err(message) => Answer::failed(status, message),
        });
    }
    if let (503, Some(clock), Ok(body)) = (status, clock, &parsed)
        && body.is_truthy()
    {
        return Some(unavailable(body, &response, clock));
    }
    let mut body = Some(parsed.unwrap_or_else(|_| nothing()));
    if status == 403 {
        let kind = response.headers.get(CONTENT_TYPE)?;
        if String::from_utf8_lossy(kind.as_bytes()).contains("html") {
            body = None;
        }
    }
    let body = body.filter(Value::is_truthy);
    Some(Answer::Error { status, body, message: response.status_text, retry_after: None })
}

/// A 503 with a JSON body, as the dialects that rewrite it hand it on: its status code says whether it tells when to come
/// back, whatever stood there.
fn unavailable(body: &Value, response: &Response, clock: Duration) -> Answer {
    let told = body.get("subscribeResponse");
    let in_body = Some(told.get("retryAfter").to_number()).filter(|delay| *delay > 0.0);
    let retry_after = in_body.or_else(|| retry_after(&response.headers, clock));
    let code = if retry_after.is_some() { 503.0 } else { 500.0 };
    let mut rewritten = told.as_object().cloned().unwrap_or_default();
    rewritten.set(Text::from_static("statusCode"), code);
    let body = Some(Value::object([("subscribeResponse", rewritten.into())]));
    Answer::Error { status: 503, body, message: response.status_text.clone(), retry_after }
}

/// What the header says, in milliseconds from now: it has seconds or a date. What is over by now is nothing.
fn retry_after(headers: &HeaderMap, clock: Duration) -> Option<f64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    let seconds = Value::from(text).to_number();
    let delay = if seconds.is_nan() {
        let date = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
        date.checked_sub(clock)?.as_secs_f64() * 1000.0
    } else {
        seconds * 1000.0
    };
    (delay > 0.0).then_some(delay)
}

/// The status code of a body, its own or that of a member; undefined where it has none.
pub(crate) fn body_code(body: &Value) -> &Value {
    let bare = body.get("statusCode");
    if bare.is_truthy() {
        return bare;
    }
    let members = body.as_object().into_iter().flat_map(Object::iter);
    let codes = members.map(|(_, member)| member.get("statusCode")).filter(|code| code.is_truthy());
    codes.last().unwrap_or(&Value::Undefined)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, StatusCode};

    use super::*;

    #[test]
    fn a_body_that_broke_off_is_none_though_its_beginning_is_json() {
        let cut = |status: u16| {
            let status = StatusCode::from_u16(status).unwrap();
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, "application/json".parse().unwrap())]);
            let response = Response { status, headers, body: "{}".into(), is_cut: true, ..Response::default() };
            read_answer(Ok(response), None, None).unwrap()
        };
        let nothing = || Value::from(Object::default());
        let failed = |status| Answer::failed(status, "Failed to fetch".to_owned());
        assert_eq!(cut(200), failed(200));
        assert_eq!(cut(204), Answer::Ok(nothing()), "it has no body");
        let empty = Answer::Error { status: 403, body: Some(nothing()), message: String::new(), retry_after: None };
        assert_eq!(cut(403), empty);
    }

    #[test]
    fn an_unavailable_server_tells_when_to_come_back() {
        let clock = Duration::from_secs(1_700_000_000);
        let delay = |body: &str, header: Option<&'static str>| {
            let headers = header.map(|header| (RETRY_AFTER, HeaderValue::from_static(header))).into_iter().collect();
            let status = StatusCode::SERVICE_UNAVAILABLE;
            let response = Response { status, headers, body: body.to_owned().into(), ..Response::default() };
            match read_answer(Ok(response), None, Some(clock)) {
                Some(Answer::Error { body: Some(body), retry_after, .. }) => {
                    (body.get("subscribeResponse").get("statusCode").to_number(), retry_after)
                }
                other => panic!("{other:?}"),
            }
        };
        let told = |delay: &str| format!(r#"{{"subscribeResponse": {{"statusCode": 7, "retryAfter": {delay}}}}}"#);
        assert_eq!(delay("{}", None), (500.0, None));
        assert_eq!(delay("{}", Some("2")), (503.0, Some(2000.0)));
        assert_eq!(delay("{}", Some("Tue, 14 Nov 2023 22:13:25 GMT")), (503.0, Some(5000.0)));
        assert_eq!(delay("{}", Some("Tue, 14 Nov 2023 22:13:20 GMT")), (500.0, None));
        assert_eq!(delay("{}", Some("soon")), (500.0, None));
        assert_eq!(delay(&told("\"3000\""), Some("2")), (503.0, Some(3000.0)));
        assert_eq!(delay(&told("0"), None), (500.0, None));
        assert!(delay("<html>", Some("2")).0.is_nan(), "only what is JSON is looked at");
    }
}
