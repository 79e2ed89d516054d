//! What the bundled scenarios leave behind, as `--warn` tells it.

use crate::support::{harness, root};

/// How each kind of warning begins.
const KINDS: [&str; 6] = [
    "subscription left behind: ",
    "socket left open: ",
    "connected without a subscription: ",
    "pending for ever: ",
    "event after destroy: ",
    "runs on: ",
];

#[test]
fn the_bundled_scenarios_warn_of_this_and_of_nothing_else() {
    // Snapshots are of runs without warnings: with them they hold as well.
    let (text, exit) = harness(&root(), &["run", "--warn"]);
    assert_eq!(exit, 0, "{text}");
    let mut list = String::new();
    let mut scenario = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("pass ") {
            scenario = name.trim();
        } else if let Some(warning) = line.strip_prefix("warning: ") {
            list += &format!("{scenario}: {warning}\n");
        }
    }
    let count = list.lines().count();
    assert!(text.contains(&format!("; {count} warnings\n")), "{text}");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("warnings", list);
    });
}

#[test]
fn each_kind_is_shown_by_a_scenario_with_the_tag() {
    let (text, exit) = harness(&root(), &["run", "--warn", "--show", "--filter", "tag:warn"]);
    assert_eq!(exit, 0, "{text}");
    for kind in KINDS {
        let shown = text.lines().any(|line| line.contains(&format!("  warn      {kind}")));
        assert!(shown, "no scenario tagged `warn` shows {kind:?}:\n{text}");
    }
    assert!(!text.lines().any(|line| line.starts_with("warning: ")), "a transcript that is shown has them:\n{text}");
    for scenario in text.split("\npass ").skip(1) {
        assert!(scenario.contains("  warn      "), "tagged `warn`, and without one:{scenario}");
    }
}

#[test]
fn without_being_asked_nobody_is_warned() {
    let (text, exit) = harness(&root(), &["run", "--show", "--filter", "tag:warn"]);
    assert_eq!(exit, 0, "{text}");
    assert!(!text.contains("warning") && !text.contains("  warn  "), "{text}");
}

#[test]
fn accepted_snapshots_are_without_warnings() {
    let folder = std::env::temp_dir().join(format!("kandy-warnings-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("it.rhai"), "create().disconnect();\n").unwrap();
    let (accepted, exit) = harness(&folder, &["run", "--warn", "--update", "it.rhai"]);
    let snapshot = std::fs::read_to_string(folder.join("it.snap")).unwrap();
    let (plain, _) = harness(&folder, &["run", "it.rhai"]);
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(exit == 0 && accepted.contains("warning: kandy: pending for ever: "), "{accepted}");
    assert!(snapshot.contains("call      disconnect") && !snapshot.contains("warn"), "{snapshot}");
    assert_eq!(plain.lines().next(), Some("pass    it"), "{plain}");
}

#[test]
fn a_run_on_real_sockets_warns_too() {
    let (text, exit) = harness(&root(), &["run", "--warn", "--live", "--filter", "race/disconnect-during-subscribe"]);
    assert_eq!(exit, 0, "{text}");
    assert!(text.contains("warning: kandy: subscription left behind: SUB-1 "), "{text}");
}
