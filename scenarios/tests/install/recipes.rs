//! What makes a release: the workflow for all systems, `.ci/dist`, and the image's Containerfile.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use regex::Regex;
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;

use crate::place::{Place, SYSTEMS, blocks, file, repository};

fn text<'y>(yaml: &'y Yaml<'_>) -> &'y str {
    yaml.as_str().unwrap_or_else(|| panic!("no text: {yaml:?}"))
}

/// The jobs of the workflow by their names.
fn jobs<'y>(workflow: &'y Yaml<'_>) -> impl Iterator<Item = (&'y str, &'y Yaml<'y>)> {
    workflow["jobs"].as_mapping().unwrap().iter().map(|(name, job)| (text(name), job))
}

fn steps<'y>(job: &'y Yaml<'_>) -> impl Iterator<Item = &'y Yaml<'y>> {
    job["steps"].as_vec().unwrap().iter()
}

#[test]
fn the_workflow_makes_each_system_of_a_release_once() {
    let file = file(".github/workflows/release.yml");
    let workflow = Yaml::load_from_str(&file).unwrap();
    let build = &workflow[0]["jobs"]["build"];
    let rows = build["strategy"]["matrix"]["include"].as_vec().unwrap();
    let systems: Vec<&str> = rows.iter().map(|row| text(&row["system"])).collect();
    assert_eq!((systems.len(), systems.iter().copied().collect()), (SYSTEMS.len(), BTreeSet::from(SYSTEMS)));
    for row in rows {
        // `.ci/dist` makes what its own system runs, so that it can try it.
        let runner = match text(&row["system"]).split('-').next().unwrap() {
            "linux" => "ubuntu-",
            "darwin" => "macos-",
            _ => "windows-",
        };
        assert!(text(&row["runner"]).starts_with(runner), "{row:?}");
        let is_arm = text(&row["runner"]).ends_with("-arm") || text(&row["runner"]) == "macos-15";
        assert_eq!(is_arm, text(&row["system"]).ends_with("-arm64"), "{row:?}");
    }
    assert_eq!(text(&build["runs-on"]), "${{ matrix.runner }}");
    let runs: Vec<&str> = steps(build).filter_map(|step| step.as_mapping_get("run")).map(text).collect();
    assert!(runs.contains(&".ci/dist ${{ matrix.system }}"), "{runs:?}");
    let upload = steps(build)
        .find(|step| step.as_mapping_get("uses").is_some_and(|uses| text(uses).contains("/upload-artifact@")));
    let paths: Vec<&str> = text(&upload.unwrap()["with"]["path"]).lines().collect();
    assert_eq!(paths, ["target/dist/*.gz", "target/dist/*.tgz"]);
}

#[test]
fn the_workflow_is_well_formed_and_its_steps_are_bash() {
    let file = file(".github/workflows/release.yml");
    let documents = Yaml::load_from_str(&file).unwrap();
    assert_eq!(documents.len(), 1);
    let workflow = &documents[0];
    let names: Vec<&str> = jobs(workflow).map(|(name, _)| name).collect();
    let place = Place::new("workflow");
    let mut scripts = 0;
    for (name, job) in jobs(workflow) {
        assert!(job["timeout-minutes"].as_integer().is_some(), "{name} has no limit");
        let needed = job.as_mapping_get("needs").map(text);
        assert!(needed.is_none_or(|needed| names.contains(&needed)), "{name} needs {needed:?}");
        for step in steps(job) {
            let (uses, run) = (step.as_mapping_get("uses"), step.as_mapping_get("run"));
            assert!(uses.is_some() != run.is_some(), "a step either uses an action or runs something: {step:?}");
            if let Some(uses) = uses.map(text) {
                let (_, version) = uses.split_once('@').unwrap_or_default();
                assert!(version.starts_with('v'), "{uses} has no version");
            }
            if let Some(run) = run.map(text) {
                // What others can name, a tag for one, comes in a variable: in the text it would be code.
                assert!(run.split("${{").skip(1).all(|rest| rest.starts_with(" matrix.")), "{run}");
                let script = place.write("step.sh", run);
                place.run(Command::new("bash").arg("-n").arg(script)).assert(0, &[]);
                scripts += 1;
            }
        }
    }
    assert!(scripts >= 4, "the steps are not found");
}

