//! The typed options as JavaScript has them.

use super::{Authentication, Connectivity, Notifications, RequestOptions};
use crate::js::Value;

/// `authentication` where nothing is given.
pub(crate) fn default_authentication() -> Value {
    authentication(&Authentication::default())
}

pub(super) fn notifications(options: &Notifications) -> Value {
    let typed = Value::object([
        ("idCacheLength", options.id_cache_length.into()),
        ("incomingCallNotificationMode", text(&options.incoming_call_notification_mode)),
    ]);
    match &options.push_registration {
        Some(push) => typed.with("pushRegistration", Value::from_json(push)),
        None => typed,
    }
}

pub(super) fn request(options: &RequestOptions) -> Value {
    Value::object([
        ("injectAgentVersionHeader", options.inject_agent_version_header.into()),
        ("customAgentVersionHeaderSuffix", text(&options.custom_agent_version_header_suffix)),
    ])
}

pub(super) fn authentication(options: &Authentication) -> Value {
    let Authentication { subscription, websocket, early_refresh_margin } = options;
    let server = |server: &Option<String>| server.as_deref().map_or(Value::Null, text);
    let subscription = Value::object([
        ("server", server(&subscription.server)),
        ("protocol", text(&subscription.protocol)),
        ("version", text(&subscription.version)),
        ("port", subscription.port.into()),
        ("expires", subscription.expires.into()),
        ("service", subscription.service.iter().map(|name| text(name)).collect::<Vec<_>>().into()),
        ("localization", text(&subscription.localization)),
        ("useTurn", subscription.use_turn.into()),
        ("notificationType", text(&subscription.notification_type)),
    ]);
    let websocket = Value::object([
        ("server", server(&websocket.server)),
        ("protocol", text(&websocket.protocol)),
        ("port", websocket.port.into()),
    ]);
    Value::object([
        ("subscription", subscription),
        ("websocket", websocket),
        ("earlyRefreshMargin", (*early_refresh_margin).into()),
    ])
}

pub(super) fn connectivity(options: &Connectivity) -> Value {
    Value::object([
        ("method", text(&options.method)),
        ("pingInterval", options.ping_interval.into()),
        ("reconnectLimit", options.reconnect_limit.into()),
        ("reconnectDelay", options.reconnect_delay.into()),
        ("reconnectTimeMultiplier", options.reconnect_time_multiplier.into()),
        ("reconnectTimeLimit", options.reconnect_time_limit.into()),
        ("autoReconnect", options.auto_reconnect.into()),
        ("maxMissedPings", options.max_missed_pings.into()),
        ("checkConnectivity", options.check_connectivity.into()),
        ("webSocketOAuthMode", text(&options.web_socket_oauth_mode)),
    ])
}

fn text(text: &str) -> Value {
    text.into()
}
