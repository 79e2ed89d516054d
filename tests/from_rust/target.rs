//! `harness`: a test target of scenarios.

use super::Package;

pub(crate) const TESTS: [(&str, fn()); 9] = [
    ("target::each_case_is_listed", each_case_is_listed),
    ("target::tests_are_chosen_as_cargo_does", tests_are_chosen_as_cargo_does),
    ("target::a_failure_is_told_as_the_console_does", a_failure_is_told_as_the_console_does),
    ("target::a_transcript_that_differs_waits_for_review", a_transcript_that_differs_waits_for_review),
    ("target::insta_update_decides_on_snapshots", insta_update_decides_on_snapshots),
    ("target::in_ci_it_is_strict", in_ci_it_is_strict),
    ("target::what_is_skipped_is_told", what_is_skipped_is_told),
    ("target::the_settings_of_the_project_hold", the_settings_of_the_project_hold),
    ("target::what_cannot_run_is_told", what_cannot_run_is_told),
];

const PASSES: &str = "assertEq(1 + 1, 2);\n";
const FAILS: &str = "let sum = 1 + 1;\nassertEq(sum, 3);\n";
const SKIPS: &str = "skip(\"not today\");\n";
const SLOW: &str = "// Takes long.\n// tags: slow\nassertEq(1, 1);\n";
const ROWS: &str = "let case = cases(#{ one: 1, two: 2 });\nassertEq(case, 1);\n";
const TRANSCRIPT: &str = "print(\"hello\");\nassertEq(1, 1);\n";
const ANOTHER: &str = "---\nsource: a.rhai\n---\n0.000  script    print     goodbye\n";

fn all(test: &str) -> Package {
    Package::new(
        test,
        &[
            ("scenarios/fails.rhai", FAILS),
            ("scenarios/login/passes.rhai", PASSES),
            ("scenarios/rows.rhai", ROWS),
            ("scenarios/skips.rhai", SKIPS),
            ("scenarios/slow.rhai", SLOW),
        ],
    )
}

fn each_case_is_listed() {
    let package = all("list");
    let list = package.run("harness", &[], &["--list", "--format", "terse"]);
    let names = ["fails", "login/passes", "rows[one]", "rows[two]", "skips", "slow"];
    assert_eq!(list.out, names.map(|name| format!("{name}: test\n")).concat());
    list.assert(0, &[]);
    let ignored = package.run("harness", &[], &["--list", "--format", "terse", "--ignored"]);
    assert_eq!((ignored.out.as_str(), ignored.code), ("slow: test\n", Some(0)));
}

fn tests_are_chosen_as_cargo_does() {
    let package = all("choose");
    for (arguments, code, parts) in [
        (
            &["login/"][..],
            0,
            &["test login/passes ... ok", "1 passed; 0 failed; 0 ignored; 0 measured; 5 filtered"][..],
        ),
        (&["--exact", "rows[one]"], 0, &["test rows[one] ... ok", "1 passed"]),
        (&["--exact", "rows[two]"], 101, &["test rows[two] ... FAILED"]),
        (&["--exact", "rows"], 0, &["0 passed", "6 filtered out"]),
        (
            &["--skip", "fails", "--skip", "rows"],
            0,
            &["test slow         ... ignored", "1 passed; 0 failed; 2 ignored"],
        ),
        (&["--ignored"], 0, &["test slow ... ok", "1 passed; 0 failed; 0 ignored"]),
        (&["--include-ignored", "slow"], 0, &["test slow ... ok"]),
        (&["--test-threads", "1", "login"], 0, &["1 passed"]),
        (&["--no-such-argument"], 2, &["unexpected argument"]),
    ] {
        package.run("harness", &[], arguments).assert(code, parts);
    }
}

fn a_failure_is_told_as_the_console_does() {
    let package = all("fail");
    let told = package.run("harness", &[], &["fails"]);
    told.assert(
        101,
        &[
            "---- fails ----\nerror: ",
            " --> scenarios/fails.rhai:2:1\n",
            "2 | assertEq(sum, 3);\n",
            "again: kandy-harness run scenarios/fails.rhai --show\n",
            "test result: FAILED. 0 passed; 1 failed;",
        ],
    );
    assert!(!told.out.contains('\u{1b}'), "colours where nobody sees them: {}", told.out);
    package.run("harness", &[], &["fails", "--color", "always"]).assert(101, &["\u{1b}[1m\u{1b}[31merror\u{1b}[0m: "]);
    let json = package.run("harness", &[], &["fails", "--format", "json", "--color", "always"]);
    json.assert(101, &["\"event\": \"failed\"", "scenarios/fails.rhai:2:1\\n"]);
    assert!(!json.out.contains("[31m"), "colours in JSON: {}", json.out);
}

