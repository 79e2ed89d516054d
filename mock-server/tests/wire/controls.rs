//! Every verb of the platform is a method of `MockKandy`.

use kandy_mock_server::command::VERBS;
use kandy_mock_server::{Command, CommandOutput, Kind, MockKandy};
use serde_json::{Map, Value};

use crate::support::ALICE;

/// Does with a method of its own what `Platform::apply` does with a command. A new command does not compile until it has
/// one.
#[expect(clippy::unit_arg, reason = "what a method gives is what its command gives, also if that is nothing")]
fn apply(mock: &MockKandy, command: Command) -> CommandOutput {
    match command {
        Command::AddUser { user, password, options } => mock.add_user_with(&user, &password, options).unwrap().into(),
        Command::RemoveUser { user } => mock.remove_user(&user).unwrap().into(),
        Command::SetPassword { user, password } => mock.set_password(&user, &password).unwrap().into(),
        Command::SetOptions { user, options } => mock.set_options(&user, options).unwrap().into(),
        Command::AnyUser { enabled } => mock.set_any_user(enabled).into(),
        Command::IssueToken { user, options } => mock.issue_token(&user, &options).unwrap().into(),
        Command::ExpireToken { user } => mock.expire_token(&user).unwrap().into(),
        Command::EndSubscription { user } => mock.end_subscription(&user).unwrap().into(),
        Command::GrantServices { user, services } => mock.grant_services(&user, services).unwrap().into(),
        Command::Fail { point, faults } => mock.fail(point, faults).unwrap().into(),
        Command::Clear { rules } => mock.clear_faults(rules).unwrap().into(),
        Command::Offline { user: None } => mock.set_offline().into(),
        Command::Online { user: None } => mock.set_online().into(),
        Command::Offline { user: Some(user) } => mock.set_offline_of(&user).unwrap().into(),
        Command::Online { user: Some(user) } => mock.set_online_of(&user).unwrap().into(),
        Command::Cut { target } => mock.cut(target).unwrap().into(),
        Command::Close { target, code, reason } => mock.close(target, code, &reason).unwrap().into(),
        Command::Silence { target } => mock.silence(target).unwrap().into(),
        Command::Send { target, message } => mock.send(target, message).unwrap().into(),
        Command::SendRaw { target, frame } => mock.send_raw(target, &frame).unwrap().into(),
        Command::Gone { user, options } => mock.gone(&user, &options).unwrap().into(),
        Command::TokenLifetime { lifetime } => mock.set_token_lifetime(lifetime).unwrap().into(),
        Command::AnswerPings { enabled, user: None } => mock.set_answer_pings(enabled).into(),
        Command::AnswerPings { enabled, user: Some(user) } => mock.set_answer_pings_of(&user, enabled).unwrap().into(),
        Command::Latency { latency, user: None } => mock.set_latency(latency).into(),
        Command::Latency { latency, user: Some(user) } => mock.set_latency_of(&user, latency).unwrap().into(),
        Command::Reset => CommandOutput::Next(mock.reset()),
        Command::Mark { text } => CommandOutput::Record(mock.mark(&text).unwrap()),
    }
}

/// What the journal says of the last command.
fn last(mock: &MockKandy) -> (&'static str, Map<String, Value>) {
    mock.platform(|platform, _| match &platform.journal().iter().next_back().unwrap().kind {
        Kind::Command { name, arguments, .. } => (*name, arguments.clone()),
        other => panic!("{other:?}"),
    })
}

#[tokio::test]
async fn every_verb_has_a_method_that_does_the_same() {
    for verb in VERBS {
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let given = verb.parameters.iter().map(|parameter| (parameter.name.to_owned(), read(parameter.example)));
        let given: Map<String, Value> = given.filter(|(_, value)| !value.is_null()).collect();
        let command = verb.command(given).unwrap();

        let (by_method, by_command) = (MockKandy::start().await, MockKandy::start().await);
        if verb.name != "addUser" {
            by_method.add_user(ALICE, "x").unwrap();
            by_command.add_user(ALICE, "x").unwrap();
        }
        let output = by_command.platform(|platform, now| platform.apply(now, command.clone())).unwrap();
        assert_eq!(apply(&by_method, command), output, "{}", verb.name);
        assert_eq!(last(&by_method), last(&by_command));
        assert_eq!(last(&by_method).0, verb.name);
    }
}
