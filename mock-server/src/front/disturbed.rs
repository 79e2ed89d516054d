//! REST whose messages are disturbed.

use bytes::Bytes;
use http::Request;

use super::Site;
use super::presence::Presence;
use super::service::{Ending, Outcome};
use crate::point::Point;
use crate::reply::{Answer, Reply};
use crate::server::disturber::{Fate, Message};
use crate::server::turns::Turn;

impl Site {
    /// Asks the platform, as far as the request comes there, and waits for what comes of it and is due.
    pub(super) async fn rest_disturbed(
        &self,
        request: &Request<Bytes>,
        turn: &mut Turn,
        presence: &Presence,
    ) -> Outcome {
        let (point, user) = self.shared.look(|platform| platform.whose(request));
        if matches!(point, Point::Preflight | Point::Other) {
            let (outcome, due) = self.rest(request, turn);
            return match due {
                Some(due) if !self.deliver(turn, due, presence).await => Err(Ending::Reset),
                _ => outcome,
            };
        }
        let (fate, due) = self.shared.meet_in_turn(turn, user.as_deref(), Message::Request(point));
        let effect = match &fate {
            Fate::Lost => return Err(Ending::Hang),
            Fate::Fails => return Err(Ending::Reset),
            Fate::Late(_) if !self.deliver(turn, due, presence).await => return Err(Ending::Reset),
            Fate::Answered(effect) => Some(&**effect),
            Fate::Arrives | Fate::Late(_) | Fate::Twice | Fate::Overtaken => None,
        };
        let (Answer { mut reply, delay, pace }, came) = self.ask(request, effect, turn);
        if fate == Fate::Twice {
            self.shared.act(|platform, now| platform.handle_request(now, request));
        }
        if matches!(reply, Reply::Hang) {
            return Err(Ending::Hang);
        }
        if !delay.is_zero() && !self.deliver(turn, came + delay, presence).await {
            return Err(Ending::Reset);
        }
        let response = if let Reply::Respond(response) = &mut reply { Some(response) } else { None };
        let (fate, head) = self.shared.meet_in_turn(turn, user.as_deref(), Message::Answer(point, response));
        match fate {
            Fate::Lost => Err(Ending::Hang),
            Fate::Fails => Err(Ending::Reset),
            Fate::Late(_) if !self.deliver(turn, head, presence).await => Err(Ending::Reset),
            _ => self.outcome(request.headers(), reply, pace, head, turn),
        }
    }
}