fn a_transcript_that_differs_waits_for_review() {
    let package = Package::new("differs", &[("scenarios/a.rhai", TRANSCRIPT), ("scenarios/a.snap", ANOTHER)]);
    let parts = [
        "error: the transcript differs from its snapshot\n --> scenarios/a.snap\n",
        "-0.000  script    print     goodbye\n",
        "+0.000  script    print     hello\n",
        "or decide with `kandy-harness review`",
    ];
    package.run("harness", &[], &[]).assert(101, &parts);
    assert!(package.read("scenarios/a.snap.new").contains("hello"));
    package.write("scenarios/a.snap", &ANOTHER.replace("goodbye", "hello"));
    package.run("harness", &[], &[]).assert(0, &["1 passed"]);
    assert!(!package.has("scenarios/a.snap.new"), "what was left before is not removed");
}

fn insta_update_decides_on_snapshots() {
    let package = Package::new("update", &[("scenarios/a.rhai", TRANSCRIPT), ("scenarios/a.snap", ANOTHER)]);
    for variables in [&[("INSTA_UPDATE", "no")][..], &[("CI", "true")]] {
        package.run("harness", variables, &[]).assert(101, &["differs from its snapshot"]);
        assert!(!package.has("scenarios/a.snap.new"), "with {variables:?} it leaves something for review");
    }
    package.run("harness", &[("CI", "true"), ("INSTA_UPDATE", "new")], &[]).assert(101, &["differs from its snapshot"]);
    assert!(package.has("scenarios/a.snap.new"));
    package.write("scenarios/b.rhai", TRANSCRIPT);
    package.run("harness", &[("INSTA_UPDATE", "always")], &[]).assert(0, &["2 passed"]);
    assert_eq!(package.read("scenarios/a.snap"), ANOTHER.replace("goodbye", "hello"));
    assert!(package.has("scenarios/b.snap") && !package.has("scenarios/a.snap.new"));
}

fn in_ci_it_is_strict() {
    let stale = ANOTHER.replace("a.rhai", "gone.rhai");
    let package =
        Package::new("strict", &[("scenarios/a.rhai", "print(\"hello\");\n"), ("scenarios/gone.snap", &stale)]);
    let doubt = "no check and no snapshot: it passes whatever happens";
    let gone = "scenarios/gone.snap is a snapshot without a script";
    package
        .run("harness", &[], &[])
        .assert(0, &["1 passed", &format!("warning: scenarios/a.rhai: {doubt}\n"), &format!("warning: {gone}\n")]);
    let ci = [("CI", "true")];
    let list = package.run("harness", &ci, &["--list", "--format", "terse"]);
    assert_eq!(list.out, "a: test\n[warnings]: test\n");
    package.run("harness", &ci, &["--exact", "a"]).assert(101, &[&format!("error: {doubt}"), "0 passed; 1 failed"]);
    package.run("harness", &ci, &["--exact", "[warnings]"]).assert(101, &[&format!("error: {gone}\n")]);
    package.write("kandy.toml", "strict = false\n");
    package.run("harness", &ci, &[]).assert(0, &["1 passed"]);
}

fn what_is_skipped_is_told() {
    let package = Package::new("skip", &[("scenarios/a.rhai", SKIPS)]);
    let words = "the only scenario was skipped, and nothing was tested";
    let told = ["test a ... ignored (not today)", "0 passed; 0 failed; 1 ignored"];
    package.run("harness", &[], &[]).assert(0, &[&told[..], &[&format!("warning: {words}")]].concat());
    package.run("harness", &[("CI", "true")], &[]).assert(1, &[&told[..], &[&format!("error: {words}")]].concat());
    // One that runs alone, as under nextest, says nothing about all.
    let alone = package.run("harness", &[("CI", "true")], &["--exact", "a"]);
    alone.assert(0, &told);
    assert_eq!(alone.err, "");
}

fn the_settings_of_the_project_hold() {
    let package = all("settings");
    package.write("kandy.toml", "filter = \"tag:slow\"\nreport = [\"junit=out.xml\"]\n");
    package.run("harness", &[], &["--ignored"]).assert(0, &["running 1 test\n", "1 passed"]);
    assert!(!package.has("out.xml"), "a report is made though each test may have a process of its own");
    package.write("kandy.toml", "filter = \"tag:none\"\n");
    package.run("harness", &[], &[]).assert(1, &["no scenario matches the filter", "kandy.toml"]);
    package.write("kandy.toml", "timout = \"1s\"\n");
    package.run("harness", &[], &[]).assert(1, &["kandy.toml:1:1", "did you mean `timeout`?"]);
}

fn what_cannot_run_is_told() {
    let package = Package::new("empty", &[("other/a.txt", "")]);
    let tip = format!("  tip: paths are taken from the folder of the package, {}\n", package.path().display());
    package.run("harness", &[], &["--list"]).assert(1, &["error: there is no file or folder `scenarios`\n", &tip]);
    package.write("scenarios/a.txt", "");
    package
        .run("harness", &[], &[])
        .assert(1, &["error: there are no scenarios in `scenarios`\n", "  tip: looked for"]);
}
