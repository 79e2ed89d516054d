use super::*;
use crate::file::scratch;

/// A folder of scenarios.
struct Folder(scratch::Folder);

impl Folder {
    fn new(test: &str, files: &[&str]) -> Self {
        let folder = Self(scratch::Folder::new(test));
        for file in files {
            folder.write(file, b"// A test. More.\n// tags: first, second\n");
        }
        folder
    }

    fn write(&self, file: &str, bytes: &[u8]) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn find(&self, paths: &[&str], filter: Option<&str>) -> Result<Found, FindError> {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let filters = Filters::given(filter.into_iter().map(|filter| filter.parse().unwrap()).collect());
        find(self.0.path(), &paths, Some(&filters))
    }

    #[track_caller]
    fn check(&self, paths: &[&str], expected: &[&str]) {
        let found = self.find(paths, None).unwrap();
        let names: Vec<&str> = found.scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
        assert_eq!(names, expected);
    }

    /// Runs from `here`, a folder below this one: names, the root, and how the first is shown.
    #[track_caller]
    fn check_from(&self, here: &str, paths: &[&str], expected: (&[&str], &str, &str)) {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let found = find(&self.0.join(here), &paths, None).unwrap();
        let names: Vec<&str> = found.scenarios.iter().map(|scenario| scenario.name.as_str()).collect();
        let first = &found.scenarios[0];
        let root = first.root.canonicalize().unwrap();
        let root = root.strip_prefix(real(self.0.path())).unwrap().to_str().unwrap();
        assert_eq!((names.as_slice(), root, first.shown.as_str()), expected, "from {here:?}: {paths:?}");
        assert!(first.path.is_file() && first.content.is_ok(), "{}", first.path.display());
    }

    #[track_caller]
    fn refuse(&self, paths: &[&str], filter: Option<&str>, expected: &str) {
        let error = self.find(paths, filter).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(!error.help().is_empty());
    }
}

#[test]
fn scenarios_are_found_sorted_and_modules_apart() {
    let files = [
        "s/b.rhai",
        "s/a/z.rhai",
        "s/a/z-2.rhai",
        "s/a/lib/m.rhai",
        "s/lib/deep/n.rhai",
        "s/a.rhai",
        "s/x.txt",
        "s/.git/h.rhai",
    ];
    let folder = Folder::new("sorted", &files);
    folder.check(&["s"], &["a/z", "a/z-2", "a", "b"]);
    let found = folder.find(&["s"], None).unwrap();
    let modules: Vec<&str> = found.modules.iter().map(|module| module.name.as_str()).collect();
    assert_eq!(modules, ["a/lib/m", "lib/deep/n"]);
    let first = &found.scenarios[0];
    assert_eq!((first.source.as_str(), first.shown.as_str()), ("a/z.rhai", "s/a/z.rhai"));
    assert_eq!((&first.path, &first.root), (&folder.0.join("s/a/z.rhai"), &folder.0.join("s")));
    assert_eq!(first.header().unwrap().tags, ["first", "second"]);
}

#[test]
fn what_is_named_twice_runs_once() {
    let folder = Folder::new("twice", &["s/a.rhai", "s/b.rhai"]);
    folder.check(&["s/b.rhai", "s", "./s/a.rhai", "s/../s"], &["b", "a"]);
    folder.check(&["s/./a.rhai", "s"], &["a", "b"]);
}

#[test]
fn one_name_in_two_roots_is_told_apart() {
    let folder = Folder::new("apart", &["s/a.rhai", "t/a.rhai", "t/b.rhai"]);
    folder.check(&["t", "./s"], &["t/a", "b", "s/a"]);
}

#[test]
fn a_scenario_keeps_its_name_when_it_is_run_alone() {
    let folder = Folder::new("alone", &["scenarios/scripts/connect/a.rhai", "other/connect/a.rhai"]);
    folder.check(&["scenarios/scripts/connect/a.rhai"], &["connect/a"]);
    folder.check(&["scenarios/../scenarios/scripts/connect/a.rhai"], &["connect/a"]);
    folder.check(&["other/connect/a.rhai"], &["a"]);
    folder.check(&[], &["connect/a"]);
    let alone = folder.find(&["other/connect/a.rhai"], None).unwrap();
    assert_eq!(alone.scenarios[0].root, folder.0.join("other/connect"));
}

