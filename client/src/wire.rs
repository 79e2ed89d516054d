//! The client's side of the REST protocol: how requests are written and answers are read (PROTOCOL.md, section 1).

mod answer;
mod granted;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, Method};

pub(crate) use self::answer::{Answer, read_answer};
pub(crate) use self::granted::{Granted, services_info};
use crate::browser;
use crate::config::Settings;
use crate::io::Request;
use crate::js::{self, Object, QueryError, Text, TypeError, Value, property};
use crate::state::ConnectionInfo;

/// The version that the SDK gives in its agent header.
pub(crate) const SDK_VERSION: &str = "3.41.1";
/// The keep-alive frame.
pub(crate) const PING: &str = r#"{"message_type":"ping"}"#;
/// The keep-alive frame's answer, where the server is the one that asks.
pub(crate) const PONG: &str = r#"{"connAck":{}}"#;

/// Writes the requests of one session.
pub(crate) struct RequestWriter<'a> {
    pub(crate) settings: &'a Settings,
    /// What the session knows of itself; its options win over those of any request.
    pub(crate) connection: Option<&'a ConnectionInfo>,
}

/// A request as it leaves the SDK.
#[derive(Debug)]
pub(crate) enum Draft {
    /// It goes to `fetch`, which may refuse it.
    Fetch(Request),
    /// It fails before, with this message.
    Failed(QueryError),
}

impl RequestWriter<'_> {
    /// `config` is `authentication`, as it was when the user connected.
    pub(crate) fn create_token(&self, config: &Value, credentials: &Value) -> Result<Draft, TypeError> {
        let secret = Text::concat(&[
            credentials.get("username").to_text(),
            Text::from_static(":"),
            credentials.get("password").to_text(),
        ]);
        // The SDK's own UTF-8 knows no half characters.
        let Some(secret) = secret.as_str() else {
            return Err(TypeError::new("Lone surrogate is not a scalar value"));
        };
        let basic = format!("basic {}", BASE64_STANDARD.encode(secret));
        let query =
            Value::object([("refresh", Value::from_static("y")), ("expires", credentials.get("expires").clone())]);
        let own =
            Value::object([("queryParams", query), ("headers", Value::object([("Authorization", basic.into())]))]);
        self.request(Method::GET, &auth_address(config.get("subscription"), "mk_token")?, &own, None)
    }

    /// The refresh with which a connect begins.
    pub(crate) fn refresh_token_to_connect(&self, config: &Value, credentials: &Value) -> Result<Draft, TypeError> {
        let expires = credentials.get("expires");
        let expires = if expires.is_truthy() { expires.clone() } else { Value::Undefined };
        self.refresh(config.get("subscription"), credentials.get("refreshToken"), &expires)
    }

    /// The periodic refresh.
    pub(crate) fn refresh_token(&self, connection: &ConnectionInfo) -> Result<Draft, TypeError> {
        self.refresh(&connection.server, &connection.refresh_token, &connection.token_expires)
    }

    fn refresh(&self, server: &Value, token: &Value, expires: &Value) -> Result<Draft, TypeError> {
        let query = Value::object([("token", token.clone()), ("expires", expires.clone())]);
        let own = Value::object([("queryParams", query)]);
        self.request(Method::GET, &auth_address(server, "refresh_token")?, &own, None)
    }

    /// `subscription` is `authentication.subscription`, as it was when the user connected. Of the options that
    /// `connect()` got, others leak into the request.
    pub(crate) fn subscribe(
        &self,
        subscription: &Value,
        connection: &ConnectionInfo,
        options: &Value,
    ) -> Result<Draft, TypeError> {
        let address = Text::concat(&[
            base_address(subscription)?,
            Text::from_static("/rest/version/1/user/"),
            connection.username.to_text(),
            Text::from_static("/subscription"),
        ]);
        let body = Value::object([
            ("expires", subscription.get("expires").clone()),
            ("service", subscription.get("service").clone()),
            ("localization", subscription.get("localization").or(LOCALIZATION)),
            ("useTurn", subscription.get("useTurn").or(true)),
            ("notificationType", subscription.get("notificationType").or(NOTIFICATION_TYPE)),
            ("supported", vec![Value::from_static("RingingFeedback")].into()),
            ("forceLogOut", options.get("forceLogOut").or(false).to_text().into()),
            ("clientCorrelator", options.get("clientCorrelator").clone()),
        ]);
        let of_session = &connection.request_options;
        let own = ["queryParams", "headers"].map(|name| match of_session.get(name) {
            Value::Undefined => (name, options.get(name).clone()),
            known => (name, known.clone()),
        });
        self.request(Method::POST, &address, &Value::object(own), Some(body))
    }

    pub(crate) fn resubscribe(&self, connection: &ConnectionInfo, subscription: &Granted) -> Result<Draft, TypeError> {
        let params = &subscription.params;
        let correlator = params.get("clientCorrelator");
        let base = base_address(&connection.server)?;
        let address = if correlator.is_truthy() {
            Text::concat(&[
                base,
                Text::from_static("/rest/version/"),
                connection.server.get("version").to_text(),
                Text::from_static("/user/"),
                connection.username.to_text(),
                Text::from_static("/subscription/clientCorrelator/"),
                correlator.to_text(),
            ])
        } else {
            Text::concat(&[base, subscription.url.to_text()])
        };
        let body = Value::object([
            ("expires", params.get("expires").clone()),
            ("service", params.get("service").clone()),
            ("localization", params.get("localization").or(LOCALIZATION)),
            ("useTurn", params.get("useTurn").or(true)),
            ("notificationType", params.get("notificationType").or(NOTIFICATION_TYPE)),
        ]);
        self.request(Method::PUT, &address, &Value::Undefined, Some(body))
    }

    pub(crate) fn unsubscribe(&self, connection: &ConnectionInfo, subscription: &Granted) -> Result<Draft, TypeError> {
        let address = Text::concat(&[base_address(&connection.server)?, subscription.url.to_text()]);
        self.request(Method::DELETE, &address, &Value::Undefined, None)
    }

    /// `own` are the options of this request, `queryParams` and `headers`.
    fn request(&self, method: Method, address: &Text, own: &Value, body: Option<Value>) -> Result<Draft, TypeError> {
        let options =
            js::merge(&if own.is_undefined() { Object::default().into() } else { own.clone() }, &self.common()?);
        let query = match options.get("queryParams") {
            Value::Undefined => String::new(),
            parameters => match js::query_string(parameters) {
                Ok(query) => query,
                Err(error) => return Ok(Draft::Failed(error)),
            },
        };
        let headers = options.get("headers").as_object().into_iter().flat_map(Object::iter);
        let headers: Vec<(Text, Text)> = headers.map(|(name, value)| (name.clone(), value.to_text())).collect();
        let given = headers.iter().map(|(name, value)| (name.to_str_lossy(), value.to_str_lossy()));
        let (headers, refused_headers) = match browser::fetch_headers(given) {
            Ok(headers) => (headers, None),
            Err(refusal) => (HeaderMap::new(), Some(refusal)),
        };
        // A `?` with nothing behind it is no part of what an application or a platform sees.
        let query = if query == "?" { "" } else { &query };
        let (url, refused_address) = browser::fetch_url(address.to_str_lossy().into_owned() + query);
        let body = body.map(|body| Value::object([("subscribeRequest", body)]).stringify().unwrap_or_default());
        Ok(Draft::Fetch(Request { method, url, headers, body, refusal: refused_headers.or(refused_address) }))
    }

    /// The options that win over those of any request: those of the session, and the headers of all requests.
    fn common(&self) -> Result<Value, TypeError> {
        property(property(self.settings.authentication(), "subscription")?, "protocol")?;
        let requests = self.settings.requests();
        let adds_agent = property(requests, "injectAgentVersionHeader")?.is_truthy();
        let options = self.connection.map_or(Value::Undefined, |connection| connection.request_options.clone());
        let mut headers = options.get("headers").as_object().cloned().unwrap_or_default();
        headers.set(Text::from_static("Content-Type"), Value::from_static(JSON));
        headers.set(Text::from_static("Accept"), Value::from_static(JSON));
        if adds_agent {
            let platform = if self.connection.is_some() { "uc" } else { "cpaas" };
            let mut agent = vec![Text::from(format!("{platform}-js-sdk/{SDK_VERSION}"))];
            let suffix = requests.get("customAgentVersionHeaderSuffix");
            if suffix.is_truthy() {
                agent.extend([Text::from_static(" "), suffix.to_text()]);
            }
            headers.set(Text::from_static("X-Cpaas-Agent"), Text::concat(&agent));
        }
        let options = if options.is_undefined() { Object::default().into() } else { options };
        Ok(options.with("headers", headers))
    }
}

