//! What a script says that must hold, in every run of an exploration: where it holds, fails, is judged after the script's end,
//! by listeners that reconnect, and where nothing ever comes to it.

use super::FLOW;
use crate::project::Project;

/// Connects and stays, and connects again whenever it is disconnected.
const RECONNECTS: &str = "kandy.on(\"auth:change\", || {
    let state = kandy.getConnection();
    if !state.isConnected && !state.isPending { kandy.connect(#{ username: \"alice\", password: \"s3cret\" }); }
});
";
const CREATE: &str = "platform.addUser(\"alice\", \"s3cret\");\nlet kandy = create();\n";
const CONNECT: &str = "kandy.connect(#{ username: \"alice\", password: \"s3cret\" });\nwaitUntil(|| kandy.getConnection().isConnected);\n";
const IS_CONNECTED: &str = "|| kandy.getConnection().isConnected";

struct Flow(Project);

impl Flow {
    fn new(test: &str, script: &[&str]) -> Self {
        Self(Project::new(&format!("properties-{test}"), &[("scenarios/flow.rhai", &script.concat())]))
    }

    fn at(&self, schedule: &str) -> String {
        self.0.run(".", &["explore", "scenarios/flow.rhai", "--at", schedule]).0
    }

    fn all(&self) -> String {
        self.0.run(".", &["explore", "--all"]).0
    }
}

#[test]
fn what_always_holds_is_no_finding_and_what_does_not_names_the_turn() {
    let property = "let was = [];
always(\"stays\", || { if kandy.getConnection().isConnected { was.push(1); } was == [] || kandy.getConnection().isConnected });\n";
    let flow = Flow::new("always", &[CREATE, property, CONNECT, "advance(\"40s\");\n"]);
    assert!(!flow.at("frame 1: lost").contains("`stays` does not hold"));
    assert!(flow.all().contains("  `stays` does not hold "), "{}", flow.all());
    let fails = flow.at("ping 2: close 1000");
    for told in [
        "  `stays` does not hold\n",
        "error: always `stays`: it does not hold at 30.000\n --> scenarios/flow.rhai:4:1\n",
        "  = note: it was looked at after a turn that ended with kandy event auth:change\n",
        "30.000    kandy     event     auth:change  disconnected",
    ] {
        assert!(fails.contains(told), "{told}\n{fails}");
    }
}

#[test]
fn what_always_holds_is_looked_at_where_the_script_has_ended_early_and_after_its_end() {
    let property = "always(\"early\", || now() < 100000);\n";
    let flow = Flow::new("always-later", &[CREATE, property, CONNECT]);
    for (schedule, ended) in [("subscribe answer 1: lost", "fails (wait)"), ("frame 1: lost", "passes")] {
        let text = flow.at(schedule);
        assert!(text.contains(&format!("the script {ended}")) && text.contains("  `early` does not hold"), "{text}");
    }
    let text = flow.at("frame 1: lost");
    assert!(text.contains("error: always `early`: it does not hold at "), "where it failed is told:\n{text}");
    let never = Flow::new("always-never", &[CREATE, "if false { always(\"no\", || false); }\n", CONNECT]);
    assert!(!never.all().contains("`no`"), "what a script never comes to is not a finding");
}

#[test]
fn a_property_that_has_failed_hides_nothing_else() {
    let early = "always(\"early\", || disturbed() == () || now() < 1000);\n";
    let flow = Flow::new("always-hides", &[early, CREATE, CONNECT, "kandy.disconnect(); advance(0);\n"]);
    let text = flow.at("unsubscribe answer 1: lost");
    assert!(text.contains("  `early` does not hold") && text.contains("  pending for ever (kandy)"), "{text}");
}

#[test]
fn what_is_to_hold_in_the_end_may_hold_until_five_minutes_after_all_is_well() {
    let property = format!("eventually(\"connected\", {IS_CONNECTED});\n");
    let flow = Flow::new("eventually", &[CREATE, &property, CONNECT]);
    assert!(!flow.at("frame 1: lost").contains("`connected` does not hold"));
    let early = flow.at("subscribe request 1: fails");
    assert!(early.contains("the script fails (wait)") && early.contains("  `connected` does not hold"), "{early}");
    let reconnects = format!(
        "let tries = [];\nkandy.on(\"auth:error\", || if tries.len() < 9 {{ tries.push(1); {} }});\n",
        CONNECT.lines().next().unwrap()
    );
    let flow = Flow::new("eventually-again", &[CREATE, &reconnects, &property, CONNECT]);
    let text = flow.at("subscribe request 1: fails");
    assert!(!text.contains("`connected` does not hold"), "its listener connects again:\n{text}");
    let never = Flow::new("eventually-never", &[CREATE, CONNECT, "kandy.disconnect(); advance(\"1m\");\n", &property]);
    assert!(!never.at("subscribe request 1: fails").contains("`connected`"), "the script did not come to it");
}

#[test]
fn a_listener_that_reconnects_keeps_what_must_hold_in_the_end() {
    let property = format!("eventually(\"connected\", {IS_CONNECTED}, \"4m\");\n");
    for (listener, is_well) in [(RECONNECTS, true), ("", false)] {
        let test = if is_well { "reconnects" } else { "stays-out" };
        let flow = Flow::new(test, &[CREATE, listener, &property, CONNECT, "advance(\"1m\");\n"]);
        let text = flow.at("ping 1: gone");
        assert_eq!(!text.contains("`connected` does not hold"), is_well, "{text}");
    }
}

#[test]
fn what_is_to_hold_sometimes_holds_in_one_run_or_is_told() {
    let properties = "sometimes(\"undisturbed\", || kandy.getConnection().isConnected);
sometimes(\"refused\", || kandy.getConnection().error != ());
sometimes(\"moon\", || false);
if disturbed() != () { sometimes(\"disturbed moon\", || false); sometimes(\"disturbed\", || true); }\n";
    let connect: String = FLOW.lines().skip(2).map(|line| format!("{line}\n")).collect();
    let flow = Flow::new("sometimes", &[CREATE, properties, &connect]);
    let text = flow.all();
    for name in ["moon", "disturbed moon"] {
        assert!(text.contains(&format!("  `{name}` was never seen to hold")), "{name}\n{text}");
    }
    for name in ["undisturbed", "refused", "disturbed"] {
        assert!(!text.contains(&format!("`{name}` was never")), "{name}\n{text}");
    }
    assert!(!text.contains("--at \"\""), "no schedule brings what never came:\n{text}");
}

#[test]
fn a_script_knows_what_goes_wrong_in_its_run() {
    let flow = Flow::new(
        "disturbed",
        &[CREATE, "print(`told: ${if disturbed() == () { \"nothing\" } else { disturbed() }}`);\n", CONNECT],
    );
    let (text, _) = flow.0.run(".", &["run", "--show"]);
    assert!(text.contains("print     told: nothing\n"), "{text}");
    let text = flow.at("frame 1: lost; open 1: late by 2s");
    assert!(text.contains("print     told: frame 1: lost; open 1: late by 2s\n"), "{text}");
}
