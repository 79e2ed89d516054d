//! What should have gone wrong, and did not: to `run` it is doubtful, and `--at` does not call it well.

use super::FLOW;
use crate::project::Project;

fn project(test: &str, script: &str) -> Project {
    Project::new(&format!("explore-missed-{test}"), &[("scenarios/flow.rhai", script)])
}

#[test]
fn a_schedule_that_does_not_all_happen_is_missed_and_it_is_said_which_part() {
    let project = project("at", FLOW);
    let at = |schedule: &str| project.run(".", &["explore", "--at", schedule]);
    for (schedule, warning) in [
        ("open 7: lost", "`open 7: lost` did not come: there was no open 7"),
        ("open 1 of bob: lost", "`open 1 of bob: lost` did not come: there was no open 1 of bob"),
        ("mk_token request 1: cut", "`mk_token request 1: cut` changed nothing: there was nothing to act on"),
        ("mk_token request 1: push", "`mk_token request 1: push` changed nothing"),
        ("mk_token request 1: endSubscription", "changed nothing"),
        ("mk_token request 1: gone", "changed nothing"),
        ("subscribe answer 1: without success.nosuch", "`subscribe answer 1: without success.nosuch` changed"),
        ("subscribe answer 1: status 200", "changed nothing"),
    ] {
        let (text, exit) = at(schedule);
        assert!(text.starts_with("MISSED  flow  ") && exit == 1, "{schedule}\n{text}");
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(&format!("warning: {warning}")) || words.contains(warning), "{schedule}\n{text}");
    }
    let (text, exit) = at("open 1: late by 1ms; open 7: lost");
    assert!(text.starts_with("MISSED  flow") && exit == 1, "{text}");
    assert_eq!(text.matches("warning: ").count(), 1, "{text}");
    let (text, exit) = at("open 1: late by 1ms; open 1: late by 2ms");
    assert!(text.contains("warning: `open 1: late by 1ms` changed nothing") && exit == 1, "{text}");
    let (text, exit) = at("open 1: late by 1ms");
    assert!(text.starts_with("well    flow") && !text.contains("warning: ") && exit == 0, "{text}");
}

#[test]
fn a_script_is_told_what_it_wanted_to_go_wrong_and_did_not() {
    let script = format!(
        "disturb(\"open 7: lost\");\ndisturb(\"subscribe answer 1: without nosuch; open 1: late by 1ms\");\n{FLOW}"
    );
    let project = project("run", &script);
    for (arguments, word, exit) in [(&["run", "--warn"][..], "pass  ", 0), (&["run", "--strict"], "FAIL  ", 1)] {
        let (text, code) = project.run(".", arguments);
        assert!(text.starts_with(word) && code == exit, "{text}");
        assert!(text.contains(": `open 7: lost`: there was no open 7\n"), "{text}");
        assert!(text.contains(": `subscribe answer 1: without nosuch` changed nothing\n"), "{text}");
        assert!(text.contains("line 2") || text.contains("--> scenarios/flow.rhai:2\n"), "{text}");
        assert!(!text.contains("`open 1: late"), "{text}");
    }
    for empty in ["", " ;\\n"] {
        project.write("scenarios/flow.rhai", &format!("disturb(\"{empty}\");\n{FLOW}"));
        for command in ["run", "check"] {
            let (text, exit) = project.run(".", &[command]);
            assert!(text.contains("error: the schedule is empty: nothing would go wrong") && exit == 3, "{text}");
        }
    }
}

/// How many messages an exploration was told to have had, and how many runs.
fn counts(text: &str) -> Vec<usize> {
    let words = text.lines().next().unwrap().split("flow  ").nth(1).unwrap();
    words.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

#[test]
fn all_messages_of_a_script_that_disturbs_itself_are_explored() {
    let (all, _) = project("plain", FLOW).run(".", &["explore"]);
    let never = project("never", &format!("disturb(\"open 7: lost\");\n{FLOW}"));
    let (text, _) = never.run(".", &["explore"]);
    assert_eq!(counts(&text), counts(&all), "{text}");
    assert!(text.contains("  warning: `open 7: lost` of the script did not come: there was no open 7\n"), "{text}");
    // Also those before what it wants, and as many things as a script may want besides.
    let eight = ["unsubscribe answer 1: late by 1ms"; 8].join("; ");
    let late = project("late", &format!("disturb(\"{eight}\");\n{FLOW}"));
    let (text, _) = late.run(".", &["explore", "--all"]);
    assert_eq!(counts(&text)[0], counts(&all)[0], "{text}");
    assert!(text.contains("mk_token request 1: lost") && !text.contains("endless loop"), "{text}");
}

#[test]
fn a_script_that_goes_another_way_where_it_is_disturbed_is_not_called_well() {
    let script = format!("if disturbed() != () {{ throw \"no\"; }}\n{FLOW}");
    let (text, exit) = project("away", &script).run(".", &["explore"]);
    assert!(text.starts_with("skip    flow  nothing went wrong in any run\n  in ") && exit == 0, "{text}");
    assert!(text.contains(" runs what was to go wrong did not come: the script goes another way then\n"), "{text}");
    let script = format!("if (disturbed() ?? \"\").contains(\"lost\") {{ throw \"no\"; }}\n{FLOW}");
    let (text, exit) = project("partly", &script).run(".", &["explore"]);
    assert!(
        text.starts_with("FOUND   flow") && text.contains("  in 10 runs what was to go wrong did") && exit == 1,
        "{text}"
    );
}

#[test]
fn a_script_may_disturb_itself_in_an_exploration_where_it_may_in_a_run() {
    let script = format!("{FLOW}disturb(\"open 2: lost\");\n");
    let project = project("late", &script);
    for command in ["run", "explore"] {
        let (text, exit) = project.run(".", &[command]);
        assert!(text.contains("error: `disturb` stands before the first call of a client") && exit == 1, "{text}");
    }
}
