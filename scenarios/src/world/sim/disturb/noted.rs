//! What a world notes for who explores it: the transitions of its clients, and what could be changed in the answers to them.

use kandy_mock_server::Reply;

use super::Sim;
use crate::coverage::Observer;
use crate::schedule::{Moment, Mutation};
use crate::world::WorldError;
use crate::world::arrival::SimAnswer;
use crate::world::link::LinkMessage;

/// An answer that came: when, whether it was a success, and all changes that it can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changeable {
    /// When.
    pub moment: Moment,
    /// Whether its status is a success.
    pub is_success: bool,
    /// What could be changed in it.
    pub mutations: Vec<Mutation>,
}

impl Changeable {
    /// An answer that comes at a moment, if the message is one.
    pub(super) fn of(moment: Moment, message: &LinkMessage) -> Option<Self> {
        let LinkMessage::Reply { answered: SimAnswer::Reply(Reply::Respond(response)), .. } = message else {
            return None;
        };
        Some(Self { moment, is_success: response.status.is_success(), mutations: Mutation::all_of(response) })
    }
}

impl Sim {
    /// The same world, which notes the transitions of its clients.
    #[must_use]
    pub fn observed(mut self) -> Self {
        self.client_side.observer = Some(Box::default());
        self
    }

    /// The transitions of the clients, if they are noted.
    pub(crate) fn observer(&self) -> Option<&Observer> {
        self.client_side.observer.as_deref()
    }

    /// The same world, which remembers what could be changed in the answers that come.
    #[must_use]
    pub fn with_answers(mut self) -> Self {
        self.disturber.get_or_insert_default().answers = Some(Vec::new());
        self
    }

    /// The answers so far, of a world that remembers them.
    #[must_use]
    pub fn take_answers(&mut self) -> Vec<Changeable> {
        self.disturber.as_mut().and_then(|disturber| disturber.answers.take()).unwrap_or_default()
    }

    /// An answer is changed on its way: the record has it as the platform gave it, the client as it arrives. Gives whether
    /// it has changed.
    pub(super) fn deliver_changed(&mut self, message: LinkMessage, mutation: &Mutation) -> Result<bool, WorldError> {
        match message {
            LinkMessage::Reply { client, id, answered: SimAnswer::Reply(Reply::Respond(response)) } => {
                let original = SimAnswer::Reply(Reply::Respond(response.clone()));
                self.client_side.record_reply(client, id, original.outcome())?;
                let changed = mutation.apply(response.clone());
                let has_changed = changed != response;
                self.client_side.respond(client, id, SimAnswer::Reply(Reply::Respond(changed)).into_answer());
                self.drain_client(client)?;
                self.drain_platform()?;
                Ok(has_changed)
            }
            other => self.deliver_message(other).map(|()| false),
        }
    }
}
