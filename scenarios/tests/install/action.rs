//! `action.yml`: its steps, run as GitHub runs them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use saphyr::{LoadableYamlNode, Yaml};

use crate::place::{Place, Told, blocks, file, repository};

/// The action in a job: what GitHub knows of it, and the files through which steps tell GitHub something.
struct Job {
    place: Place,
    inputs: BTreeMap<String, String>,
    /// The reference by which the action is used.
    reference: &'static str,
}

impl Job {
    /// A job with the action's own inputs but for these.
    fn new(test: &str, reference: &'static str, inputs: &[(&str, &str)]) -> Self {
        let text = file("action.yml");
        let action = Yaml::load_from_str(&text).unwrap();
        let defaults = action[0]["inputs"].as_mapping().unwrap().iter();
        let mut all: BTreeMap<String, String> =
            defaults.map(|(name, input)| (name.as_str().unwrap().to_owned(), string(&input["default"]))).collect();
        for (name, value) in inputs {
            let known = all.insert((*name).to_owned(), (*value).to_owned());
            assert!(known.is_some(), "the action has no input {name}");
        }
        Self { place: Place::new(test), inputs: all, reference }
    }

    /// A text with its expressions evaluated, of which the action has these kinds only.
    fn evaluated(&self, text: &str) -> String {
        let mut parts = text.split("${{ ");
        let mut result = parts.next().unwrap().to_owned();
        for part in parts {
            let (expression, rest) = part.split_once(" }}").unwrap();
            let value = match expression {
                "github.action_path" => repository().to_str().unwrap(),
                "github.server_url" => "https://github.com",
                "github.action_repository" => "somebody/kandy-harness",
                "github.action_ref" => self.reference,
                other => &self.inputs[other.strip_prefix("inputs.").unwrap_or_else(|| panic!("what is {other}?"))],
            };
            result += value;
            result += rest;
        }
        result
    }

    /// Runs the step of that name.
    fn step(&self, name: &str) -> Told {
        let text = file("action.yml");
        let action = Yaml::load_from_str(&text).unwrap();
        let steps = action[0]["runs"]["steps"].as_vec().unwrap();
        let step = steps.iter().find(|step| step["name"].as_str() == Some(name)).unwrap();
        assert_eq!(step["shell"].as_str(), Some("bash"));
        let mut command = Command::new("bash");
        // GitHub's own words for `shell: bash`.
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(self.place.write("step.sh", &string(&step["run"])));
        for (variable, value) in step["env"].as_mapping().unwrap() {
            command.env(variable.as_str().unwrap(), self.evaluated(&string(value)));
        }
        let added = fs::read_to_string(self.place.path().join("path")).unwrap_or_default();
        let stubs = self.place.path().join("stubs").display().to_string();
        let path: Vec<&str> = added.lines().chain([stubs.as_str()]).collect();
        command.env("PATH", format!("{}:{}", path.join(":"), std::env::var("PATH").unwrap()));
        command.env("GITHUB_PATH", self.place.path().join("path")).env("RUNNER_TEMP", self.place.path().join("temp"));
        if let Some(folder) = step.as_mapping_get("working-directory") {
            command.current_dir(self.place.path().join(self.evaluated(folder.as_str().unwrap())));
        }
        self.place.run(command.env_remove("CARGO"))
    }

    fn installed(&self) -> PathBuf {
        self.place.path().join("temp/kandy-harness/bin/kandy-harness")
    }
}

fn string(yaml: &Yaml<'_>) -> String {
    yaml.as_str().unwrap_or_else(|| panic!("no text: {yaml:?}")).to_owned()
}

#[test]
fn it_installs_a_release_and_runs_with_annotations_and_a_report() {
    let job = Job::new(
        "action",
        "",
        &[("release", "release"), ("working-directory", "app"), ("arguments", "scenarios --filter tag:smoke")],
    );
    job.place.release();
    job.place.write("app/scenarios/right.rhai", "// Right.\n// tags: smoke\nassertEq(1, 1);\n");
    job.place.write("app/scenarios/other.rhai", "// Not chosen.\nassertEq(1, 3);\n");
    job.step("Install kandy-harness").assert(0, &["kandy-harness "]);
    assert!(job.installed().is_file());
    job.step("Run scenarios").assert(0, &["1 passed"]);
    let report = job.place.read("app/kandy-junit.xml");
    assert!(report.contains("right") && !report.contains("other"), "{report}");

    job.place.write("app/scenarios/wrong.rhai", "// Wrong.\n// tags: smoke\nassertEq(1, 2);\n");
    job.step("Run scenarios").assert(1, &["::error file=", "wrong.rhai,line=3", "1 failed"]);
    assert!(job.place.read("app/kandy-junit.xml").contains("<failure"));
}

#[test]
fn by_a_version_tag_it_takes_the_release_of_that_tag() {
    let job = Job::new("tag", "v1.2.3", &[]);
    job.place.program("stubs/curl", "echo \"$@\"; exit 22");
    let told = job.step("Install kandy-harness");
    told.assert(1, &["https://github.com/somebody/kandy-harness/releases/download/v1.2.3/SHA256SUMS"]);
    assert!(!job.installed().exists());
}

#[test]
fn by_another_reference_it_builds_its_own_source() {
    for reference in ["", "main", "voice", "0123456789abcdef0123456789abcdef01234567"] {
        let job = Job::new("source", reference, &[]);
        job.place.program("stubs/cargo", "printf '%s\\n' \"$@\" >cargo.txt");
        job.step("Install kandy-harness").assert(0, &[]);
        let source = repository().join("scenarios");
        let root = job.place.path().join("temp/kandy-harness");
        let expected = format!("install\n--locked\n--path\n{}\n--root\n{}\n", source.display(), root.display());
        assert_eq!(job.place.read("cargo.txt"), expected);
        assert_eq!(job.place.read("path"), format!("{}/bin\n", root.display()));
    }
}

#[test]
fn arguments_are_words_and_never_code() {
    let job = Job::new("words", "", &[("release", "release"), ("arguments", "* $(touch made) ; touch made")]);
    job.place.release();
    job.step("Install kandy-harness").assert(0, &[]);
    job.place.program("temp/kandy-harness/bin/kandy-harness", "printf '%s\\n' \"$@\"");
    job.step("Run scenarios").assert(0, &["github\n*\n$(touch\nmade)\n;\ntouch\nmade\n"]);
    assert!(!job.place.path().join("made").exists());
}

#[test]
fn the_document_uses_it_as_it_is() {
    let text = file("action.yml");
    let action = Yaml::load_from_str(&text).unwrap();
    let page = file("docs/install.md");
    let mut inputs = 0;
    for (_, block) in blocks(&page).into_iter().filter(|(language, _)| *language == "yaml") {
        let steps = Yaml::load_from_str(block).unwrap();
        for step in steps[0].as_vec().unwrap() {
            let uses = step.as_mapping_get("uses").map(string).unwrap_or_default();
            let Some(with) = step.as_mapping_get("with").filter(|_| uses.ends_with("kandy-harness")) else { continue };
            for (name, _) in with.as_mapping().unwrap() {
                let name = name.as_str().unwrap();
                assert!(action[0]["inputs"].as_mapping_get(name).is_some(), "the action has no input {name}");
                inputs += 1;
            }
        }
        assert!(block.contains("uses: ./kandy-harness\n"), "{block}");
        // It leaves the report where the next step looks for it.
        assert!(block.contains("kandy-junit.xml") || block.contains("outputs.junit"), "{block}");
    }
    assert!(inputs >= 1, "the blocks of the document are not found");
}
