//! What comes after a scenario that was disturbed: all is well again, time passes, and then its clients are looked at.
//!
//! They are looked at twice: soon after, for what was given up and would end by itself, and a subscription's lifetime later,
//! for whether anybody still renews what it believes to have.

use std::collections::BTreeSet;
use std::time::Duration;

use kandy_client::Event;
use kandy_mock_server::Command;
use rhai::Engine;
use serde_json::json;

use super::failure::{Halt, ScriptEnd};
use super::nesting::release_captured;
use super::run::{Application, Run};
use super::{Host, Limits, Script};
use crate::coverage::{Observer, Transition};
use crate::diagnostic::{Cause, Diagnostic};
use crate::explore::{ClientStand, Ended, Explored, Finding, FindingKind, Observed, event_word, of_endings};
use crate::step::{ClientId, Step};
use crate::trace::What;
use crate::world::{Sim, World};

/// The default sequence of reconnects is over by then.
const SOON: Duration = Duration::from_secs(5 * 60);
/// How long a subscription lives by default, and a bit.
const LATER: Duration = Duration::from_secs(60 * 60);
/// How long a notification may take.
const PUSH: Duration = Duration::from_secs(1);
/// How long a `connect()` may take to come to anything.
const CONNECT: Duration = Duration::from_secs(10 * 60);

impl Host {
    /// Runs a script in a world in which something may go wrong, then lets all be well, and judges how it ended.
    #[must_use]
    pub fn explore(&self, sim: Sim, script: &Script, row: Option<&str>, limits: &Limits) -> Explored {
        self.set_row(script, row);
        let run = &self.run;
        let (scope, uncaught) = self.evaluate(super::Surroundings::World(World::Sim(Box::new(sim))), script, limits);
        let ending = run.revive().or(uncaught.map(ScriptEnd::Failed));
        let in_listener = run.listener_failed.take();
        // What failed softly is as if it had ended the script.
        let ending = ending.or_else(|| run.soft.take().kept.into_iter().next().map(ScriptEnd::Failed));
        let mut findings = BTreeSet::new();
        let (ended, mut failure) = match ending {
            None => (Ended::Passed, None),
            Some(ScriptEnd::Skipped(_) | ScriptEnd::ServerEnded) => (Ended::Skipped, None),
            Some(ScriptEnd::Failed(located)) => {
                let diagnostic = self.diagnostic(located, &script.source);
                if in_listener {
                    findings.insert(FindingKind::ListenerError.of_none());
                }
                (Ended::Failed(diagnostic.cause), Some(diagnostic))
            }
        };
        if matches!(ended, Ended::Failed(Cause::World | Cause::Limit)) {
            findings.insert(FindingKind::Endless.of_none());
        }
        let mut observed = run.observed();
        run.note_led(&findings, &mut observed);
        let mut clients = Vec::new();
        let may_go_on =
            !matches!(ended, Ended::Skipped | Ended::Failed(Cause::Interrupt | Cause::World | Cause::Limit));
        if may_go_on {
            let judged = self.aftermath(&mut clients, &mut findings, &mut observed);
            findings.extend(judged.err().flatten().map(FindingKind::of_none));
            let ended = run.revive().and_then(|ending| match ending {
                ScriptEnd::Failed(located) => Some(located),
                ScriptEnd::Skipped(_) | ScriptEnd::ServerEnded => None,
            });
            let later = run.properties.take_noted().or(ended);
            failure = failure.or_else(|| later.map(|located| self.diagnostic(located, &script.source)));
        }
        findings.extend(run.properties.take_broken().into_iter().map(|name| FindingKind::Property(name).of_none()));
        run.note_led(&findings, &mut observed);
        release_captured(&scope);
        self.explored(JudgedRun { ended, failure, clients, findings, observed })
    }

