//! Green that means something: what proves nothing is a warning, and fails in strict mode.

use crate::project::Project;

const CONNECTS: &str = "\
platform.addUser(\"alice\", \"x\");
let kandy = create();
kandy.connect(#{ username: \"alice\", password: \"x\" });
";
const WAITS: &str = "waitUntil(|| kandy.getConnection().isConnected);\n";

/// Each fault, alone in a project that has nothing else to doubt.
fn faults() -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let fine = format!("{CONNECTS}{WAITS}");
    let fault = "platform.fail(\"resubscribe\", #{ status: 500 });\n";
    let orphan = "---\nsource: gone.rhai\n---\n0.000  script    print     1\n".to_owned();
    vec![
        ("no-check", vec![("s/one.rhai", format!("{CONNECTS}advance(\"1s\");\nprint(\"ran\");\n"))]),
        ("orphan", vec![("s/one.rhai", fine.clone()), ("s/gone.snap", orphan)]),
        ("unmet-fault", vec![("s/one.rhai", format!("{fault}{fine}"))]),
        (
            "met-none",
            vec![("s/one.rhai", format!("platform.addUser(\"bob\", \"x\");\nplatform.cut(\"bob\");\n{fine}"))],
        ),
        ("all-skipped", vec![("s/one.rhai", "skip(\"not today\");\n".to_owned())]),
        (
            "tag-lines",
            vec![
                ("s/one.rhai", format!("// One.\n// tag: smoke\n{fine}")),
                ("s/three.rhai", format!("// Three.\n// Tags: smoke, live\n{fine}")),
                ("s/two.rhai", format!("// Two.\n// tags: smoke;live\n{fine}")),
            ],
        ),
    ]
}

#[track_caller]
fn is_as_known(name: &str, text: &str) {
    insta::with_settings!({
        omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots/strict"
    }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn what_proves_nothing_is_a_warning_and_fails_in_strict_mode() {
    for (name, files) in faults() {
        let files: Vec<(&str, &str)> = files.iter().map(|(file, text)| (*file, text.as_str())).collect();
        let project = Project::new(&format!("strict-{name}"), &files);
        let (calm, exit) = project.run(".", &["run", "s"]);
        assert_eq!(exit, 0, "{name}: {calm}");
        let (strict, exit) = project.run(".", &["run", "s", "--strict"]);
        assert_eq!(exit, 1, "{name}: {strict}");
        for line in calm.lines().chain(strict.lines()) {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
        is_as_known(name, &format!("$ kandy-harness run s\n{calm}\n$ kandy-harness run s --strict\n{strict}"));
    }
}

#[test]
fn a_missing_snapshot_fails_where_the_folder_has_others() {
    let fine = format!("{CONNECTS}{WAITS}");
    let project = Project::new("strict-snapshots", &[("s/one.rhai", &fine)]);
    let (text, exit) = project.run(".", &["run", "s", "--strict"]);
    assert_eq!(exit, 0, "{text}");
    project.run(".", &["run", "s", "--update"]);
    project.write("s/two.rhai", &fine);
    project.write("s/apart/three.rhai", &fine);
    let (text, exit) = project.run(".", &["run", "s"]);
    assert!(exit == 0 && text.contains("2 passed on their checks alone"), "{text}");
    let (text, exit) = project.run(".", &["run", "s", "--strict"]);
    assert_eq!(exit, 1, "{text}");
    is_as_known("missing-snapshot", &text);
    let (text, exit) = project.run(".", &["run", "s", "--strict", "--update"]);
    assert_eq!(exit, 0, "{text}");
}

#[test]
fn what_fails_in_strict_mode_becomes_no_snapshot() {
    let script = format!("platform.fail(\"other\", #{{ hang: true }});\n{CONNECTS}{WAITS}");
    let project = Project::new("strict-update", &[("s/one.rhai", &script)]);
    let (text, exit) = project.run(".", &["run", "s", "--strict", "--update"]);
    assert!(exit == 1 && !project.has("s/one.snap"), "{text}");
    let (text, exit) = project.run(".", &["run", "s", "--update"]);
    assert!(exit == 0 && project.has("s/one.snap"), "{text}");
}

#[test]
fn snapshots_without_a_script_are_removed_on_demand_and_named() {
    let snapshot = "---\nsource: gone.rhai\n---\n1\n";
    let fine = format!("{CONNECTS}{WAITS}");
    let files = [
        ("s/one.rhai", fine.as_str()),
        ("s/gone.snap", snapshot),
        ("s/deep/gone.snap.new", snapshot),
        ("s/others.snap", "---\nsource: src/lib.rs\n---\n1\n"),
    ];
    let project = Project::new("prune", &files);
    let (text, exit) = project.run(".", &["run", "s", "--prune", "--filter", "one"]);
    assert!(exit == 2 && project.has("s/gone.snap"), "{text}");
    let (text, exit) = project.run(".", &["run", "s", "--prune", "--strict"]);
    assert_eq!(exit, 0, "{text}");
    is_as_known("prune", &text);
    assert!(!project.has("s/gone.snap") && !project.has("s/deep/gone.snap.new"), "{text}");
    assert!(project.has("s/others.snap"), "it is not a scenario's");
}

#[test]
fn what_is_given_decides_before_the_settings_and_those_before_ci() {
    let project = Project::new("strict-order", &[("scenarios/one.rhai", "print(1);\n")]);
    for (settings, ci, arguments, strict) in [
        ("", false, &[][..], false),
        ("", true, &[], true),
        ("", true, &["--no-strict"], false),
        ("", false, &["--no-strict", "--strict"], true),
        ("strict = false", true, &[], false),
        ("strict = false", true, &["--strict"], true),
        ("strict = true", false, &[], true),
        ("strict = true", false, &["--strict", "--no-strict"], false),
        ("strict = true\n[profile.calm]\nstrict = false", true, &["--profile", "calm"], false),
        ("[profile.ci]\nstrict = true", false, &["--profile", "ci"], true),
    ] {
        project.write("kandy.toml", settings);
        let arguments: Vec<&str> = ["run"].iter().chain(arguments).copied().collect();
        let (text, exit) = project.run_in(ci, ".", &arguments);
        assert_eq!(exit, u8::from(strict), "{settings:?}, {ci}, {arguments:?}: {text}");
    }
}

#[test]
fn what_check_only_warns_of_fails_in_strict_mode() {
    let script = format!("{CONNECTS}{WAITS}fail(\"no\");\nprint(\"never\");\n");
    let project = Project::new("strict-check", &[("s/one.rhai", &script)]);
    let (calm, exit) = project.run(".", &["check", "s"]);
    assert_eq!(exit, 0, "{calm}");
    let (strict, exit) = project.run(".", &["check", "s", "--strict"]);
    assert_eq!(exit, 1, "{strict}");
    is_as_known("check", &format!("$ kandy-harness check s\n{calm}\n$ kandy-harness check s --strict\n{strict}"));
}
