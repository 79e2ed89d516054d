//! What else a failure should tell: how each client is connected, who signed in as nobody, and what a wait nearly had.

use std::time::Duration;

use kandy_client::{Error, Event};
use kandy_mock_server::{Point, Record};

use super::failure::Failure;
use super::run::{Application, Run};
use super::show::show_short;
use crate::diagnostic::Cause;
use crate::step::ClientId;
use crate::text::{clip, did_you_mean, nearest};
use crate::transcript::seconds;

/// How many clients a failure shows.
const MAX_CLIENTS: usize = 4;
/// The longest text of a client's error.
const MAX_ERROR: usize = 120;
/// How many of the last requests are searched for a login of nobody.
const MAX_LOOKED_AT: usize = 1_000;

impl Run {
    /// Adds facts that the script does not show to a failed check or wait, and help where a known trap fits.
    pub(super) fn with_situation(&self, mut failure: Failure) -> Failure {
        if !matches!(failure.cause, Cause::Check | Cause::Wait) {
            return failure;
        }
        failure.notes.extend(self.connections());
        if let Some((note, help)) = self.login_of_nobody() {
            return failure.with_note(note).with_help(help);
        }
        match self.pending_taken_for_connected() {
            Some(help) if failure.cause == Cause::Check => failure.with_help(help),
            _ => failure,
        }
    }

    /// `kandy: isConnected false, isPending true`, a line a client.
    fn connections(&self) -> Option<String> {
        let surroundings = self.world.borrow();
        let world = surroundings.with_clients().ok()?;
        let applications = self.applications.borrow();
        let clients = world.clients().zip(&*applications);
        let lines: Vec<String> = clients
            .take(MAX_CLIENTS)
            .map(|(client, Application { name, .. })| {
                let session = world.session(client);
                let (connected, pending) = (session.standing().is_connected, session.standing().is_pending);
                let error = session.error().map_or_else(String::new, |error| format!(", error {}", error_line(error)));
                format!("{name}: isConnected {connected}, isPending {pending}{error}")
            })
            .collect();
        let more = applications.len().saturating_sub(MAX_CLIENTS);
        let more = (more > 0).then(|| format!("and {more} clients more"));
        (!lines.is_empty()).then(|| lines.into_iter().chain(more).collect::<Vec<_>>().join("\n"))
    }

    /// The last login of a user whom nobody has added, and what to do.
    fn login_of_nobody(&self) -> Option<(String, String)> {
        let (user, users) = self.world.borrow().look(|platform| {
            let users: Vec<String> = platform.users().into_iter().map(|user| user.name).collect();
            let is_of_nobody = |record: &&Record| {
                let status = record.request().and_then(|request| request.answered.status());
                let user = record.user.as_deref();
                record.point == Some(Point::MkToken)
                    && status == Some(401)
                    && user.is_some_and(|user| !users.iter().any(|known| known == user))
            };
            let found = platform.journal().iter().rev().take(MAX_LOOKED_AT).find(is_of_nobody);
            found.and_then(|record| record.user.clone()).map(|user| (user, users))
        })?;
        let shown = show_short(&user.to_string().into());
        let note = format!("{shown} tries to sign in, but no user of that name was added");
        let help = match nearest(&user, users.iter().map(String::as_str)) {
            Some(near) => did_you_mean(near),
            None => format!("add the user first: `platform.addUser({shown}, \"..\")`"),
        };
        Some((note, help))
    }

    /// Whether a client's last wait took the first `auth:change` of a connect for its end.
    fn pending_taken_for_connected(&self) -> Option<String> {
        let surroundings = self.world.borrow();
        let world = surroundings.with_clients().ok()?;
        let applications = self.applications.borrow();
        let trapped = world.clients().zip(&*applications).find(|(client, application)| {
            let session = world.session(*client);
            let last = application.waited.end.checked_sub(1).and_then(|last| application.heard.get(last));
            session.standing().is_pending
                && !session.standing().is_connected
                && last.is_some_and(|heard| matches!(*heard.event, Event::AuthChange))
        });
        trapped.map(|(_, Application { name, .. })| {
            format!(
                "the first auth:change is the pending one; wait for the last one:\n\
                 `waitUntil(|| {name}.getConnection().isConnected)`"
            )
        })
    }

    /// The event that a client waited for in vain, where another client heard it since `since`.
    pub(super) fn heard_elsewhere(&self, client: ClientId, event: &str, since: Duration) -> Option<String> {
        let applications = self.applications.borrow();
        let others = applications.iter().enumerate().filter(|(other, _)| *other != client.0);
        let mut heard = others.flat_map(|(_, other)| other.heard.iter().map(|heard| (&other.name, heard)));
        let (name, heard) = heard.find(|(_, heard)| heard.time >= since && heard.event.name() == event)?;
        Some(format!("near: {event} came to {name} at {}", seconds(heard.time)))
    }

    /// The request that was waited for in vain, where another user sent it since the journal's record `since`.
    pub(super) fn sent_by_another(&self, point: Point, user: &str, since: u64) -> Option<String> {
        self.world.borrow().look(|platform| {
            let mut records = platform.journal().since(since);
            let is_near = |record: &&Record| record.point == Some(point) && record.user.as_deref() != Some(user);
            let record = records.find(is_near)?;
            let whose = record.user.as_deref().unwrap_or("an unknown user");
            Some(format!("near: {point} of {whose} at {}", seconds(record.time.since_start())))
        })
    }
}

/// The code of an error, and its message.
fn error_line(error: &Error) -> String {
    let code = error.code().map(|code| match code.to_json() {
        serde_json::Value::String(code) => code,
        code => code.to_string(),
    });
    let text = format!("{} {}", code.as_deref().unwrap_or(error.name()), error.shown());
    clip(text.trim_end(), MAX_ERROR).into_owned()
}
