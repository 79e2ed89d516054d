//! The recorded requests of a healthy recording, given to `Platform` alone.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use kandy_mock_server::{Platform, Reply, Response, Time};
use serde_json::Value;

use super::platform;
use crate::recording::{Exchange, Recording, WireRequest, WireResponse, body_text};
use crate::replay::ReplayDifference;
use crate::replay::compare::{self, Mismatch};

/// What the SDK reads of the answer to `mk_token` and `refresh_token` (docs/protocol.md, sections 1.2 and 1.4).
const OF_TOKENS: [&str; 4] = ["/success/access_token", "/success/refresh_token", "/success/expires", "/error/human"];
/// Of the answers at subscription paths (docs/protocol.md, sections 1.3, 1.5 and 1.6).
const OF_SUBSCRIPTIONS: [&str; 10] = [
    "/subscribeResponse/statusCode",
    "/subscribeResponse/subscription",
    "/subscribeResponse/subscriptionParams/service",
    "/subscribeResponse/subscriptionParams/notificationChannel",
    "/subscribeResponse/subscriptionParams/expires",
    "/subscribeResponse/subscriptionParams/localization",
    "/subscribeResponse/subscriptionParams/notificationType",
    "/subscribeResponse/subscriptionParams/clientCorrelator",
    "/statusCode",
    "/authorizationResponse/statusCode",
];
/// Of the answer to a renewal the SDK reads these only.
const OF_RENEWALS: [&str; 2] = ["/subscribeResponse/statusCode", "/subscribeResponse/subscriptionParams/service"];

/// Gives the requests of a recording to a platform, and compares what the SDK reads of the answers: status, content
/// type and the fields of the body. It does nothing if the recorder's platform was told to misbehave. Gives how many
/// answers were compared.
///
/// # Errors
///
/// The first answer with another such field.
pub fn check_answers(recording: &Recording) -> Result<usize, ReplayDifference> {
    let is_healthy = recording.server_script.as_object().is_some_and(serde_json::Map::is_empty);
    if !is_healthy {
        return Ok(0);
    }
    let mut platform = Platform::new();
    let mut compared = 0;
    let at_start = |mismatch| ReplayDifference::new(recording, 0, kandy_client::Time::ZERO, mismatch);
    for asked in platform::setup(recording).map_err(at_start)? {
        let refused = |error: kandy_mock_server::PlatformError| compare::missing(&error.to_string());
        platform.apply(Time::ZERO, asked).map_err(refused).map_err(at_start)?;
    }
    for record in &recording.wire {
        let Exchange::Request(request) = &record.what else { continue };
        // What was cut off on its way says nothing of the platform.
        let answered = response_to(recording, request.n).filter(|recorded| recorded.status.is_some());
        let Some(recorded) = answered else { continue };
        let now = Time::from_duration(record.time.since_start());
        let reply = ask(&mut platform, now, request);
        let same = reply.and_then(|reply| check(request, recorded, reply));
        let at = recording.timeline.iter().position(|seen| seen.time >= record.time).unwrap_or_default();
        same.map_err(|mismatch| ReplayDifference::new(recording, at, record.time, mismatch))?;
        compared += 1;
    }
    Ok(compared)
}

fn response_to(recording: &Recording, n: u64) -> Option<&WireResponse> {
    recording.wire.iter().find_map(|record| match &record.what {
        Exchange::Response(response) if response.n == n => Some(response),
        _ => None,
    })
}

fn ask(platform: &mut Platform, now: Time, recorded: &WireRequest) -> Result<Reply, Mismatch> {
    while platform.poll_timeout().is_some_and(|(due, _)| due <= now) {
        platform.handle_timeout(now);
    }
    let unusable = |what: &str| compare::missing(&format!("a usable {what} in request {}", recorded.n));
    let body = Bytes::from(body_text(recorded.body.as_ref()));
    let target = format!("{}{}", recorded.path, recorded.raw_query);
    let mut request = Request::new(body);
    *request.method_mut() = recorded.method.parse().map_err(|_| unusable("method"))?;
    *request.uri_mut() = target.parse().map_err(|_| unusable("path"))?;
    for (name, value) in &recorded.headers {
        let name = HeaderName::try_from(name).map_err(|_| unusable("header"))?;
        request.headers_mut().insert(name, HeaderValue::try_from(value).map_err(|_| unusable("header"))?);
    }
    let reply = platform.handle_request(now, &request).reply;
    while platform.poll_output().is_some() {}
    Ok(reply)
}

fn check(request: &WireRequest, recorded: &WireResponse, reply: Reply) -> Result<(), Mismatch> {
    let name = format!("{} {}", request.method, request.path);
    let Reply::Respond(Response { status, headers, body, .. }) = reply else {
        return Err(Mismatch::new(format!("an answer to {name}"), "none".to_owned()));
    };
    let expected = recorded.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
    compare::text(&format!("{name}: status"), &expected, status.as_str())?;
    let expected = recorded.content_type.as_deref().unwrap_or("none");
    compare::text(&format!("{name}: content type"), expected, content_type(&headers))?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let read: &[&str] = match request.method.as_str() {
        "GET" => &OF_TOKENS,
        "PUT" => &OF_RENEWALS,
        _ => &OF_SUBSCRIPTIONS,
    };
    read.iter().try_for_each(|field| {
        let recorded = recorded.body.as_ref().and_then(|body| body.pointer(field));
        let (Some(recorded), Some(got)) = (recorded, body.pointer(field)) else {
            let shown = |value: Option<&Value>| value.map_or_else(|| "missing".to_owned(), Value::to_string);
            return compare::text(&format!("{name}: {field}"), &shown(recorded), &shown(body.pointer(field)));
        };
        compare::value(&format!("{name}: {field}"), recorded, got)
    })
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("none")
}
