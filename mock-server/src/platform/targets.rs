//! Which sockets a command is about.

use super::Platform;
use crate::command::Target;
use crate::error::PlatformError;
use crate::ids::{SocketId, SubscriptionId};
use crate::text::nearest;

impl Platform {
    /// The sockets that are meant, oldest first, and the target with the user whose they are.
    pub(super) fn targets(&self, target: Target) -> Result<(Target, Vec<SocketId>), PlatformError> {
        let Target { user, socket, subscription } = target;
        // Who has not signed in has sockets all the same.
        if let Some(user) = user.as_ref().filter(|user| !self.sockets.has_any(user)) {
            self.accounts.known(user)?;
        }
        let mut owner = None;
        let mut meant: Option<Vec<SocketId>> = None;
        if let Some(name) = &socket {
            let found = self.sockets.infos(None).into_iter().find(|info| info.id.to_string() == *name);
            let info = found.ok_or_else(|| {
                let names: Vec<String> = self.sockets.infos(None).iter().map(|info| info.id.to_string()).collect();
                unknown("socket", name, &names)
            })?;
            meant = Some(vec![info.id]);
            owner = Some((name.clone(), info.user));
        }
        if let Some(name) = &subscription {
            let id = SubscriptionId::named(name);
            let on_channel = self.sockets.ids(|socket| id.is_some() && socket.subscription == id);
            let lives = id.and_then(|id| self.subscriptions.get(id)).map(|live| live.user.to_string());
            let of_socket = || self.sockets.infos(None).into_iter().find(|info| on_channel.contains(&info.id));
            let Some(user) = lives.or_else(|| of_socket().map(|info| info.user)) else {
                let names: Vec<String> = self.subscriptions(None).iter().map(|live| live.id.to_string()).collect();
                return Err(unknown("subscription", name, &names));
            };
            let before = meant.take();
            meant =
                Some(on_channel.into_iter().filter(|id| before.as_ref().is_none_or(|of| of.contains(id))).collect());
            owner = Some((name.clone(), user));
        }
        let user = match (user, owner) {
            (Some(user), Some((name, owner))) if user != owner => {
                return Err(PlatformError::OfAnother { name, user, owner });
            }
            (user, owner) => user.or(owner.map(|(_, owner)| owner)).ok_or(PlatformError::NoTarget)?,
        };
        let meant = meant.unwrap_or_else(|| self.sockets.ids(|socket| *socket.user == *user));
        Ok((Target { user: Some(user), socket, subscription }, meant))
    }
}

fn unknown(what: &'static str, name: &str, known: &[String]) -> PlatformError {
    PlatformError::Unknown { what, name: name.to_owned(), nearest: nearest(name, known.iter().map(String::as_str)) }
}
