//! A command of the platform as a transcript shows it.

use kandy_mock_server::command::Verb;
use kandy_mock_server::{Command, FaultFilter, Frame, Point};

/// The words for a command. Of one that only prepares a run, which no trace has, it is the verb alone: it may hold secrets.
pub(crate) fn control_text(command: &Command) -> String {
    match command {
        Command::AddUser { .. }
        | Command::SetPassword { .. }
        | Command::SetOptions { .. }
        | Command::IssueToken { .. } => Verb::of(command).name.to_owned(),
        Command::AnyUser { enabled } => format!("anyUser {enabled}"),
        Command::RemoveUser { user } => format!("removeUser {user}"),
        Command::Fail { point, faults } => {
            let faults = faults.iter().map(|fault| serde_json::to_string(fault).unwrap_or_default());
            format!("fail {} {}", point.as_str(), faults.collect::<Vec<_>>().join(", "))
        }
        Command::Clear { rules: FaultFilter { point, id, user } } => {
            let mut text = format!("clear {}", point.map_or("all", Point::as_str));
            if let Some(id) = id {
                text += &format!(" fault {id}");
            }
            if let Some(user) = user {
                text += &format!(" of {user}");
            }
            text
        }
        Command::Offline { user } => of_user("offline", user.as_deref()),
        Command::Online { user } => of_user("online", user.as_deref()),
        Command::Cut { target } => format!("cut {}", target.shown()),
        Command::Close { target, code, reason } => {
            format!("close {} {code} {reason}", target.shown()).trim_end().to_owned()
        }
        Command::Silence { target } => format!("silence {}", target.shown()),
        Command::Send { target, message } => format!("send {} {message}", target.shown()),
        Command::SendRaw { target, frame: Frame::Text(text) } => format!("sendRaw {} {text}", target.shown()),
        Command::SendRaw { target, frame: Frame::Binary(bytes) } => {
            format!("sendRaw {} ({} bytes)", target.shown(), bytes.len())
        }
        Command::Gone { user, .. } => format!("gone {user}"),
        Command::ExpireToken { user } => format!("expireToken {user}"),
        Command::EndSubscription { user } => format!("endSubscription {user}"),
        Command::GrantServices { user, services } => format!("grantServices {user} {}", services.join(", ")),
        Command::TokenLifetime { lifetime: Some(lifetime) } => format!("tokenLifetime {} s", lifetime.as_secs_f64()),
        Command::TokenLifetime { lifetime: None } => "tokenLifetime as asked for".to_owned(),
        Command::AnswerPings { enabled, user } => of_user(&format!("answerPings {enabled}"), user.as_deref()),
        Command::Latency { latency, user } => of_user(&format!("latency {} ms", latency.as_millis()), user.as_deref()),
        Command::Reset => "reset".to_owned(),
        Command::Mark { text } => format!("mark {text}"),
    }
}

fn of_user(text: &str, user: Option<&str>) -> String {
    user.map_or_else(|| text.to_owned(), |user| format!("{text} for {user}"))
}
