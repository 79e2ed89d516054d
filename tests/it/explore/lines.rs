//! Lines that a person copies: a shell takes each for what it is, and each has eighty columns where its words allow.

use super::FLOW;
use crate::project::Project;

fn explore(test: &str, script: &str, arguments: &[&str]) -> String {
    let project = Project::new(&format!("explore-lines-{test}"), &[(script, FLOW)]);
    project.run(".", &[&["explore"], arguments].concat()).0
}

#[test]
fn a_path_is_one_word_to_a_shell_and_no_option() {
    for (script, word) in
        [("scenarios/a b/$(x).rhai", "'scenarios/a b/$(x).rhai'"), ("scenarios/it's.rhai", "'scenarios/it'\\''s.rhai'")]
    {
        let text = explore("words", script, &[]);
        assert!(text.contains(&format!("see one:     kandy-harness explore {word} ")), "{text}");
        assert!(text.contains(&format!("kandy-harness explore {word} --update\n")), "{text}");
        for option in ["--coverage", "--mutants"] {
            let text = explore("words-of", script, &[option]);
            assert!(text.contains(&format!("kandy-harness explore {word} ")), "{text}");
        }
    }
    let text = explore("dash", "-x.rhai", &["./-x.rhai"]);
    assert!(text.contains("kandy-harness explore ./-x.rhai --update\n"), "{text}");
    let rows = format!("let row = cases(#{{ one: #{{ n: 1 }} }});\n{FLOW}");
    let project = Project::new("explore-lines-rows", &[("scenarios/rows.rhai", &rows)]);
    let (text, _) = project.run(".", &["explore"]);
    assert!(
        text.contains("kandy-harness explore scenarios/rows.rhai --filter 'rows[one]' \\\n                 --update\n"),
        "{text}"
    );
}

#[test]
fn a_line_that_is_too_long_goes_on_below() {
    let script = "scenarios/deep/deep/deep/quickstart.rhai";
    for option in ["--all", "--coverage", "--mutants"] {
        let text = explore("long", script, &[option]);
        // A field of an answer may have a longer name than that.
        let mut lines = text.lines().filter(|line| !line.contains("subscriptionParams."));
        assert!(lines.all(|line| line.chars().count() <= 80), "{option}\n{text}");
        assert!(text.contains(" \\\n"), "{option}\n{text}");
    }
}

#[test]
fn what_accepts_it_says_what_else_that_accepts() {
    let text = explore("pairs", "scenarios/flow.rhai", &["--pairs", "--budget", "1s"]);
    assert!(text.contains("kandy-harness explore scenarios/flow.rhai --pairs --update\n"), "{text}");
    let text = explore("without", "scenarios/flow.rhai", &["--without", "lost"]);
    assert!(text.contains("--update\n               (also what `--without` has left out here)\n"), "{text}");
    let text = explore("judge", "scenarios/flow.rhai", &["--judge-checks"]);
    assert!(text.contains("               (waits and checks by `// explore: judge checks` alone)\n"), "{text}");
}

#[test]
fn a_picture_without_a_place_is_told_and_nothing_runs() {
    let project = Project::new("explore-lines-picture", &[("scenarios/flow.rhai", FLOW), ("folder/a", "")]);
    for (picture, error, tip) in [
        ("folder", "error: cannot write the picture `folder`: is a directory", "that is a folder: name a file in it"),
        ("none/a.svg", "error: cannot write the picture `none/a.svg`: ", "make its folder, or name another file"),
    ] {
        let (text, exit) = project.run(".", &["explore", "--coverage", "--picture", picture]);
        assert!(text.starts_with(error) && text.contains(&format!("  tip: {tip}\n")) && exit == 2, "{text}");
    }
}
