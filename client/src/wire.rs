//! The client's side of the REST protocol: how requests are written and answers are read (PROTOCOL.md, section 1).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;
use serde_json::{Value, json};

use crate::browser::{self, FAILED_TO_FETCH};
use crate::config::Config;
use crate::credentials::ConnectOptions;
use crate::io::{NetworkFailure, Request, Response};
use crate::js_value::{self, js_number};
use crate::json;
use crate::state::{Authorization, Services};

/// The version that the SDK gives in its agent header.
pub(crate) const SDK_VERSION: &str = "3.41.1";
/// The keep-alive frame.
pub(crate) const PING: &str = r#"{"message_type":"ping"}"#;

const AGENT: HeaderName = HeaderName::from_static("x-cpaas-agent");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Writes the requests of one session.
pub(crate) struct RequestWriter<'a> {
    pub(crate) config: &'a Config,
    /// The session's own options, which win over those of any request.
    pub(crate) authorization: Option<&'a Authorization>,
    /// Whether the session knows its platform, which the agent header tells.
    pub(crate) platform_known: bool,
}

impl RequestWriter<'_> {
    pub(crate) fn create_token(&self, username: &str, password: &str, expires: Option<&Value>) -> Request {
        let basic = format!("basic {}", BASE64_STANDARD.encode(format!("{username}:{password}")));
        let path = format!("/{}/auth/mk_token", self.config.authentication.subscription.version);
        let query = vec![("expires", expires.map(|value| js_value::text(Some(value)))), ("refresh", Some("y".into()))];
        self.request(Method::GET, &path, query, Some(basic), None)
    }

    pub(crate) fn refresh_token(&self, token: Option<&str>, expires: Option<&Value>) -> Request {
        let path = format!("/{}/auth/refresh_token", self.config.authentication.subscription.version);
        let expires = expires.map(|value| js_value::text(Some(value)));
        let query = vec![("expires", expires), ("token", token.map(str::to_owned))];
        self.request(Method::GET, &path, query, None, None)
    }

    pub(crate) fn subscribe(&self, username: Option<&str>, options: &ConnectOptions) -> Request {
        let subscription = &self.config.authentication.subscription;
        let path = format!("/rest/version/1/user/{}/subscription", username.unwrap_or("undefined"));
        let body = Envelope {
            subscribe_request: SubscribeRequest {
                expires: Some(js_number(subscription.expires)),
                service: json!(subscription.service),
                localization: json!(subscription.localization),
                use_turn: true,
                notification_type: json!(subscription.notification_type),
                supported: Some(["RingingFeedback"]),
                force_log_out: Some(if options.force_log_out { "true" } else { "false" }),
                client_correlator: options.client_correlator.as_deref(),
            },
        };
        self.request(Method::POST, &path, Vec::new(), None, Some(body.to_text()))
    }

    pub(crate) fn resubscribe(&self, username: Option<&str>, subscription: &Granted) -> Request {
        let param = |key: &str| subscription.params.get(key).cloned();
        let path = match subscription.params.get("clientCorrelator") {
            correlator if js_value::truthy(correlator) => format!(
                "/rest/version/{}/user/{}/subscription/clientCorrelator/{}",
                self.config.authentication.subscription.version,
                username.unwrap_or("undefined"),
                js_value::text(correlator),
            ),
            _ => subscription.path(),
        };
        let body = Envelope {
            subscribe_request: SubscribeRequest {
                expires: param("expires"),
                service: param("service").unwrap_or_default(),
                localization: param("localization").unwrap_or_else(|| "English_US".into()),
                use_turn: true,
                notification_type: param("notificationType").unwrap_or_else(|| "WebSocket".into()),
                supported: None,
                force_log_out: None,
                client_correlator: None,
            },
        };
        self.request(Method::PUT, &path, Vec::new(), None, Some(body.to_text()))
    }

    pub(crate) fn unsubscribe(&self, subscription: &Granted) -> Request {
        self.request(Method::DELETE, &subscription.path(), Vec::new(), None, None)
    }

    /// `query` has its keys in alphabetical order; a value that is undefined is left out.
    fn request(
        &self,
        method: Method,
        path: &str,
        mut query: Vec<(&'static str, Option<String>)>,
        mut authorization: Option<String>,
        body: Option<String>,
    ) -> Request {
        match self.authorization {
            Some(Authorization::Token(token)) => {
                query.retain(|(key, _)| *key != "token");
                query.push(("token", token.clone()));
            }
            Some(Authorization::Bearer(token)) => authorization = Some(format!("Bearer {token}")),
            None => {}
        }
        let address = self.config.authentication.subscription.base_url() + path + &query_text(&query);
        Request { method, url: browser::fetch_url(address), headers: self.headers(authorization), body }
    }

    fn headers(&self, authorization: Option<String>) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(4);
        // A browser refuses to send a header with control characters; such a token cannot sign in either way.
        if let Some(mut value) = authorization.and_then(|text| HeaderValue::try_from(text).ok()) {
            // Neither `Debug` nor the tables of HTTP/2 show it then.
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(ACCEPT, JSON);
        let options = &self.config.request;
        if options.inject_agent_version_header {
            let platform = if self.platform_known { "uc" } else { "cpaas" };
            let suffix = &options.custom_agent_version_header_suffix;
            let gap = if suffix.is_empty() { "" } else { " " };
            let agent = format!("{platform}-js-sdk/{SDK_VERSION}{gap}{suffix}");
            if let Ok(value) = HeaderValue::try_from(agent) {
                headers.insert(AGENT, value);
            }
        }
        headers
    }
}

