//! `docs/at-scale/shard.sh`: which shard it runs by the variables of each system.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

/// All that the script looks at.
const VARIABLES: [&str; 13] = [
    "CI",
    "CI_NODE_INDEX",
    "CI_NODE_TOTAL",
    "JOB_COMPLETION_INDEX",
    "KANDY_HARNESS",
    "REPORTS",
    "SHARD",
    "SHARDS",
    "SLURM_ARRAY_TASK_COUNT",
    "SLURM_ARRAY_TASK_ID",
    "SLURM_ARRAY_TASK_MIN",
    "SLURM_ARRAY_TASK_STEP",
    "TF_BUILD",
];

/// A folder whose path has spaces in it, removed in the end.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("kandy at scale {} {test}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A command that only notes how it is called, an argument a line.
    pub(crate) fn recorder(&self) -> PathBuf {
        fs::create_dir_all(self.0.join("bin")).unwrap();
        let path = self.0.join("bin/kandy-harness");
        fs::write(&path, "#!/bin/sh\nprintf '%s\\n' \"CI=${CI-}\" \"$@\"\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Runs a shell in the folder, with these variables only: what it has written, and its exit code.
    pub(crate) fn sh(&self, harness: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> (String, i32) {
        let mut command = Command::new("sh");
        for name in VARIABLES {
            command.env_remove(name);
        }
        command.env("KANDY_HARNESS", harness).envs(variables.iter().copied());
        let output = command.args(arguments).current_dir(&self.0).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (String::from_utf8(text).unwrap(), output.status.code().unwrap())
    }

    fn shard(&self, variables: &[(&str, &str)], arguments: &[&str]) -> (String, i32) {
        let script = script();
        self.sh(&self.recorder(), variables, &[&[script.to_str().unwrap()], arguments].concat())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is a folder of the repository")
}

fn script() -> PathBuf {
    repository().join("docs/at-scale/shard.sh")
}

/// What the variables of an array of Slurm's are called, but for the beginning.
fn slurm<'a>(values: [(&'a str, &'a str); 3]) -> Vec<(String, &'a str)> {
    values.iter().map(|(name, value)| (format!("SLURM_ARRAY_TASK_{name}"), *value)).collect()
}

#[test]
fn each_system_says_which_shard_it_is() {
    let place = Place::new("systems");
    let array = |values| slurm(values);
    let plain =
        |values: &[(&str, &'static str)]| values.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    let cases: Vec<(Vec<(String, &str)>, &str)> = vec![
        (plain(&[("SHARD", "1"), ("SHARDS", "4")]), "1/4"),
        (plain(&[("SHARD", "4"), ("SHARDS", "4")]), "4/4"),
        (plain(&[("CI_NODE_INDEX", "1"), ("CI_NODE_TOTAL", "3")]), "1/3"),
        (plain(&[("CI_NODE_INDEX", "3"), ("CI_NODE_TOTAL", "3")]), "3/3"),
        (array([("ID", "1"), ("MIN", "1"), ("COUNT", "8")]), "1/8"),
        (array([("ID", "8"), ("MIN", "1"), ("COUNT", "8")]), "8/8"),
        (array([("ID", "0"), ("MIN", "0"), ("COUNT", "8")]), "1/8"),
        (array([("ID", "7"), ("MIN", "0"), ("COUNT", "8")]), "8/8"),
        (
            [array([("ID", "9"), ("MIN", "1"), ("COUNT", "3")]), array([("STEP", "4"), ("MAX", "9"), ("STEP", "4")])]
                .concat(),
            "3/3",
        ),
        (plain(&[("JOB_COMPLETION_INDEX", "0"), ("SHARDS", "5")]), "1/5"),
        (plain(&[("JOB_COMPLETION_INDEX", "4"), ("SHARDS", "5")]), "5/5"),
        (plain(&[("SHARD", "2"), ("SHARDS", "3"), ("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "3")]), "2/3"),
        // GitLab sets the number of jobs for a job that is alone, too.
        (plain(&[("SHARD", "2"), ("SHARDS", "3"), ("CI_NODE_TOTAL", "1")]), "2/3"),
    ];
    for (variables, shard) in cases {
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        let (text, exit) = place.shard(&variables, &[]);
        let index = shard.split('/').next().unwrap();
        let expected = format!("CI=true\nrun\n--shard\n{shard}\n--report\njson=reports/shard-{index}.json\n");
        assert_eq!((text, exit), (expected, 0), "{variables:?}");
    }
}

#[test]
fn what_is_missing_wrong_or_contradictory_is_told() {
    let place = Place::new("wrong");
    for (variables, told) in [
        (&[][..], "which shard? Set SHARD and SHARDS, or run it in an array, a matrix or an indexed job"),
        (&[("SHARDS", "3")], "which shard?"),
        (&[("SHARD", "1")], "SHARD is set, and SHARDS is not"),
        (&[("CI_NODE_INDEX", "1")], "CI_NODE_INDEX is set, and CI_NODE_TOTAL is not"),
        (
            &[("JOB_COMPLETION_INDEX", "0")],
            "JOB_COMPLETION_INDEX is set, and SHARDS is not: give it the number of completions",
        ),
        (&[("SLURM_ARRAY_TASK_ID", "1")], "SLURM_ARRAY_TASK_ID is set, and SLURM_ARRAY_TASK_COUNT is not"),
        (
            &[("SLURM_ARRAY_TASK_ID", "1"), ("SLURM_ARRAY_TASK_COUNT", "2")],
            "SLURM_ARRAY_TASK_ID is set, and SLURM_ARRAY_TASK_MIN is not",
        ),
        (&[("SHARD", "0"), ("SHARDS", "3")], "SHARD and SHARDS make this shard 0 of 3; there are only 1 to 3"),
        (&[("SHARD", "4"), ("SHARDS", "3")], "this shard 4 of 3"),
        (&[("JOB_COMPLETION_INDEX", "3"), ("SHARDS", "3")], "JOB_COMPLETION_INDEX and SHARDS make this shard 4 of 3"),
        // An array that is not a range has no shares.
        (
            &[("SLURM_ARRAY_TASK_ID", "7"), ("SLURM_ARRAY_TASK_MIN", "1"), ("SLURM_ARRAY_TASK_COUNT", "3")],
            "SLURM_ARRAY_TASK_ID, _MIN and _COUNT make this shard 7 of 3",
        ),
        (&[("SHARD", "one"), ("SHARDS", "3")], "SHARD must be a number, and is 'one'"),
        (&[("SHARD", "08"), ("SHARDS", "9")], "SHARD must be a number, and is '08'"),
        (&[("SHARD", "1"), ("SHARDS", "-3")], "SHARDS must be a number, and is '-3'"),
        (&[("SHARD", "1"), ("SHARDS", "9999999999999999999999")], "SHARDS is too large"),
        (&[("SHARD", "1$(touch hacked)"), ("SHARDS", "3")], "SHARD must be a number"),
        (
            &[("SHARD", "1"), ("SHARDS", "2"), ("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "2")],
            "SHARD and SHARDS say shard 1/2, and CI_NODE_INDEX and CI_NODE_TOTAL say 2/2: unset those that are wrong",
        ),
        (
            &[("SHARD", "1"), ("SHARDS", "2"), ("JOB_COMPLETION_INDEX", "1")],
            "SHARD and SHARDS say shard 1/2, and JOB_COMPLETION_INDEX and SHARDS say 2/2",
        ),
    ] {
        let (text, exit) = place.shard(variables, &[]);
        assert!(exit == 2 && text.starts_with("shard.sh: ") && text.contains(told), "{variables:?}: {exit}\n{text}");
    }
    assert!(!place.path().join("hacked").exists() && !place.path().join("reports").exists(), "something was run");
}

#[test]
fn paths_and_arguments_may_have_spaces() {
    let place = Place::new("spaces");
    let reports = place.path().join("all reports");
    let variables = [("SHARD", "2"), ("SHARDS", "3"), ("REPORTS", reports.to_str().unwrap()), ("CI", "0")];
    fs::create_dir_all(&reports).unwrap();
    fs::write(reports.join("shard-2.json"), "of a run before").unwrap();
    let (text, exit) = place.shard(&variables, &["my scenarios", "--filter", "not tag:slow"]);
    let report = format!("json={}/shard-2.json", reports.display());
    assert_eq!(text, format!("CI=0\nrun\n--shard\n2/3\n--report\n{report}\nmy scenarios\n--filter\nnot tag:slow\n"));
    assert_eq!(exit, 0);
    assert!(!reports.join("shard-2.json").exists(), "an old report would stand for one that was killed");
}

#[test]
fn explore_takes_the_place_of_run() {
    let place = Place::new("explore");
    let variables = [("SHARD", "2"), ("SHARDS", "3")];
    let (text, exit) = place.shard(&variables, &["explore", "my scenarios", "--pairs"]);
    let expected = "explore\n--shard\n2/3\n--report\njson=reports/shard-2.json\nmy scenarios\n--pairs\n";
    assert_eq!((text, exit), (format!("CI=true\n{expected}"), 0));
    let (text, _) = place.shard(&variables, &["my scenarios", "explore"]);
    assert!(text.starts_with("CI=true\nrun\n") && text.ends_with("\nmy scenarios\nexplore\n"), "{text}");
}

/// The real command, in shards that explore: what is found in one of them is the verdict of the whole.
#[test]
fn the_shards_of_an_exploration_are_merged_to_one_report() {
    let place = Place::new("explored");
    let harness = Path::new(env!("CARGO_BIN_EXE_kandy-harness"));
    fs::create_dir_all(place.path().join("s")).unwrap();
    let flow = "platform.addUser(\"a\", \"x\");\nlet kandy = create();\nkandy.connect(#{ username: \"a\", password: \"x\" });\n";
    for (name, text) in [("still", "advance(1);\n"), ("flow", flow)] {
        fs::write(place.path().join(format!("s/{name}.rhai")), text).unwrap();
    }
    let script = script();
    let mut exits = ["1", "2"].map(|shard| {
        let variables = [("SHARD", shard), ("SHARDS", "2")];
        let without = ["--without", "late", "--without", "outage", "--without", "application"];
        place.sh(harness, &variables, &[&[script.to_str().unwrap(), "explore", "s"], &without[..]].concat()).1
    });
    exits.sort_unstable();
    assert!(exits == [0, 1] || exits == [1, 1], "{exits:?}");
    let line = "\"$KANDY_HARNESS\" report merge reports/shard-*.json --report html=all.html";
    let (text, exit) = place.sh(harness, &[], &["-c", line]);
    assert!(exit == 1 && text.contains("FOUND   flow") && text.contains("2 of 2 scenarios explored"), "{exit}\n{text}");
    assert!(fs::read_to_string(place.path().join("all.html")).unwrap().contains("\"exploration\":{"));
}

/// The real command, in three shards, and their reports merged; then one shard is missing, and one fails.
#[test]
fn the_shards_of_a_run_are_merged_to_one_report() {
    let place = Place::new("merge");
    let harness = Path::new(env!("CARGO_BIN_EXE_kandy-harness"));
    let scenarios = place.path().join("my scenarios");
    fs::create_dir_all(&scenarios).unwrap();
    for number in 0..12 {
        fs::write(scenarios.join(format!("case-{number}.rhai")), "assertEq(1, 1);\n").unwrap();
    }
    let script = script();
    let run = |shard: &str| {
        let variables = [("SHARD", shard), ("SHARDS", "3")];
        place.sh(harness, &variables, &[script.to_str().unwrap(), "my scenarios", "--jobs", "1"])
    };
    let merge = || {
        let line = "\"$KANDY_HARNESS\" report merge reports/shard-*.json --report 'junit=all of them.xml'";
        place.sh(harness, &[], &["-c", line])
    };
    for shard in ["1", "2", "3"] {
        let (text, exit) = run(shard);
        assert_eq!(exit, 0, "{text}");
    }
    let (text, exit) = merge();
    assert!(exit == 0 && text.contains("12 scenarios: 12 passed"), "{exit}\n{text}");
    let junit = fs::read_to_string(place.path().join("all of them.xml")).unwrap();
    assert_eq!(junit.matches("<testcase ").count(), 12, "{junit}");

    fs::write(scenarios.join("case-7.rhai"), "assertEq(1, 2);\n").unwrap();
    assert_eq!(["1", "2", "3"].map(run).iter().filter(|(_, exit)| *exit == 1).count(), 1, "one shard has it");
    let (text, exit) = merge();
    assert!(exit == 1 && text.contains("FAIL    case-7") && text.contains("11 passed, 1 failed"), "{exit}\n{text}");

    fs::remove_file(place.path().join("reports/shard-2.json")).unwrap();
    let (text, exit) = merge();
    assert!(exit == 2 && text.contains("1 shard of 3 is missing: 2"), "{exit}\n{text}");
}
