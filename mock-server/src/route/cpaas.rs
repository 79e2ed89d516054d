//! The addresses of CPaaS: `/cpaas/{what}/v1/..`.

use http::Method;

use super::Route;
use crate::ids::{SubscriptionId, number_after};
use crate::query::decode;
use crate::service::Service;

impl<'a> Route<'a> {
    /// What stands behind `/cpaas/`. Addresses that the platform has given out are those of what it has made there.
    pub(super) fn of_cpaas(method: &Method, path: &'a str) -> Option<Self> {
        let (what, rest) = path.split_once('/')?;
        let (_, rest) = rest.split_once('/')?;
        if what == "auth" {
            return (rest == "token" && method == Method::POST).then_some(Self::CpaasToken);
        }
        let (user, rest) = rest.split_once('/')?;
        let user = decode(user);
        if what == "notificationchannel" {
            return match (method, rest.strip_prefix("channels")?) {
                (&Method::POST, "") => Some(Self::Channel { user }),
                (&Method::DELETE, channel) => {
                    Some(Self::ChannelEnd { user, channel: SubscriptionId::of_channel(channel.strip_prefix('/')?) })
                }
                _ => None,
            };
        }
        match (what, rest, method) {
            ("webrtcsignaling", "turn", &Method::POST) => return Some(Self::Turn { user }),
            ("presence", "presenceLists", &Method::GET) => return Some(Self::PresenceLists { user, makes: false }),
            ("presence", "presenceLists", &Method::POST) => return Some(Self::PresenceLists { user, makes: true }),
            _ => {}
        }
        let (service, below) = match what {
            "webrtcsignaling" => (Service::Call, rest.strip_prefix("subscriptions")?),
            "chat" => (Service::Chat, rest.strip_prefix("subscriptions")?),
            "smsmessaging" => (Service::Sms, rest.strip_prefix("inbound/subscriptions")?),
            // The subscription is to a list, whose name comes next.
            "presence" => {
                let list = rest.strip_prefix("subscriptions/presenceListSubscriptions/")?;
                (Service::Presence, &list[list.find('/').unwrap_or(list.len())..])
            }
            _ => return None,
        };
        match (method, below) {
            (&Method::POST, "") => Some(Self::Service { user, service }),
            (&Method::DELETE, name) => {
                let id = number_after(name.strip_prefix('/')?, "S-");
                Some(Self::ServiceEnd { user, service, id })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_been_made_at_an_address_ends_below_it() {
        let user = || decode("UID1");
        for (service, path) in [
            (Service::Call, "/cpaas/webrtcsignaling/v1/UID1/subscriptions"),
            (Service::Chat, "/cpaas/chat/v1/UID1/subscriptions"),
            (Service::Sms, "/cpaas/smsmessaging/v1/UID1/inbound/subscriptions"),
            (Service::Presence, "/cpaas/presence/v1/UID1/subscriptions/presenceListSubscriptions/PL-1"),
        ] {
            assert_eq!(Route::of(&Method::POST, path), Route::Service { user: user(), service }, "{path}");
            let made = format!("{path}/S-7");
            let end = Route::ServiceEnd { user: user(), service, id: Some(7) };
            assert_eq!(Route::of(&Method::DELETE, &made), end, "{made}");
            assert_eq!(Route::of(&Method::PUT, &made), Route::Other, "{made}");
        }
        let path = "/cpaas/notificationchannel/v1/UID1/channels";
        assert_eq!(Route::of(&Method::POST, path), Route::Channel { user: user() });
        let channel = SubscriptionId::of_channel("CH-2");
        let made = format!("{path}/CH-2");
        assert_eq!(Route::of(&Method::DELETE, &made), Route::ChannelEnd { user: user(), channel });
    }

    #[test]
    fn what_cpaas_does_not_have_is_other() {
        for path in ["/cpaas/", "/cpaas/chat/v1/UID1", "/cpaas/chat/v1/UID1/inbox", "/cpaas/sms/v1/UID1/subscriptions"]
        {
            assert_eq!(Route::of(&Method::POST, path), Route::Other, "{path}");
        }
        assert_eq!(Route::of(&Method::POST, "/cpaas/auth/v1/token"), Route::CpaasToken);
        assert_eq!(Route::of(&Method::GET, "/cpaas/auth/v1/token"), Route::Other);
    }
}