/// `?key=value&..` of the defined values; empty where there is none.
pub(crate) fn query_text(query: &[(&'static str, Option<String>)]) -> String {
    let mut text = String::new();
    for (key, value) in query {
        let Some(value) = value else { continue };
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(key);
        text.push('=');
        text.push_str(&browser::encode_component(value));
    }
    text
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    subscribe_request: SubscribeRequest<'a>,
}

/// The body of POST and PUT; the order of its keys is the SDK's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SubscribeRequest<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<Value>,
    service: Value,
    localization: Value,
    use_turn: bool,
    notification_type: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    supported: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    force_log_out: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_correlator: Option<&'a str>,
}

impl Envelope<'_> {
    fn to_text(&self) -> String {
        serde_json::to_string(self).expect("values with text keys are always JSON")
    }
}

/// A subscription as the platform granted it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Granted {
    /// Those of `subscriptionParams.service`, beside those that were asked for.
    pub(crate) services: Services,
    /// Its address on the server, for PUT and DELETE.
    address: Option<Value>,
    /// `subscriptionParams`, as a whole.
    pub(crate) params: Value,
}

impl Granted {
    pub(crate) fn new(services: Services, address: Option<Value>, params: Value) -> Self {
        Self { services, address, params }
    }

    /// What is appended to the server's address: `undefined` where the platform named none.
    fn path(&self) -> String {
        js_value::text(self.address.as_ref())
    }

    /// The path of the websocket's address, likewise.
    pub(crate) fn channel(&self) -> String {
        js_value::text(self.params.get("notificationChannel"))
    }

    /// The lifetime in seconds; NaN where the platform named none.
    pub(crate) fn expires(&self) -> f64 {
        js_value::number(self.params.get("expires"))
    }
}

/// An answer as the SDK's request task hands it on.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    /// A success, with its JSON body.
    Ok(Value),
    /// An error. `body` is missing where the SDK makes nothing of it; then `message` says why.
    Error { status: u16, body: Option<Value>, message: String },
}

/// Reads an answer as section 1.1 of PROTOCOL.md tells. `None` where the request task dies of it, which is what a 403
/// without a content type does.
pub(crate) fn read_answer(answer: Result<Response, NetworkFailure>) -> Option<Answer> {
    let Ok(response) = answer else {
        return Some(Answer::Error { status: 0, body: None, message: FAILED_TO_FETCH.to_owned() });
    };
    let status = response.status.as_u16();
    if status == 204 {
        return Some(Answer::Ok(json!({})));
    }
    let parsed = match response.is_cut {
        true => Err(FAILED_TO_FETCH.to_owned()),
        false => json::parse_bytes(&response.body).map_err(|error| error.to_string()),
    };
    if response.status.is_success() {
        return Some(match parsed {
            Ok(body) => Answer::Ok(body),
            Err(message) => Answer::Error { status, body: None, message },
        });
    }
    let mut body = Some(parsed.unwrap_or_else(|_| json!({})));
    if status == 403 {
        let kind = response.headers.get(CONTENT_TYPE)?;
        if String::from_utf8_lossy(kind.as_bytes()).contains("html") {
            body = None;
        }
    }
    let body = body.filter(|body| js_value::truthy(Some(body)));
    Some(Answer::Error { status, body, message: response.status_text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_broke_off_is_none_though_its_beginning_is_json() {
        let cut = |status: u16| {
            let status = http::StatusCode::from_u16(status).unwrap();
            let headers = HeaderMap::from_iter([(CONTENT_TYPE, "application/json".parse().unwrap())]);
            read_answer(Ok(Response { status, headers, body: "{}".into(), is_cut: true, ..Response::default() }))
                .unwrap()
        };
        let failed = |status| Answer::Error { status, body: None, message: "Failed to fetch".to_owned() };
        assert_eq!(cut(200), failed(200));
        assert_eq!(cut(204), Answer::Ok(json!({})), "it has no body");
        assert_eq!(cut(403), Answer::Error { status: 403, body: Some(json!({})), message: String::new() });
    }

    #[test]
    fn a_password_is_not_printed_with_its_request() {
        let config = Config::default();
        let writer = RequestWriter { config: &config, authorization: None, platform_known: false };
        let request = writer.create_token("alice", "s3cret", None);
        let sent = request.headers.get(AUTHORIZATION).unwrap();
        assert_eq!(sent, "basic YWxpY2U6czNjcmV0");
        assert!(!format!("{request:?}").contains("YWxpY2U6czNjcmV0"));
    }
}