#[test]
fn a_scenario_has_one_name_and_one_root_from_wherever_it_is_named() {
    let files = ["p/scenarios/drop/one.rhai", "p/scenarios/drop/two.rhai", "p/src/x.txt"];
    for (test, marks) in
        [("plain", &[][..]), ("git", &["p/.git"]), ("inside", &["p/scenarios/kandy.toml"]), ("top", &["p/kandy.toml"])]
    {
        let folder = Folder::new(&format!("one-name-{test}"), &[&files[..], marks].concat());
        let (all, one) = (&["drop/one", "drop/two"][..], &["drop/one"][..]);
        let check = |here, paths: &[&str], names, shown| folder.check_from(here, paths, (names, "p/scenarios", shown));
        check("p", &[], all, "scenarios/drop/one.rhai");
        check("p", &["scenarios"], all, "scenarios/drop/one.rhai");
        check("p", &["scenarios/drop"], all, "scenarios/drop/one.rhai");
        check("p", &["scenarios/drop/one.rhai"], one, "scenarios/drop/one.rhai");
        check("p", &["."], all, "scenarios/drop/one.rhai");
        check("", &["p/scenarios/drop/../drop/one.rhai"], one, "p/scenarios/drop/../drop/one.rhai");
        check("p/scenarios", &["drop/one.rhai"], one, "drop/one.rhai");
        check("p/scenarios/drop", &["one.rhai"], one, "one.rhai");
        check("p/scenarios/drop", &["."], all, "one.rhai");
        check("p/src", &["../scenarios/drop/one.rhai"], one, "../scenarios/drop/one.rhai");
        // Without a path it is the whole, from anywhere inside.
        check("p/scenarios/drop", &[], all, "../drop/one.rhai");
        check("p/src", &[], all, "../scenarios/drop/one.rhai");
        let whole = folder.0.join("p/scenarios/drop/one.rhai");
        let whole = whole.to_str().unwrap();
        check("", &[whole], one, whole);
    }
}

#[test]
fn a_project_is_the_root_where_it_has_no_folder_of_scenarios() {
    let files = ["p/kandy.toml", "p/drop/one.rhai", "p/drop/scenarios/two.rhai", "p/lib/m.rhai"];
    let folder = Folder::new("project", &files);
    folder.check_from("p", &[], (&["drop/one", "drop/scenarios/two"], "p", "drop/one.rhai"));
    folder.check_from("p/drop", &["one.rhai"], (&["drop/one"], "p", "one.rhai"));
    folder.check_from("", &["p/drop/scenarios"], (&["drop/scenarios/two"], "p", "p/drop/scenarios/two.rhai"));
    // Beside its folder of scenarios, too.
    folder.write("p/scenarios/scripts/three.rhai", b"");
    folder.check_from("p", &[], (&["three"], "p/scenarios/scripts", "scenarios/scripts/three.rhai"));
    folder.check_from("p", &["drop/one.rhai"], (&["drop/one"], "p", "drop/one.rhai"));
    folder.check_from("p", &["."], (&["drop/one", "drop/scenarios/two", "three"], "p", "drop/one.rhai"));
}

#[test]
fn nothing_above_a_repository_counts() {
    let files = ["kandy.toml", "scenarios/a.rhai", "scenarios/r/.git/HEAD", "scenarios/r/drop/one.rhai"];
    let folder = Folder::new("repository", &files);
    folder.check_from("scenarios/r", &["drop/one.rhai"], (&["one"], "scenarios/r/drop", "drop/one.rhai"));
    folder.check_from("scenarios/r", &["drop", "."], (&["drop/one"], "scenarios/r", "drop/one.rhai"));
    let error = find(&folder.0.join("scenarios/r/drop"), &[], None).unwrap_err();
    assert!(matches!(error, FindError::NoDefault), "{error}");
    folder.check_from("scenarios", &["a.rhai"], (&["a"], "scenarios", "a.rhai"));
}

#[test]
fn the_order_of_folders_that_were_named_decides_no_name() {
    let folder = Folder::new("order", &["s/below/a.rhai", "s/b.rhai"]);
    folder.check(&["s/below", "s"], &["below/a", "b"]);
    folder.check(&["s/below/a.rhai", "s"], &["below/a", "b"]);
    folder.write("s/below/gone.snap", b"---\nsource: gone.rhai\n---\n\n");
    assert_eq!(folder.find(&["s/below", "s"], None).unwrap().stale_snapshots.len(), 1);
}

#[cfg(unix)]
#[test]
fn links_change_no_name() {
    use std::os::unix::fs::symlink;

    let files = ["p/scenarios/drop/one.rhai", "p/scenarios/lib/m.rhai", "other/shared/two.rhai"];
    let folder = Folder::new("named-by-link", &files);
    symlink("p/scenarios/drop", folder.0.join("elsewhere")).unwrap();
    symlink("p", folder.0.join("q")).unwrap();
    symlink("one.rhai", folder.0.join("p/scenarios/drop/z.rhai")).unwrap();
    symlink("../../other/shared", folder.0.join("p/scenarios/shared")).unwrap();
    let one = (&["drop/one"][..], "p/scenarios");
    let whole = real(&folder.0.join("p/scenarios/drop/one.rhai"));
    folder.check_from("q", &["scenarios/drop/one.rhai"], (one.0, one.1, "scenarios/drop/one.rhai"));
    folder.check_from("p/scenarios", &["drop/z.rhai"], (one.0, one.1, "drop/one.rhai"));
    folder.check_from("", &["elsewhere/one.rhai"], (one.0, one.1, "p/scenarios/drop/one.rhai"));
    let link = folder.0.join("elsewhere/one.rhai");
    folder.check_from("", &[link.to_str().unwrap()], (one.0, one.1, whole.to_str().unwrap()));
    let shared = &["shared/two"][..];
    folder.check_from("p", &["scenarios/shared/two.rhai"], (shared, one.1, "scenarios/shared/two.rhai"));
    folder.check_from("p", &[], (&["drop/one", "shared/two"], one.1, "scenarios/drop/one.rhai"));
}

