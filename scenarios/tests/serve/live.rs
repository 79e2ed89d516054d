//! The scenarios tagged `live` behind the server of `serve`: what each client hears is what it heard in the simulation.

use std::path::Path;
use std::thread;

use kandy_scenarios::scenario::find;
use kandy_scenarios::script::{Host, Limits, Source, Verdict};
use kandy_scenarios::world::{Live, World};

/// How many bundled scenarios are run at least.
const AT_LEAST: usize = 20;

#[test]
fn every_live_scenario_is_the_same_behind_the_front() {
    let run = || {
        let found = find(Path::new(env!("CARGO_MANIFEST_DIR")), &["scripts".into()], None).unwrap();
        let host = Host::new();
        let mut held = 0;
        for scenario in found.scenarios.iter().filter(|scenario| is_live(scenario)) {
            let text = scenario.content.as_ref().unwrap().text.clone();
            let (path, shown, root) = (scenario.path.clone(), scenario.shown.clone(), scenario.root.clone());
            let script = host.compile(&Source { path, shown, root, text }).unwrap();
            let simulated = host.run(&script, &Limits::default());
            let world = World::Live(Box::new(Live::start_behind_front().unwrap()));
            let live = host.run_in(world, &script, &Limits::default());
            match live.verdict {
                Verdict::Passed => {}
                Verdict::Skipped(_) | Verdict::ServerEnded => continue,
                Verdict::Failed(diagnostic) => panic!("{}: {diagnostic}", scenario.name),
            }
            for client in simulated.trace.clients() {
                let (sim, live) = (simulated.trace.events_of(&client), live.trace.events_of(&client));
                assert_eq!(sim, live, "{}: {client}", scenario.name);
            }
            assert_eq!(simulated.trace.clients(), live.trace.clients(), "{}", scenario.name);
            held += 1;
        }
        assert!(held >= AT_LEAST, "only {held} live scenarios");
    };
    let thread = thread::Builder::new().stack_size(Limits::STACK_BYTES).spawn(run).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn is_live(scenario: &kandy_scenarios::scenario::Scenario) -> bool {
    scenario.header().is_some_and(|header| header.tags.iter().any(|tag| tag == "live"))
}
