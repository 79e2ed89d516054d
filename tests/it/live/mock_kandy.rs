//! The live scenarios over `MockKandy` as well, as far as wiremock can carry out what they ask for.

use std::thread;

use kandy_mock_server::{FailError, Point};
use kandy_scenarios::run::{Plan, Variant};
use kandy_scenarios::scenario::{Scenario, find};
use kandy_scenarios::script::{Host, Limits, ScriptOutcome, Source, Verdict};
use kandy_scenarios::world::{Live, World};

use super::{AT_LEAST, REASON_PHRASE, runs};
use crate::support::root;

/// How many of them may ask for what wiremock cannot do.
const SKIPPED_AT_MOST: usize = 5;

#[test]
fn every_live_scenario_is_the_same_over_mock_kandy() {
    on_a_large_stack(|| {
        let host = Host::new();
        let found = find(&root(), &["scenarios/scripts".into()], None).unwrap();
        let is_live =
            |scenario: &Scenario| scenario.header().is_some_and(|header| header.tags.iter().any(|tag| tag == "live"));
        for run in 1..=runs() {
            let (mut held, mut skipped) = (0, Vec::new());
            for case in &Plan::to_run(&found, Variant::Live).cases {
                if !is_live(case.scenario) {
                    continue;
                }
                let (simulated, live) = in_both(&host, &source(case.scenario), case.row);
                match live.verdict {
                    Verdict::Passed => held += 1,
                    Verdict::Skipped(reason) if is_of_wiremock(&reason) => {
                        skipped.push((case.name().to_owned(), reason));
                        continue;
                    }
                    verdict => panic!("run {run}, {}: {verdict:?}\n{}", case.name(), live.trace),
                }
                let clients = simulated.trace.clients();
                assert_eq!(clients, live.trace.clients(), "run {run}, {}", case.name());
                for client in clients {
                    let heard = live.trace.events_of(&client);
                    assert_eq!(simulated.trace.events_of(&client), heard, "run {run}, {}", case.name());
                }
            }
            assert!(held >= AT_LEAST, "run {run}: only {held} live scenarios");
            assert!(skipped.len() <= SKIPPED_AT_MOST, "run {run}: too many are skipped: {skipped:?}");
        }
    });
}

#[test]
fn what_wiremock_cannot_do_is_skipped_with_the_reason() {
    on_a_large_stack(|| {
        let text = REASON_PHRASE.to_owned();
        let source = Source { path: "it.rhai".into(), shown: "it.rhai".into(), root: ".".into(), text };
        let (simulated, live) = in_both(&Host::new(), &source, None);
        assert_eq!(simulated.verdict, Verdict::Passed, "{}", simulated.trace);
        let reason = FailError::StatusText { point: Point::Subscribe }.to_string();
        assert!(is_of_wiremock(&reason));
        assert_eq!(live.verdict, Verdict::Skipped(reason), "{}", live.trace);
    });
}

/// Runs a script in the simulation, then over `MockKandy`.
fn in_both(host: &Host, source: &Source, row: Option<&str>) -> (ScriptOutcome, ScriptOutcome) {
    let script = host.compile(source).unwrap();
    let simulated = host.run_row_in(World::default(), &script, row, &Limits::default());
    let world = World::Live(Box::new(Live::start_behind_mock().unwrap()));
    (simulated, host.run_row_in(world, &script, row, &Limits::default()))
}

fn source(scenario: &Scenario) -> Source {
    let Scenario { path, shown, root, content, .. } = scenario;
    let text = content.as_ref().unwrap().text.clone();
    Source { path: path.clone(), shown: shown.clone(), root: root.clone(), text }
}

/// Whether a scenario was skipped because its fault is refused, and for no other reason.
fn is_of_wiremock(reason: &str) -> bool {
    Point::ALL.iter().any(|point| reason == FailError::StatusText { point: *point }.to_string())
}

/// Scripts need more of a stack than the threads of tests have.
fn on_a_large_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(Limits::STACK_BYTES).spawn(test).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}
