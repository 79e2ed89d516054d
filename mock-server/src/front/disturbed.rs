//! REST whose messages are disturbed.

use bytes::Bytes;
use http::Request;

use super::FrontContext;
use super::presence::Presence;
use super::service::{Outcome, WithoutHttp};
use crate::point::Point;
use crate::reply::{Answer, Reply};
use crate::server::disturber::{Fate, Message};
use crate::server::exchanges::ServedExchange;

impl FrontContext {
    /// Asks the platform, as far as the request comes there, and waits for what comes of it and is due.
    pub(super) async fn rest_disturbed(
        &self,
        request: &Request<Bytes>,
        exchange: &mut ServedExchange,
        presence: &Presence,
    ) -> Outcome {
        let (point, user) = self.shared.look(|platform| platform.whose(request));
        if matches!(point, Point::Preflight | Point::Other) {
            let (outcome, due) = self.rest(request, exchange);
            return match due {
                Some(due) if !self.deliver(exchange, due, presence).await => Err(WithoutHttp::Reset),
                _ => outcome,
            };
        }
        let (fate, due) = self.shared.meet_in_exchange(exchange, user.as_deref(), Message::Request(point));
        let effect = match &fate {
            Fate::Lost => return Err(WithoutHttp::Hang),
            Fate::Fails => return Err(WithoutHttp::Reset),
            Fate::Late(_) if !self.deliver(exchange, due, presence).await => return Err(WithoutHttp::Reset),
            Fate::Answered(effect) => Some(&**effect),
            Fate::Arrives | Fate::Late(_) | Fate::Twice | Fate::Overtaken => None,
        };
        let (Answer { mut reply, delay, pace }, came) = self.ask(request, effect, exchange);
        if fate == Fate::Twice {
            self.shared.act(|platform, now| platform.handle_request(now, request));
        }
        if matches!(reply, Reply::Hang) {
            return Err(WithoutHttp::Hang);
        }
        if !delay.is_zero() && !self.deliver(exchange, came + delay, presence).await {
            return Err(WithoutHttp::Reset);
        }
        let response = if let Reply::Respond(response) = &mut reply { Some(response) } else { None };
        let (fate, head) = self.shared.meet_in_exchange(exchange, user.as_deref(), Message::Answer(point, response));
        match fate {
            Fate::Lost => Err(WithoutHttp::Hang),
            Fate::Fails => Err(WithoutHttp::Reset),
            Fate::Late(_) if !self.deliver(exchange, head, presence).await => Err(WithoutHttp::Reset),
            _ => self.outcome(request.headers(), reply, pace, head, exchange),
        }
    }
}
