//! `run_file`: a scenario in a `#[test]`.

use std::time::Duration;

use kandy_scenarios::{Error, Options, run_file, run_file_with};

use super::Package;

pub(crate) const TESTS: [(&str, fn()); 4] = [
    ("file::a_pass_tells_what_happened", a_pass_tells_what_happened),
    ("file::a_failure_tells_all_of_it", a_failure_tells_all_of_it),
    ("file::a_path_is_taken_from_the_package", a_path_is_taken_from_the_package),
    ("file::options_go_before_the_settings", options_go_before_the_settings),
];

fn a_pass_tells_what_happened() {
    let package = Package::new(
        "pass",
        &[
            ("scenarios/day.rhai", "print(\"hello\");\nadvance(\"24h\");\nassertEq(now(), 86400000);\n"),
            ("scenarios/skips.rhai", "skip(\"not today\");\n"),
            ("scenarios/rows.rhai", "let case = cases(#{ one: 1, two: 2 });\nassert(case > 0);\n"),
        ],
    );
    let report = run_file(package.path().join("scenarios/day.rhai")).expect("it passes");
    let [day] = &report.cases[..] else { panic!("{report:?}") };
    assert_eq!((day.name.as_str(), day.skipped.as_ref(), &day.doubts[..]), ("day", None, &[][..]));
    assert!(day.transcript.contains("0.000  script    print     hello"), "{}", day.transcript);
    assert_eq!(day.virtual_time, Duration::from_secs(24 * 60 * 60));

    let report = run_file(package.path().join("scenarios/skips.rhai")).expect("it passes");
    assert_eq!(report.cases[0].skipped.as_deref(), Some("not today"));
    let report = run_file(package.path().join("scenarios/rows.rhai")).expect("it passes");
    assert_eq!(report.cases.iter().map(|case| case.name.as_str()).collect::<Vec<_>>(), ["rows[one]", "rows[two]"]);
}

fn a_failure_tells_all_of_it() {
    let rows = "let case = cases(#{ one: 1, two: 2, three: 3 });\nassertEq(case, 1);\n";
    let package = Package::new("fail-file", &[("scenarios/rows.rhai", rows)]);
    let error = run_file(package.path().join("scenarios/rows.rhai")).expect_err("it fails");
    let text = error.to_string();
    for part in [
        "FAIL    rows[two]\n\nerror: ",
        "FAIL    rows[three]\n\nerror: ",
        "rows.rhai:2:1\n",
        "again: kandy-harness run",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    assert_eq!(format!("{error:?}"), format!("\n{text}"), "what `unwrap` and `?` show");
    assert!(matches!(error, Error::Failed(failures) if failures.count() == 2));
    let missing = run_file(package.path().join("scenarios/row.rhai")).expect_err("it fails");
    assert!(missing.to_string().contains("did you mean"), "{missing}");
}

fn a_path_is_taken_from_the_package() {
    let package = Package::new(
        "relative",
        &[
            ("scenarios/a.rhai", "assertEq(1, 1);\n"),
            ("scenarios/b.rhai", "assertEq(1, 2);\n"),
            ("kandy.toml", "filter = \"none\"\n"),
        ],
    );
    package.run("scenarios/a.rhai", &[], &[]).assert(0, &["a None []\n"]);
    package
        .run("scenarios/b.rhai", &[], &[])
        .assert(1, &["Error: \nFAIL    b\n\nerror: ", " --> scenarios/b.rhai:1:1\n"]);
    let tip = format!("tip: paths are taken from the folder of the package, {}\n", package.path().display());
    package.run("somewhere/else.rhai", &[], &[]).assert(1, &["Error: \nerror: there is no file or folder", &tip]);
}

fn options_go_before_the_settings() {
    let settings = "strict = true\n\n[profile.lax]\nstrict = false\n";
    let package = Package::new("options", &[("scenarios/a.rhai", "print(1);\n"), ("kandy.toml", settings)]);
    let file = package.path().join("scenarios/a.rhai");
    let run = |options: Options| run_file_with(&file, &options);
    let error = run(Options::default()).expect_err("it fails");
    assert!(
        error.to_string().starts_with("FAIL    a: cannot be trusted\n\nerror: no check and no snapshot"),
        "{error}"
    );
    for lax in [Options::default().with_strict(false), Options::default().with_profile("lax")] {
        let report = run(lax).expect("it passes");
        assert!(report.cases[0].doubts[0].ends_with("a.rhai: no check and no snapshot: it passes whatever happens"));
    }
    let error = run(Options::default().with_profile("la")).expect_err("it fails");
    assert!(error.to_string().contains("did you mean `lax`?"), "{error}");
    // What is not tagged `live` does not run on sockets.
    let report = run(Options::default().with_live(true).with_strict(false)).expect("it passes");
    assert!(report.cases[0].skipped.is_some(), "{report:?}");
}
