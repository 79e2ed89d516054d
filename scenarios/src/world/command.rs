//! The script's `platform`: each command is a verb of the platform model.

use kandy_mock_server::{Platform, PlatformError, Time};

use crate::step::{Command, Done};

/// Makes the platform do what a script asks for. What comes of it is for the world to take out and carry on.
pub(crate) fn command(platform: &mut Platform, now: Time, command: Command) -> Result<Done, PlatformError> {
    let done = match command {
        Command::AddUser(name, password, options) => {
            platform.add_user(now, &name, &password, options).map(Done::from)?
        }
        Command::RemoveUser(name) => platform.remove_user(now, &name).map(Done::from)?,
        Command::SetPassword(name, password) => platform.set_password(now, &name, &password).map(Done::from)?,
        Command::SetOptions(user, options) => platform.set_options(now, &user, options).map(Done::from)?,
        Command::AnyUser(enabled) => {
            platform.set_any_user(now, enabled);
            Done::Nothing
        }
        Command::IssueToken(user, options) => Done::Tokens(platform.issue_token(now, &user, &options)?),
        Command::Fail(point, faults) => platform.fail(now, point, faults).map(|_| Done::Nothing)?,
        Command::Clear(point) => {
            platform.clear(now, point);
            Done::Nothing
        }
        Command::Offline => {
            platform.set_offline(now);
            Done::Nothing
        }
        Command::Online => {
            platform.set_online(now);
            Done::Nothing
        }
        Command::Cut(user) => platform.cut(now, &user)?.into(),
        Command::Close(user, code, reason) => platform.close(now, &user, code, &reason)?.into(),
        Command::Silence(user) => platform.silence(now, &user)?.into(),
        Command::Send(user, message) => platform.send(now, &user, message)?.into(),
        Command::SendRaw(user, frame) => platform.send_raw(now, &user, &frame)?.into(),
        Command::Gone(user, options) => platform.gone(now, &user, &options)?.into(),
        Command::ExpireToken(user) => platform.expire_token(now, &user).map(Done::from)?,
        Command::EndSubscription(user) => platform.end_subscription(now, &user)?.into(),
        Command::GrantServices(user, services) => platform.grant_services(now, &user, services).map(Done::from)?,
        Command::TokenLifetime(lifetime) => platform.set_token_lifetime(now, lifetime).map(Done::from)?,
        Command::AnswerPings(enabled) => {
            platform.set_answer_pings(now, enabled);
            Done::Nothing
        }
        Command::Latency(latency) => {
            platform.set_latency(now, latency);
            Done::Nothing
        }
    };
    Ok(done)
}
