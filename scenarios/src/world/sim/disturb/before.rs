//! What goes wrong just before a message arrives.

use kandy_mock_server::{Command, CommandOutput};

use super::super::Sim;
use super::SimDisturber;
use crate::schedule::{Act, ApplicationCall};
use crate::step::{ClientCall, ClientId};
use crate::world::WorldError;

/// What happens before a message arrives.
impl Sim {
    /// Does it, and gives whether there was anything that it could act on.
    pub(super) fn act_before(
        &mut self,
        disturber: &mut SimDisturber,
        client: ClientId,
        act: &Act,
    ) -> Result<bool, WorldError> {
        let user = self.user_of(client);
        let command = match (act, user) {
            (Act::Application(call), _) => return self.call_before(client, *call),
            (Act::Outage(length), _) => {
                disturber.outage_ends = Some(self.client_side.now.saturating_add(*length));
                self.platform.set_offline(self.platform_time());
                self.drain_platform()?;
                return Ok(true);
            }
            // A client that has not said whose it is has nothing at the platform to disturb.
            (act, user) => user.and_then(|user| act.command(user)),
        };
        let Some(command) = command else { return Ok(false) };
        // Without a socket, too, a session ends.
        let ends_session = matches!(&command, Command::Gone { user, .. } if self.has_subscription(user));
        let done = self.platform.apply(self.platform_time(), command);
        self.drain_platform()?;
        // A user whom the platform does not know has nothing there, either.
        Ok(ends_session || !matches!(done, Ok(CommandOutput::Count(0)) | Err(_)))
    }

    fn has_subscription(&self, user: &str) -> bool {
        !self.platform.subscriptions(Some(user)).is_empty()
    }

    fn call_before(&mut self, client: ClientId, call: ApplicationCall) -> Result<bool, WorldError> {
        let call = match call {
            ApplicationCall::Disconnect => ClientCall::Disconnect,
            ApplicationCall::Destroy => ClientCall::Destroy,
            ApplicationCall::Connect => match self.client_side.last_connect(client) {
                Some(call) => call.clone(),
                None => return Ok(false),
            },
        };
        // A connect that throws has no effect, here as in the script. Else only a full trace can refuse these calls, and
        // the next record tells of that.
        let has_changed = self.client_side.call(client, call).is_ok();
        if self.client_side.ending() == Some(client) {
            // The tick in which a client ends is over before a message comes.
            self.client_side.fire_timer(client);
        }
        self.drain_client(client)?;
        Ok(has_changed)
    }
}