    /// Lets all be well, and judges. An error is the finding that ends it, if it is one.
    fn aftermath(
        &self,
        clients: &mut Vec<ClientStand>,
        findings: &mut BTreeSet<Finding>,
        observed: &mut Option<Observed>,
    ) -> Result<(), Option<FindingKind>> {
        let (run, engine) = (&self.run, &self.engine);
        run.heal().map_err(|halt| run.finding_of(halt))?;
        run.properties.script_has_ended();
        run.properties.only_note();
        run.let_pass(engine, SOON)?;
        findings.extend(run.properties.unfulfilled().into_iter().map(|name| FindingKind::Property(name).of_none()));
        *clients = run.stands();
        findings.extend(of_endings(&run.world.borrow().ending()));
        run.note_led(findings, observed);
        run.let_pass(engine, LATER)?;
        findings.extend(of_endings(&run.world.borrow().ending()));
        run.note_led(findings, observed);
        run.probe(engine, findings, observed)
    }

    fn explored(&self, JudgedRun { ended, failure, clients, mut findings, mut observed }: JudgedRun) -> Explored {
        let sometimes = self.run.properties.sometimes();
        let (mut world, ..) = self.run.end();
        self.run.soft.take();
        self.run.unmet.take();
        let (mut seen, mut answers, mut unmet) = (Vec::new(), Vec::new(), Vec::new());
        if let Ok(World::Sim(sim)) = world.with_clients_mut() {
            (seen, answers, unmet) = (sim.take_seen(), sim.take_answers(), sim.unmet().collect());
            if let (Some(observed), Some(observer)) = (&mut observed, sim.observer()) {
                observed.all.clone_from(observer.transitions());
                observed.led.extend(deaths(sim, observer));
            }
        }
        let mut trace = world.into_trace();
        trace.redact(self.run.redactions.take());
        for record in trace.records() {
            if let What::Crash(task) = record.what {
                findings.insert(Finding { kind: FindingKind::TaskDied(task), client: Some(record.who.to_string()) });
            }
        }
        let failure = failure.map(|failure| failure.redacted(trace.redactions()));
        Explored { ended, failure, clients, findings, sometimes, seen, answers, observed, unmet, trace }
    }
}

/// What led to the death of each task that has died: the first one, which comes last here, stands.
fn deaths<'a>(sim: &'a Sim, observer: &'a Observer) -> impl Iterator<Item = (Finding, Transition)> + 'a {
    observer.deaths().rev().map(|(client, task, step)| {
        let client = Some(sim.client_name(ClientId(client)).to_owned());
        (Finding { kind: FindingKind::TaskDied(task), client }, step)
    })
}

struct JudgedRun {
    ended: Ended,
    failure: Option<Diagnostic>,
    clients: Vec<ClientStand>,
    findings: BTreeSet<Finding>,
    observed: Option<Observed>,
}

/// What led to what.
impl Run {
    /// What the script alone has done, if that is observed.
    fn observed(&self) -> Option<Observed> {
        let world = self.world.borrow();
        let Ok(World::Sim(sim)) = world.with_clients() else { return None };
        Some(Observed { by_script: sim.observer()?.transitions().clone(), ..Observed::default() })
    }

    /// Notes the last change of the client for findings whose cause is not known yet.
    fn note_led(&self, findings: &BTreeSet<Finding>, observed: &mut Option<Observed>) {
        let Some(observed) = observed else { return };
        let world = self.world.borrow();
        let Ok(World::Sim(sim)) = world.with_clients() else { return };
        for finding in
            findings.iter().filter(|finding| !observed.led.contains_key(finding)).cloned().collect::<Vec<_>>()
        {
            let client = finding.client.as_ref().and_then(|name| self.client_named(name));
            let step = sim.observer().and_then(|observer| observer.last_change(client.map(|client| client.0)));
            observed.led.extend(step.map(|step| (finding, step)));
        }
    }

    fn client_named(&self, name: &str) -> Option<ClientId> {
        self.applications.borrow().iter().position(|application| application.name == name).map(ClientId)
    }

    /// The last step of a client, also if it has changed nothing.
    fn last_step(&self, client: ClientId) -> Option<Transition> {
        match self.world.borrow().with_clients() {
            Ok(World::Sim(sim)) => sim.observer()?.last(client.0),
            _ => None,
        }
    }
}

impl Run {
    fn heal(&self) -> Result<(), Halt> {
        match self.world.borrow_mut().with_clients_mut()? {
            World::Sim(sim) => Ok(sim.heal()?),
            World::Live(_) => Ok(()),
        }
    }

