//! What an application has left at its platform.

use std::collections::{BTreeMap, BTreeSet};

use kandy_mock_server::{Kind as Happened, Platform, Point, Side, SocketId};

use crate::schedule::MessageKind;
use crate::serve::scheduled::{Arrived, Came};

/// The close code with which a browser leaves a page's socket.
const GOING_AWAY: u16 = 1001;

/// What was left behind, by user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Left {
    /// Subscriptions that live on.
    pub(crate) subscriptions: BTreeMap<String, usize>,
    /// Sockets that it has not closed.
    pub(crate) sockets: BTreeMap<String, usize>,
    /// Whose last step of signing in was never answered.
    pub(crate) logins: BTreeSet<String>,
}

impl Left {
    /// What is there when the application has ended.
    pub(super) fn at(platform: &Platform, moments: &[Arrived]) -> Self {
        let mut left = Self { logins: unanswered(moments), ..Self::default() };
        for subscription in platform.subscriptions(None) {
            *left.subscriptions.entry(subscription.user).or_default() += 1;
        }
        for user in open(platform).into_values() {
            *left.sockets.entry(user).or_default() += 1;
        }
        left
    }
}

/// The sockets that the application had open in the end: it has not closed them, and neither has the platform.
fn open(platform: &Platform) -> BTreeMap<SocketId, String> {
    let mut open = BTreeMap::new();
    for record in platform.journal().since(platform.journal().begun()) {
        match &record.kind {
            Happened::Opened { socket } => {
                open.insert(*socket, record.user.as_deref().unwrap_or_default().to_owned());
            }
            // The end of a process ends its sockets, and so does a page that is left.
            Happened::Closed { code: None | Some(GOING_AWAY), by: Side::Client, .. } => {}
            Happened::Closed { socket, .. } => {
                open.remove(socket);
            }
            _ => {}
        }
    }
    open
}

/// Who waits for an answer to the last step of signing in.
fn unanswered(moments: &[Arrived]) -> BTreeSet<String> {
    let mut waiting = BTreeSet::new();
    for Arrived { moment, user, came, .. } in moments {
        let (asks, answers) = match moment.kind {
            MessageKind::Request(Point::MkToken | Point::Subscribe) | MessageKind::Handshake => {
                (*came != Came::Broken, false)
            }
            MessageKind::Answer(Point::MkToken | Point::Subscribe) | MessageKind::Open | MessageKind::Refusal => {
                (false, *came != Came::Lost)
            }
            _ => continue,
        };
        if asks {
            waiting.insert(user.clone());
        } else if answers || *came == Came::Broken {
            waiting.remove(user);
        }
    }
    waiting
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Moment;

    fn arrived(text: &str, came: Came) -> Arrived {
        let moment: Moment = text.parse().unwrap();
        Arrived { moment, user: "alice".to_owned(), came, has_socket: false, has_subscription: false }
    }

    #[test]
    fn a_login_ends_with_an_answer_or_a_broken_connection() {
        for (moments, waits) in [
            (vec![("mk_token request 1", Came::Yes), ("mk_token answer 1", Came::Yes)], false),
            (vec![("mk_token request 1", Came::Lost)], true),
            (vec![("mk_token request 1", Came::Broken)], false),
            (vec![("subscribe request 1", Came::Yes), ("subscribe answer 1", Came::Lost)], true),
            (vec![("subscribe request 1", Came::Yes), ("subscribe answer 1", Came::Broken)], false),
            (vec![("handshake 1", Came::Yes), ("open 1", Came::Lost)], true),
            (vec![("handshake 1", Came::Yes), ("refusal 1", Came::Yes), ("ping 1", Came::Lost)], false),
            (
                vec![
                    ("mk_token request 1", Came::Lost),
                    ("mk_token request 2", Came::Yes),
                    ("mk_token answer 1", Came::Yes),
                ],
                false,
            ),
        ] {
            let all: Vec<Arrived> = moments.iter().map(|(text, came)| arrived(text, *came)).collect();
            assert_eq!(unanswered(&all).contains("alice"), waits, "{moments:?}");
        }
    }
}
