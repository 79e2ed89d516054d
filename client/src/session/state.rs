//! What a session keeps of its user, which every part may read: the SDK has one store for all of its tasks.

use std::sync::LazyLock;

use super::view::{ServiceStatus, UserInfo};
use crate::error::Error;
use crate::js::{Object, Value};
use crate::protocol::{ConnectionInfo, Granted};
use crate::untyped::Untyped;

/// Everything that the end of a session resets.
#[derive(Default)]
pub(super) struct State {
    pub(super) is_connected: bool,
    pub(super) is_pending: bool,
    pub(super) error: Option<Error>,
    /// What requests are written by. Only a user who is shown has one.
    pub(super) connection: Option<ConnectionInfo>,
    pub(super) user_info: Option<UserInfo>,
    pub(super) subscription: Option<Granted>,
}

/// What a session without a subscription has.
static NO_SERVICES: LazyLock<Value> = LazyLock::new(|| {
    let nothing = || Value::from(Vec::new());
    Value::object([
        ("requested", nothing()),
        ("received", nothing()),
        ("missing", nothing()),
        ("status", Value::from_static(ServiceStatus::None.as_str())),
        ("services", Object::default().into()),
    ])
});

impl State {
    /// What `getServices()` gives.
    pub(super) fn services_info(&self) -> &Value {
        let info = self.subscription.as_ref().map(|granted| &granted.services_info);
        info.filter(|info| info.is_truthy()).unwrap_or(&NO_SERVICES)
    }

    /// The list of services that are subscribed to, as the platform granted it.
    pub(super) fn granted_services(&self) -> Value {
        let granted = self.subscription.as_ref();
        granted.map_or_else(|| Vec::new().into(), |granted| granted.params.get("service").clone())
    }

    /// The session is over.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Whether somebody is known whose requests can be written.
    pub(super) fn knows_user(&self) -> bool {
        let user = self.user_info.as_ref();
        user.is_some_and(|user| user.username.0.is_truthy() || user.access_token.0.is_truthy())
    }

    /// The user is known, and `getUserInfo()` shows the tokens at once or later.
    pub(super) fn set_user(&mut self, connection: ConnectionInfo, shows_tokens: bool) {
        let token = |token: &Value| if shows_tokens { token.clone().into() } else { Untyped::default() };
        self.user_info = Some(UserInfo {
            username: connection.username.clone().into(),
            access_token: token(&connection.access_token),
            refresh_token: token(&connection.refresh_token),
            has_tokens: shows_tokens,
        });
        self.connection = Some(connection);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::view::Services;

    #[test]
    fn no_subscription_has_the_form_of_services() {
        assert_eq!(Services::from_js(&NO_SERVICES), Services::default());
    }
}