    /// Lets time pass, with the application's listeners.
    fn let_pass(&self, engine: &Engine, time: Duration) -> Result<(), Option<FindingKind>> {
        let limit = self.now().saturating_add(time);
        self.move_until(engine, limit).map_err(|halt| self.finding_of(halt))
    }

    fn finding_of(&self, halt: Halt) -> Option<FindingKind> {
        let cause = match (halt, &*self.ending.borrow()) {
            (Halt::Failure(failure), _) => failure.cause,
            (_, Some(ScriptEnd::Failed(located))) => located.failure.cause,
            _ => Cause::World,
        };
        match cause {
            Cause::Interrupt => None,
            _ if self.listener_failed.take() => Some(FindingKind::ListenerError),
            Cause::World | Cause::Limit => Some(FindingKind::Endless),
            // The condition of a property: it is the application's as well.
            _ => Some(FindingKind::ListenerError),
        }
    }

    /// How each client stands, as its application sees it.
    fn stands(&self) -> Vec<ClientStand> {
        let world = self.world.borrow();
        let Ok(clients) = world.with_clients() else { return Vec::new() };
        let applications = self.applications.borrow();
        let stand = |(client, application): (ClientId, &Application)| {
            let session = clients.session(client);
            ClientStand {
                client: application.name.clone(),
                is_connected: session.standing().is_connected,
                is_pending: session.standing().is_pending,
                is_destroyed: session.is_destroyed(),
                events: application.heard.iter().map(|heard| event_word(&heard.event)).collect(),
            }
        };
        clients.clients().zip(&*applications).map(stand).collect()
    }

    /// Asks who is connected whether a notification comes, and who is not whether `connect()` still does something.
    fn probe(
        &self,
        engine: &Engine,
        findings: &mut BTreeSet<Finding>,
        observed: &mut Option<Observed>,
    ) -> Result<(), Option<FindingKind>> {
        let clients: Vec<ClientId> = match self.world.borrow().with_clients() {
            Ok(world) => world.clients().collect(),
            Err(_) => Vec::new(),
        };
        for client in clients {
            let world = self.world.borrow();
            let Ok(world_of_clients) = world.with_clients() else { continue };
            let session = world_of_clients.session(client);
            let (is_connected, is_destroyed) = (session.standing().is_connected, session.is_destroyed());
            let last = world_of_clients.last_connect(client).cloned();
            drop(world);
            let (false, Some(call)) = (is_destroyed, last) else { continue };
            let heard = self.heard_by(client);
            let mut call_step = None;
            let kind = if is_connected {
                let Some(user) = call.username() else { continue };
                let message = json!({ "notificationMessage": { "eventType": "probe" } });
                // A user who is gone from the platform is sent nothing.
                if self.apply(Step::Command(Command::Send { target: user.into(), message })).is_err() {
                    continue;
                }
                self.let_pass(engine, PUSH)?;
                FindingKind::Deaf
            } else {
                self.apply(Step::Call { client, call }).map_err(|halt| self.finding_of(halt))?;
                call_step = self.last_step(client);
                self.let_pass(engine, CONNECT)?;
                FindingKind::Stuck
            };
            let applications = self.applications.borrow();
            let application = &applications[client.0];
            let is_well = application.heard[heard..].iter().any(|heard| match &*heard.event {
                Event::NotificationReceived { .. } => kind == FindingKind::Deaf,
                Event::AuthError(_) => kind == FindingKind::Stuck,
                _ => false,
            });
            let is_connected = match self.world.borrow().with_clients() {
                Ok(world) => world.session(client).standing().is_connected,
                Err(_) => false,
            };
            if !(is_well || kind == FindingKind::Stuck && is_connected) {
                let finding = Finding { kind, client: Some(application.name.clone()) };
                if let (Some(observed), Some(step)) = (observed.as_mut(), call_step) {
                    observed.led.entry(finding.clone()).or_insert(step);
                }
                findings.insert(finding);
            }
        }
        Ok(())
    }

    fn heard_by(&self, client: ClientId) -> usize {
        self.applications.borrow()[client.0].heard.len()
    }
}