#[test]
fn a_filter_takes_names_and_tags() {
    let folder = Folder::new("filter", &["s/connect/a.rhai", "s/connect/b.rhai", "s/other.rhai"]);
    let names = |filter| folder.find(&["s"], Some(filter)).unwrap().scenarios.len();
    assert_eq!((names("connect/"), names("b"), names("tag:first")), (2, 1, 3));
    folder.refuse(&["s"], Some("nothing"), "no scenario matches the filter `nothing`, of 3 in all");
    folder.refuse(&["s"], Some("tag:fir"), "no scenario matches the filter `tag:fir`, of 3 in all");
    assert_eq!(folder.find(&["s"], Some("tag:fir")).unwrap_err().help(), "the tags are first, second");
}

#[test]
fn what_cannot_be_found_is_told() {
    let folder = Folder::new("told", &["s/lib/a.rhai", "x.txt"]);
    folder.refuse(&[], None, "no path is given, and there is no folder of scenarios here or above");
    folder.refuse(&["nope"], None, "there is no file or folder `nope`");
    assert_eq!(folder.find(&["s/libs"], None).unwrap_err().help(), "did you mean `s/lib`?");
    folder.refuse(&["x.txt"], None, "`x.txt` is not a scenario: its name does not end in .rhai");
    folder.refuse(&["s"], None, "there are no scenarios in `s`");
    folder.write(&format!("{}/x.rhai", ["d"; 40].join("/")), b"");
    // The root itself is at depth 0.
    let innermost = ["d"; 34].join("/");
    folder.refuse(&["d"], None, &format!("folders are nested more than 32 deep at `{innermost}`"));
}

#[test]
fn a_script_that_cannot_be_read_is_still_a_scenario() {
    let folder = Folder::new("unreadable", &[]);
    folder.write("s/latin.rhai", b"// one\n// caf\xe9\n");
    folder.write("s/large.rhai", &vec![b' '; 2 * 1024 * 1024]);
    folder.write("s/marked.rhai", b"\xef\xbb\xbf// Marked.\n");
    let found = folder.find(&["s"], None).unwrap();
    let said: Vec<String> = found
        .scenarios
        .iter()
        .map(|scenario| match &scenario.content {
            Ok(content) => content.header.description.clone(),
            Err(error) => error.to_string(),
        })
        .collect();
    assert_eq!(said, ["it is larger than 1048576 bytes", "line 2 is not UTF-8 text", "Marked."]);
}

#[cfg(unix)]
#[test]
fn links_do_not_go_round() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new("links", &["s/a.rhai", "s/below/b.rhai"]);
    symlink("..", folder.0.join("s/below/up")).unwrap();
    symlink("a.rhai", folder.0.join("s/z.rhai")).unwrap();
    symlink("nowhere", folder.0.join("s/gone.rhai")).unwrap();
    symlink("self", folder.0.join("s/self")).unwrap();
    folder.check(&["s"], &["a", "below/b", "gone"]);
    let found = folder.find(&["s"], None).unwrap();
    let error = found.scenarios[2].content.as_ref().unwrap_err();
    assert_eq!(error.to_string(), "it is a link to a file that is not there");
    folder.refuse(&["s/gone.rhai"], None, "`s/gone.rhai` is a link to a file that is not there");
    let error = folder.find(&["s/a.rhai/"], None).unwrap_err();
    assert_eq!((error.to_string(), error.help()), {
        ("there is no file or folder `s/a.rhai/`".to_owned(), "did you mean `s/a.rhai`?".to_owned())
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_in_another_encoding_is_a_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = Folder::new("encoding", &["s/a.rhai"]);
    let path = folder.0.join("s").join(OsStr::from_bytes(b"caf\xe9.rhai"));
    fs::write(&path, "").unwrap();
    snapshot::compare(&snapshot::path_of(&path), "caf\u{fffd}.rhai", "", snapshot::Mode::Accept).unwrap();
    let found = folder.find(&["s"], None).unwrap();
    assert_eq!(found.scenarios[1].name, "caf\u{fffd}");
    assert_eq!(found.stale_snapshots, [], "its snapshot has its script");
}
