//! The fields of the platform's normal answers, and which of them a fault leaves out.

use serde_json::Value;

use crate::point::Point;

/// What the answers of `mk_token` and `refresh_token` have.
const TOKENS: &[&str] = &["/success/access_token", "/success/refresh_token", "/success/expires", "/success"];

/// What the answer to a subscription has: `clientCorrelator` only if the client named one, `sessionId` only for an `x-token`.
const SUBSCRIPTION: &[&str] = &[
    "/subscribeResponse/subscriptionParams/expires",
    "/subscribeResponse/subscriptionParams/service",
    "/subscribeResponse/subscriptionParams/localization",
    "/subscribeResponse/subscriptionParams/useTurn",
    "/subscribeResponse/subscriptionParams/notificationType",
    "/subscribeResponse/subscriptionParams/notificationChannel",
    "/subscribeResponse/subscriptionParams/clientCorrelator",
    "/subscribeResponse/subscriptionParams/sessionId",
    "/subscribeResponse/subscriptionParams",
    "/subscribeResponse/subscription",
    "/subscribeResponse/statusCode",
    "/subscribeResponse",
];

/// What the answer to a renewal has: `clientCorrelator` only if it came under one.
const RENEWAL: &[&str] = &[
    "/subscribeResponse/subscriptionParams/expires",
    "/subscribeResponse/subscriptionParams/service",
    "/subscribeResponse/subscriptionParams/notificationType",
    "/subscribeResponse/subscriptionParams/clientCorrelator",
    "/subscribeResponse/subscriptionParams",
    "/subscribeResponse/subscription",
    "/subscribeResponse/statusCode",
    "/subscribeResponse",
];

/// What the answer to the end of a subscription has.
const END: &[&str] = &["/subscribeResponse/statusCode", "/subscribeResponse"];

/// What the answer to a channel has.
const CHANNEL: &[&str] = &[
    "/notificationChannel/channelData/channelURL",
    "/notificationChannel/channelData/x-connCheckRole",
    "/notificationChannel/channelData",
    "/notificationChannel/callbackURL",
    "/notificationChannel/channelLifetime",
    "/notificationChannel/channelType",
    "/notificationChannel/clientCorrelator",
    "/notificationChannel/resourceURL",
    "/notificationChannel",
];

/// The paths of all fields that normal answers at `point` may have, the innermost first.
pub(crate) const fn fields(point: Point) -> &'static [&'static str] {
    match point {
        Point::MkToken | Point::RefreshToken => TOKENS,
        Point::Subscribe => SUBSCRIPTION,
        Point::Resubscribe => RENEWAL,
        Point::Unsubscribe => END,
        Point::CallStart => &["/callMeResponse/sessionData", "/callMeResponse/statusCode", "/callMeResponse"],
        Point::CallUpdate | Point::CallEnd => &["/callMeResponse/statusCode", "/callMeResponse"],
        Point::CpaasToken => &["/access_token", "/id_token", "/refresh_token", "/expires_in", "/token_type"],
        Point::Channel => CHANNEL,
        Point::ServiceCall => &["/wrtcsNotificationSubscription/resourceURL", "/wrtcsNotificationSubscription"],
        Point::ServiceChat => &["/chatNotificationSubscription/resourceURL", "/chatNotificationSubscription"],
        Point::ServiceSms => &["/subscription/resourceURL", "/subscription"],
        Point::ServicePresence => &["/presenceListSubscription/resourceURL", "/presenceListSubscription"],
        Point::Turn => &["/wrtcsTurnCredentials/username", "/wrtcsTurnCredentials/password", "/wrtcsTurnCredentials"],
        Point::RevokeToken
        | Point::WebSocket
        | Point::ChannelEnd
        | Point::ServiceEnd
        | Point::PresenceLists
        | Point::Preflight
        | Point::Other => &[],
    }
}

/// The path of a field at `point`: a text with `/` is the path itself, another one the field's name, for which the innermost
/// are looked at first. `None` if no normal answer there has it.
pub(crate) fn path(point: Point, field: &str) -> Option<&'static str> {
    let is_meant = |path: &str| match field.starts_with('/') {
        true => path == field,
        false => name(path) == field,
    };
    fields(point).iter().copied().find(|path| is_meant(path))
}

/// The name of the field at a path.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Takes a field out of a body, if it is there.
pub(crate) fn leave_out(body: &mut Value, path: &str) {
    let Some((parent, name)) = path.rsplit_once('/') else { return };
    if let Some(Value::Object(members)) = body.pointer_mut(parent) {
        members.shift_remove(name);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_looked_for_within_first_and_a_path_from_the_root() {
        for (point, field, found) in [
            (Point::Subscribe, "service", Some("/subscribeResponse/subscriptionParams/service")),
            (Point::Subscribe, "subscription", Some("/subscribeResponse/subscription")),
            (Point::Subscribe, "/subscribeResponse", Some("/subscribeResponse")),
            (Point::MkToken, "access_token", Some("/success/access_token")),
            (Point::MkToken, "success", Some("/success")),
            (Point::MkToken, "/access_token", None),
            (Point::Unsubscribe, "subscription", None),
            (Point::Resubscribe, "useTurn", None),
            (Point::Other, "statusCode", None),
            (Point::Subscribe, "/", None),
            (Point::Subscribe, "", None),
        ] {
            assert_eq!(path(point, field), found, "{field} at {point}");
        }
    }

    #[test]
    fn no_name_is_that_of_two_fields() {
        for point in Point::ALL {
            let names: std::collections::BTreeSet<_> = fields(point).iter().map(|path| name(path)).collect();
            assert_eq!(names.len(), fields(point).len(), "{point}");
        }
    }

    #[test]
    fn a_field_is_left_out_where_it_is_and_nothing_where_it_is_not() {
        let mut body = json!({ "a": { "b": 1, "c": 2 } });
        leave_out(&mut body, "/a/b");
        assert_eq!(body, json!({ "a": { "c": 2 } }));
        for path in ["/a/b", "/x/y", "/a/c/d", ""] {
            leave_out(&mut body, path);
        }
        assert_eq!(body, json!({ "a": { "c": 2 } }));
        leave_out(&mut body, "/a");
        assert_eq!(body, json!({}));
    }
}
