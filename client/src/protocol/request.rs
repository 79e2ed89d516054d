//! How requests are written (docs/protocol.md, section 1).

use http::{HeaderMap, Method};

use super::address::{address, auth_address};
use super::connection::ConnectionInfo;
use super::signature::basic_secret;
use super::subscription::Granted;
use crate::config::Settings;
use crate::dialect::Profile;
use crate::io::Request;
use crate::js::{self, Object, QueryError, Text, TypeError, Value, property};

/// Writes the requests of one session.
pub(crate) struct RequestWriter<'a> {
    pub(crate) profile: &'static Profile,
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
        let basic = format!("basic {}", basic_secret(credentials, "username")?);
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
        let user = connection.username.to_text();
        let path = [Text::from_static("/rest/version/1/user/"), user, Text::from_static("/subscription")];
        let address = address(subscription, path)?;
        let body = Value::object([
            ("expires", subscription.get("expires").clone()),
            ("service", subscription.get("service").clone()),
            ("localization", subscription.get("localization").or(LOCALIZATION)),
            ("useTurn", subscription.get("useTurn").or(true)),
            ("notificationType", subscription.get("notificationType").or(NOTIFICATION_TYPE)),
            ("supported", supported()),
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

    /// Renews a subscription, with these services.
    pub(crate) fn resubscribe(
        &self,
        connection: &ConnectionInfo,
        subscription: &Granted,
        services: &Value,
    ) -> Result<Draft, TypeError> {
        let params = &subscription.params;
        let correlator = params.get("clientCorrelator");
        let address = if correlator.is_truthy() {
            let path = [
                Text::from_static("/rest/version/"),
                (self.profile.correlator_version)(connection.server.get("version")).to_text(),
                Text::from_static("/user/"),
                connection.username.to_text(),
                Text::from_static("/subscription/clientCorrelator/"),
                correlator.to_text(),
            ];
            address(&connection.server, path)?
        } else {
            address(&connection.server, [subscription.url.to_text()])?
        };
        let renewal_supports = if self.profile.renewals_say_supported { supported() } else { Value::Undefined };
        let body = Value::object([
            ("expires", params.get("expires").clone()),
            ("service", services.clone()),
            ("localization", params.get("localization").or(LOCALIZATION)),
            ("useTurn", params.get("useTurn").or(true)),
            ("notificationType", params.get("notificationType").or(NOTIFICATION_TYPE)),
            ("supported", renewal_supports),
        ]);
        self.request(Method::PUT, &address, &Value::Undefined, Some(body))
    }

    pub(crate) fn unsubscribe(&self, connection: &ConnectionInfo, subscription: &Granted) -> Result<Draft, TypeError> {
        let address = address(&connection.server, [subscription.url.to_text()])?;
        self.request(Method::DELETE, &address, &Value::Undefined, None)
    }

    /// The address of a subscription's websocket, in parts: those of the server, the path of the channel, and what proves whose
    /// it is.
    pub(crate) fn websocket_info(&self, server: &Value, granted: &Granted, connection: &ConnectionInfo) -> Value {
        let mut info = Object::default();
        info.assign(server);
        self.to_channel(info.into(), granted, connection)
    }

    /// The parts of an address with the channel of a subscription, and what proves whose it is.
    pub(crate) fn to_channel(&self, info: Value, granted: &Granted, connection: &ConnectionInfo) -> Value {
        let info = info.with("url", granted.channel().clone());
        match (self.profile.websocket_params)(connection, self.settings.connectivity()) {
            Value::Undefined => info,
            params => info.with("params", params),
        }
    }

    /// `own` are the options of this request, `queryParams` and `headers`; those of the session win over them.
    fn request(&self, method: Method, address: &[Text], own: &Value, body: Option<Value>) -> Result<Draft, TypeError> {
        property(property(self.settings.authentication(), "subscription")?, "protocol")?;
        let of_session = self.connection.map_or(&Value::Undefined, |connection| &connection.request_options);
        let option = |name: &str| match (own.get(name), of_session.get(name)) {
            (own, Value::Undefined) => own.clone(),
            (Value::Undefined, of_session) => of_session.clone(),
            _ => js::merge(own, of_session).get(name).clone(),
        };
        let parameters = option("queryParams");
        let query = if parameters.is_undefined() { Ok(String::new()) } else { js::query_string(&parameters) };
        let query = match query {
            Ok(query) => query,
            Err(error) => return Ok(Draft::Failed(error)),
        };
        let (headers, refused_headers) = match self.headers(&option("headers"))? {
            Ok(headers) => (headers, None),
            Err(refusal) => (HeaderMap::new(), Some(refusal)),
        };
        // Neither an application nor a platform sees a `?` with nothing behind it.
        let query = if query == "?" { "" } else { &query };
        let (url, refused_address) = js::browser::fetch_url(Text::concat_lossy(address, query));
        let body = body.map(|body| Value::object([("subscribeRequest", body)]).stringify().unwrap_or_default());
        Ok(Draft::Fetch(Request { method, url, headers, body, refusal: refused_headers.or(refused_address) }))
    }

    /// The headers, of which those of all requests win over `given`; or what the browser says where it refuses.
    fn headers(&self, given: &Value) -> Result<Result<HeaderMap, String>, TypeError> {
        let requests = self.settings.requests();
        let adds_agent = property(requests, "injectAgentVersionHeader")?.is_truthy();
        let suffix = requests.get("customAgentVersionHeaderSuffix");
        let platform = if self.connection.is_some() { self.profile.agent } else { self.profile.first_agent };
        if given.is_undefined() && !suffix.is_truthy() {
            return Ok(Ok(js::browser::plain_headers(JSON, adds_agent.then_some(platform))));
        }
        let mut headers = given.as_object().cloned().unwrap_or_default();
        headers.set(Text::from_static("Content-Type"), Value::from_static(JSON));
        headers.set(Text::from_static("Accept"), Value::from_static(JSON));
        if adds_agent {
            let mut agent = vec![Text::from_static(platform)];
            if suffix.is_truthy() {
                agent.extend([Text::from_static(" "), suffix.to_text()]);
            }
            headers.set(Text::from_static("X-Cpaas-Agent"), Text::concat(&agent));
        }
        let texts: Vec<(&Text, Text)> = headers.iter().map(|(name, value)| (name, value.to_text())).collect();
        Ok(js::browser::fetch_headers(texts.iter().map(|(name, value)| (name.to_str_lossy(), value.to_str_lossy()))))
    }
}

const JSON: &str = "application/json";
const LOCALIZATION: Value = Value::from_static("English_US");
const NOTIFICATION_TYPE: Value = Value::from_static("WebSocket");

/// What a client says that it can do.
fn supported() -> Value {
    vec![Value::from_static("RingingFeedback")].into()
}

#[cfg(test)]
mod tests {
    use http::header::AUTHORIZATION;

    use super::*;

    #[test]
    fn a_password_is_not_printed_with_its_request() {
        let settings = Settings::default();
        let writer = RequestWriter { profile: settings.dialect().profile(), settings: &settings, connection: None };
        let credentials = Value::object([("username", "alice".into()), ("password", "s3cret".into())]);
        let Ok(Draft::Fetch(request)) = writer.create_token(settings.authentication(), &credentials) else {
            panic!("it can be written")
        };
        let sent = request.headers.get(AUTHORIZATION).unwrap();
        assert_eq!(sent, "basic YWxpY2U6czNjcmV0");
        assert!(!format!("{request:?}").contains("YWxpY2U6czNjcmV0"));
    }
}
