//! Answers.

use http::header::CONTENT_TYPE;

use crate::browser::FAILED_TO_FETCH;
use crate::io::{NetworkFailure, Response};
use crate::js::{self, Object, Value};

/// An answer as the SDK's request task hands it on.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    /// A success, with its JSON body.
    Ok(Value),
    /// An error. `body` is missing where the SDK makes nothing of it; then `message` says why.
    Error { status: u16, body: Option<Value>, message: String },
}

/// Reads an answer (docs/protocol.md, section 1.1). `None` where the request task crashes, which it does for a 403 without
/// a content type. `refusal` is what the browser says where the request could not be made.
pub(crate) fn read_answer(answer: Result<Response, NetworkFailure>, refusal: Option<String>) -> Option<Answer> {
    let Ok(response) = answer else {
        let message = refusal.unwrap_or_else(|| FAILED_TO_FETCH.to_owned());
        return Some(Answer::Error { status: 0, body: None, message });
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
            Err(message) => Answer::Error { status, body: None, message },
        });
    }
    let mut body = Some(parsed.unwrap_or_else(|_| nothing()));
    if status == 403 {
        let kind = response.headers.get(CONTENT_TYPE)?;
        if String::from_utf8_lossy(kind.as_bytes()).contains("html") {
            body = None;
        }
    }
    let body = body.filter(Value::is_truthy);
    Some(Answer::Error { status, body, message: response.status_text })
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;

    #[test]
    fn a_body_that_broke_off_is_none_though_its_beginning_is_json() {
        let cut = |status: u16| {
            let status = StatusCode::from_u16(status).unwrap();
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, "application/json".parse().unwrap())]);
            let response = Response { status, headers, body: "{}".into(), is_cut: true, ..Response::default() };
            read_answer(Ok(response), None).unwrap()
        };
        let nothing = || Value::from(Object::default());
        let failed = |status| Answer::Error { status, body: None, message: "Failed to fetch".to_owned() };
        assert_eq!(cut(200), failed(200));
        assert_eq!(cut(204), Answer::Ok(nothing()), "it has no body");
        assert_eq!(cut(403), Answer::Error { status: 403, body: Some(nothing()), message: String::new() });
    }
}
