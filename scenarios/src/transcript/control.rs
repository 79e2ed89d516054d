//! A command of the platform as a transcript shows it.

use kandy_mock_server::{Command, Frame, Point};

/// The words for a command. Of one that only sets the stage, which no trace has, it is the verb alone: it may hold secrets.
pub(crate) fn control_text(command: &Command) -> String {
    match command {
        Command::AddUser { .. }
        | Command::SetPassword { .. }
        | Command::SetOptions { .. }
        | Command::IssueToken { .. } => command.verb().to_owned(),
        Command::AnyUser { enabled } => format!("anyUser {enabled}"),
        Command::RemoveUser { user } => format!("removeUser {user}"),
        Command::Fail { point, faults } => {
            let faults = faults.iter().map(|fault| serde_json::to_string(fault).unwrap_or_default());
            format!("fail {} {}", point.as_str(), faults.collect::<Vec<_>>().join(", "))
        }
        Command::Clear { point } => format!("clear {}", point.map_or("all", Point::as_str)),
        Command::Offline => "offline".to_owned(),
        Command::Online => "online".to_owned(),
        Command::Cut { user } => format!("cut {user}"),
        Command::Close { user, code, reason } => format!("close {user} {code} {reason}").trim_end().to_owned(),
        Command::Silence { user } => format!("silence {user}"),
        Command::Send { user, message } => format!("send {user} {message}"),
        Command::SendRaw { user, frame: Frame::Text(text) } => format!("sendRaw {user} {text}"),
        Command::SendRaw { user, frame: Frame::Binary(bytes) } => format!("sendRaw {user} ({} bytes)", bytes.len()),
        Command::Gone { user, .. } => format!("gone {user}"),
        Command::ExpireToken { user } => format!("expireToken {user}"),
        Command::EndSubscription { user } => format!("endSubscription {user}"),
        Command::GrantServices { user, services } => format!("grantServices {user} {}", services.join(", ")),
        Command::TokenLifetime { lifetime: Some(lifetime) } => format!("tokenLifetime {} s", lifetime.as_secs_f64()),
        Command::TokenLifetime { lifetime: None } => "tokenLifetime as asked for".to_owned(),
        Command::AnswerPings { enabled } => format!("answerPings {enabled}"),
        Command::Latency { latency } => format!("latency {} ms", latency.as_millis()),
        Command::Reset => "reset".to_owned(),
    }
}
