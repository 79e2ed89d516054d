//! What an act is at the platform, in the platform's own words.

use kandy_mock_server::fault::{self, Content, Effect};
use kandy_mock_server::{Command, Frame, GoneOptions};
use serde_json::json;

use super::{Act, Odd, OddBody, Push};

impl Act {
    /// What happens at the platform of a user before a message arrives. An outage has an end, so that it is not a command; the others
    /// happen to the message, or in the application.
    pub(crate) fn command(&self, user: String) -> Option<Command> {
        Some(match self {
            Self::Cut => Command::Cut { target: user.into() },
            Self::Close(code) => Command::Close { target: user.into(), code: *code, reason: String::new() },
            Self::Gone => Command::Gone { user, options: GoneOptions::default() },
            Self::Silence => Command::Silence { target: user.into() },
            Self::EndSubscription => Command::EndSubscription { user },
            Self::ExpireToken => Command::ExpireToken { user },
            Self::Comes(Push::Notification) => {
                let message = json!({ "notificationMessage": { "eventType": "push" } });
                Command::Send { target: user.into(), message }
            }
            Self::Comes(push) => {
                let text = if *push == Push::Pong { r#"{"message_type":"pong"}"# } else { "{}" };
                Command::SendRaw { target: user.into(), frame: Frame::Text(text.to_owned()) }
            }
            Self::Message(_) | Self::Application(_) | Self::Outage(_) => return None,
        })
    }
}

impl Odd {
    /// An odd answer in the words of a fault.
    pub(crate) fn effect(self) -> Effect {
        let (content, html) = match self.body {
            OddBody::Own => (Content::default(), false),
            OddBody::Empty => (Content::Text(String::new()), false),
            OddBody::Html => (Content::Text("<html><body>Service Unavailable</body></html>".to_owned()), true),
            OddBody::Object => (Content::Json(json!({})), false),
        };
        let content_type =
            if html { fault::ContentType::Is("text/html".to_owned()) } else { fault::ContentType::Usual };
        let delivery = fault::AnswerOptions { content_type, ..fault::AnswerOptions::default() };
        Effect::Answer(fault::FaultyAnswer { status: Some(self.status), content, delivery })
    }
}
