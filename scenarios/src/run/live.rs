//! Scenarios on real sockets.

use super::{Case, CaseError, Finished, Options, Status, Unlike, finish};
use crate::scenario::Header;
use crate::script::{Host, Script, Verdict};
use crate::snapshot::Comparison;
use crate::trace::Trace;
use crate::world::{Live, World};

/// Runs a scenario in `Sim`, then in `Live`, and compares what each client heard.
pub(super) fn run_one(host: &Host, case: &Case<'_>, script: &Script, options: &Options) -> Finished {
    let is_meant = case.scenario.header().is_some_and(Header::is_live);
    if !is_meant {
        return Finished::new(Status::Skipped("not tagged `live`: it needs virtual time".to_owned()));
    }
    let simulated = host.run_row_in(World::default(), script, case.row, &options.limits);
    if !matches!(simulated.verdict, Verdict::Passed) {
        // There is nothing to compare, so nothing is asked of its transcript.
        return finish(simulated, options, |_| Status::Passed(Comparison::Unasked));
    }
    let world = match Live::start() {
        Ok(live) => World::Live(Box::new(live)),
        Err(error) => return Finished::new(Status::Error(CaseError::Live(told(&error)))),
    };
    let live = host.run_row_in(world, script, case.row, &options.limits);
    finish(live, options, |trace| compare(&simulated.trace, trace))
}

fn compare(simulated: &Trace, live: &Trace) -> Status {
    let mut clients = simulated.clients();
    clients.extend(live.clients().into_iter().filter(|client| !simulated.clients().contains(client)));
    for client in clients {
        let (sim, live) = (simulated.events_of(&client), live.events_of(&client));
        if sim != live {
            return Status::Unlike(Box::new(Unlike { client: client.to_string(), sim, live }));
        }
    }
    Status::Passed(Comparison::Unasked)
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", told(source)),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use kandy_client::Event;

    use super::*;
    use crate::trace::{SeenConnection, What};

    /// The events of clients, each with its time, and told from others by a text.
    fn trace(events: &[(&str, u64, &str)]) -> Trace {
        let mut trace = Trace::default();
        for (client, seconds, text) in events {
            let event = Arc::new(Event::NotificationReceived { payload: (*text).into() });
            let state = SeenConnection { is_connected: true, is_pending: false };
            trace.push(Duration::from_secs(*seconds), &(*client).into(), What::Event { event, state }).unwrap();
        }
        trace
    }

    #[test]
    fn times_and_the_order_between_clients_do_not_count() {
        let sim = trace(&[("a", 0, "x"), ("b", 0, "y"), ("a", 0, "z")]);
        let live = trace(&[("b", 1, "y"), ("a", 2, "x"), ("a", 3, "z")]);
        assert!(matches!(compare(&sim, &live), Status::Passed(Comparison::Unasked)));
    }

    #[test]
    fn other_events_or_another_order_of_one_client_do() {
        let sim = trace(&[("a", 0, "x"), ("a", 0, "z")]);
        for live in
            [&[("a", 0, "z"), ("a", 0, "x")][..], &[("a", 0, "x")], &[("a", 0, "x"), ("a", 0, "z"), ("b", 0, "y")]]
        {
            assert!(matches!(compare(&sim, &trace(live)), Status::Unlike(_)), "{live:?}");
        }
    }
}