const JSON: &str = "application/json";
const LOCALIZATION: Value = Value::from_static("English_US");
const NOTIFICATION_TYPE: Value = Value::from_static("WebSocket");

/// `{protocol}://{server}:{port}`
pub(crate) fn base_address(server: &Value) -> Result<Text, TypeError> {
    Ok(Text::concat(&[
        property(server, "protocol")?.to_text(),
        Text::from_static("://"),
        server.get("server").to_text(),
        Text::from_static(":"),
        server.get("port").to_text(),
    ]))
}

fn auth_address(server: &Value, action: &'static str) -> Result<Text, TypeError> {
    Ok(Text::concat(&[
        base_address(server)?,
        Text::from_static("/"),
        server.get("version").to_text(),
        Text::from_static("/auth/"),
        Text::from_static(action),
    ]))
}

#[cfg(test)]
mod tests {
    use http::header::AUTHORIZATION;

    use super::*;

    #[test]
    fn a_password_is_not_printed_with_its_request() {
        let settings = Settings::default();
        let writer = RequestWriter { settings: &settings, connection: None };
        let credentials = Value::object([("username", "alice".into()), ("password", "s3cret".into())]);
        let Ok(Draft::Fetch(request)) = writer.create_token(settings.authentication(), &credentials) else {
            panic!("it can be written")
        };
        let sent = request.headers.get(AUTHORIZATION).unwrap();
        assert_eq!(sent, "basic YWxpY2U6czNjcmV0");
        assert!(!format!("{request:?}").contains("YWxpY2U6czNjcmV0"));
    }
}