/// A tag makes a draft, which only somebody can publish; and nothing else may write anything.
#[test]
fn the_workflow_publishes_nothing() {
    let file = file(".github/workflows/release.yml");
    let workflow = Yaml::load_from_str(&file).unwrap();
    let workflow = &workflow[0];
    assert_eq!(text(&workflow["permissions"]["contents"]), "read");
    for (name, job) in jobs(workflow) {
        let may_write = job.as_mapping_get("permissions").map(|permissions| text(&permissions["contents"]));
        assert_eq!(may_write, (name == "draft").then_some("write"), "{name}");
    }
    assert_eq!(text(&workflow["jobs"]["draft"]["if"]), "github.ref_type == 'tag'");
    let creates: Vec<&str> = file.lines().filter(|line| line.contains("gh release ")).collect();
    assert!(creates.len() == 1 && creates[0].contains(" --draft "), "{creates:?}");
    for publishes in ["npm publish", "cargo publish", "docker push", "buildah push", "NODE_AUTH_TOKEN", "secrets."] {
        assert!(!file.contains(publishes), "it has {publishes}");
    }
}

#[test]
fn what_makes_a_release_knows_each_system_and_says_so() {
    let script = file(".ci/dist");
    let page = file("docs/install.md");
    for system in SYSTEMS {
        assert!(script.contains(&format!("\n    {system}) target=")), ".ci/dist does not know {system}");
        assert!(page.contains(&format!("kandy-harness-{system}.tar.gz")), "docs/install.md does not name {system}");
    }
    let place = Place::new("dist");
    let dist = repository().join(".ci/dist");
    place
        .run(Command::new("bash").arg(dist).arg("plan9-x64"))
        .assert(2, &["there is nothing to release for plan9-x64"]);
}

/// From scratch, which does not run as root; nothing is run to make it, so that it needs no shell. What starts it is a list
/// for the same reason.
#[test]
fn the_image_is_the_command_and_nothing_else() {
    let file = file("docs/install/Containerfile");
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    let instructions: Vec<(&str, &str)> = lines.map(|line| line.split_once(' ').unwrap()).collect();
    let expected = [
        ("FROM", "scratch"),
        ("COPY", "kandy-harness /kandy-harness"),
        ("COPY", "LICENSE-APACHE LICENSE-MIT THIRD-PARTY.txt /licenses/"),
        ("WORKDIR", "/project"),
        ("USER", "65534:65534"),
        ("ENTRYPOINT", "[\"/kandy-harness\"]"),
        ("CMD", "[\"run\"]"),
    ];
    assert_eq!(instructions, expected);
}

/// Of another version, or another system, npm would find none when they are published.
#[test]
fn the_package_names_the_program_of_each_system() {
    let package: Value = serde_json::from_str(&file("client/npm/package.json")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let programs: BTreeMap<_, _> = SYSTEMS.iter().map(|system| (format!("@kandy-harness/{system}"), version)).collect();
    assert_eq!(package["optionalDependencies"], serde_json::json!(programs));
    assert_eq!(package["version"], version);
    let command = package["bin"]["kandy-harness"].as_str().unwrap();
    assert!(file(&format!("client/npm/{command}")).starts_with("#!/usr/bin/env node\n"), "{command}");
}

/// Names of files and of the image have the version of the packages in them.
#[test]
fn the_documents_name_this_version() {
    let named = Regex::new(r"kandy-harness[a-z0-9-]*[-:](\d+\.\d+\.\d+)").unwrap();
    for document in ["docs/install.md", "README.md"] {
        let page = file(document);
        let versions: BTreeSet<&str> = named.captures_iter(&page).map(|found| found.get(1).unwrap().as_str()).collect();
        assert_eq!(versions, BTreeSet::from([env!("CARGO_PKG_VERSION")]), "{document}");
    }
}

#[test]
fn the_document_links_what_is_there() {
    let page = file("docs/install.md");
    for target in page.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
        let is_elsewhere = target.is_empty() || target.contains("://");
        assert!(is_elsewhere || repository().join("docs").join(target).exists(), "{target}");
    }
    assert!(blocks(&page).iter().filter(|(language, _)| *language == "sh").count() >= 4);
}
