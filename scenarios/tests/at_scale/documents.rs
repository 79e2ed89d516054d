//! The files that docs/at-scale.md shows: they are those of the folder beside it, they are well formed, and what they run is
//! what their systems make of them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;

use saphyr::{LoadableYamlNode, Yaml};

use crate::shard::{Place, repository};

/// Where a project has the clone of this repository.
const CLONE: &str = "kandy-harness";

fn read(file: &str) -> String {
    fs::read_to_string(repository().join("docs/at-scale").join(file)).unwrap()
}

fn yaml(text: &str) -> Yaml<'_> {
    let mut documents = Yaml::load_from_str(text).unwrap();
    assert_eq!(documents.len(), 1, "one document a file: what follows would begin at once");
    documents.remove(0)
}

fn text<'y>(yaml: &'y Yaml<'_>) -> &'y str {
    yaml.as_str().unwrap_or_else(|| panic!("no text: {yaml:?}"))
}

/// A project with the clone in it and a command that notes how it is called.
fn project(test: &str) -> Place {
    let place = Place::new(test);
    symlink(repository(), place.path().join(CLONE)).unwrap();
    place
}

/// Runs a line as a system does, with the recorder as the command on its path: what it was called with.
fn calls(place: &Place, line: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let recorder = place.recorder();
    let path = format!("{}/bin:{}", place.path().display(), std::env::var("PATH").unwrap());
    let (text, exit) = place.sh(&recorder, &[&[("PATH", path.as_str())], variables].concat(), &["-ec", line]);
    assert_eq!(exit, 0, "{line}\n{text}");
    text.lines().skip(1).map(str::to_owned).collect()
}

/// The shards that are called for are all there are, each once.
fn assert_all(calls: &[Vec<String>]) {
    assert_all_of("run", calls);
}

/// The same of a command.
fn assert_all_of(command: &str, calls: &[Vec<String>]) {
    let shards: Vec<&str> = calls.iter().map(|call| call[2].as_str()).collect();
    let all: Vec<String> = (1..=calls.len()).map(|index| format!("{index}/{}", calls.len())).collect();
    assert_eq!(shards, all);
    assert!(calls.iter().all(|call| call[0] == command && call[4].starts_with("json=")), "{calls:?}");
}

/// That a line merges the reports of shards that lie in `folder`.
fn assert_merges(place: &Place, line: &str, folder: &str) {
    fs::create_dir_all(place.path().join(folder)).unwrap();
    for shard in ["shard-1.json", "shard-2.json"] {
        fs::write(place.path().join(folder).join(shard), "{}").unwrap();
    }
    let call = calls(place, line, &[]);
    let files = [format!("{folder}/shard-1.json"), format!("{folder}/shard-2.json")];
    assert_eq!(call[..4], ["report", "merge", &files[0], &files[1]]);
    for report in [format!("junit={folder}/kandy-junit.xml"), format!("html={folder}/kandy.html")] {
        assert!(call.contains(&report), "no {report} in {call:?}");
    }
}

#[test]
fn the_document_shows_the_files_as_they_are() {
    let document = fs::read_to_string(repository().join("docs/at-scale.md")).unwrap();
    let entries = fs::read_dir(repository().join("docs/at-scale")).unwrap();
    let files: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(files.len() >= 7, "{files:?}");
    for file in files {
        let is_shown =
            ["sh", "yaml"].iter().any(|language| document.contains(&format!("```{language}\n{}```\n", read(&file))));
        assert!(is_shown || file == "shard.sh", "{file} is not in docs/at-scale.md as it is");
        assert!(document.contains(&format!("[{file}](at-scale/{file})")), "{file} is not named");
    }
}

#[test]
fn github_runs_each_shard_of_its_matrix() {
    let file = read("github.yml");
    let workflow = yaml(&file);
    let shard = &workflow["jobs"]["shard"];
    let matrix = shard["strategy"]["matrix"]["shard"].as_vec().unwrap();
    let total = matrix.len().to_string();
    let value = |name: &str, index: i64| match text(&shard["env"][name]) {
        "${{ matrix.shard }}" => index.to_string(),
        "${{ strategy.job-total }}" => total.clone(),
        other => panic!("{name} is {other}"),
    };
    let place = project("github");
    let line = runs(shard).find(|line| line.contains("shard.sh")).unwrap();
    let of_shard = |index: &Yaml<'_>| {
        let index = index.as_integer().unwrap();
        let (shard, shards) = (value("SHARD", index), value("SHARDS", index));
        calls(&place, line, &[("SHARD", shard.as_str()), ("SHARDS", shards.as_str())])
    };
    assert_all(&matrix.iter().map(of_shard).collect::<Vec<_>>());
    assert_eq!(shard["strategy"]["fail-fast"].as_bool(), Some(false), "a shard that fails would end the others");

    let merge = &workflow["jobs"]["merge"];
    assert_eq!((text(&merge["needs"]), text(&merge["if"])), ("shard", "${{ !cancelled() }}"));
    assert_merges(&place, runs(merge).find(|line| line.contains("report merge")).unwrap(), "reports");
}

/// The lines that a job of GitHub's runs.
fn runs<'y>(job: &'y Yaml<'_>) -> impl Iterator<Item = &'y str> {
    job["steps"].as_vec().unwrap().iter().filter_map(|step| step.as_mapping_get("run")).map(text)
}

#[test]
fn gitlab_runs_its_jobs_in_parallel() {
    let file = read("gitlab.yml");
    let pipeline = yaml(&file);
    let total = pipeline["shard"]["parallel"].as_integer().unwrap();
    let place = project("gitlab");
    let of_node = |index: i64| {
        let (index, total) = (index.to_string(), total.to_string());
        let variables = [("CI_NODE_INDEX", index.as_str()), ("CI_NODE_TOTAL", total.as_str())];
        calls(&place, text(&pipeline["shard"]["script"][0]), &variables)
    };
    assert_all(&(1..=total).map(of_node).collect::<Vec<_>>());
    assert_eq!(text(&pipeline["merge"]["when"]), "always");
    assert_merges(&place, text(&pipeline["merge"]["script"][0]), "reports");
}

#[test]
fn kubernetes_gives_each_index_a_shard() {
    let file = read("kubernetes.yaml");
    let job = yaml(&file);
    let spec = &job["spec"];
    assert_eq!((text(&job["kind"]), text(&spec["completionMode"])), ("Job", "Indexed"));
    let completions = spec["completions"].as_integer().unwrap();
    let container = &spec["template"]["spec"]["containers"][0];
    let variables = container["env"].as_vec().unwrap().iter();
    let mut variables: BTreeMap<&str, &str> =
        variables.map(|variable| (text(&variable["name"]), text(&variable["value"]))).collect();
    assert_eq!(variables["SHARDS"], completions.to_string(), "a value is a text, and there are as many shards");
    let mount = text(&container["volumeMounts"][0]["mountPath"]);
    assert_eq!(variables["REPORTS"], mount, "reports have to last");

    let place = project("kubernetes");
    // What is a volume there is a folder here.
    variables.insert("REPORTS", "reports");
    let command: Vec<&str> = container["command"].as_vec().unwrap().iter().map(text).collect();
    let of_index = |index: i64| {
        let index = index.to_string();
        let mut all: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, *value)).collect();
        all.push(("JOB_COMPLETION_INDEX", &index));
        calls(&place, &command.join(" "), &all)
    };
    assert_all(&(0..completions).map(of_index).collect::<Vec<_>>());

    let file = read("kubernetes-merge.yaml");
    let merge = yaml(&file);
    let container = &merge["spec"]["template"]["spec"]["containers"][0];
    let volume = |job: &Yaml<'_>| {
        text(&job["spec"]["template"]["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"]).to_owned()
    };
    assert_eq!(volume(&merge), volume(&job));
    let line = text(&container["command"][2]).replace(&format!("{mount}/"), "reports/");
    assert_merges(&place, &line, "reports");
}

/// The options of a batch file, by their names.
fn options(file: &str) -> BTreeMap<&str, &str> {
    let lines = file.lines().filter_map(|line| line.strip_prefix("#SBATCH --"));
    lines.map(|line| line.split_once('=').unwrap()).collect()
}

#[test]
fn slurm_gives_each_task_of_its_array_a_shard() {
    let place = project("slurm");
    let (all, cpus) = of_array(&place, &read("slurm.sbatch"));
    assert!(all.iter().all(|call| call[5..] == ["--jobs", cpus.as_str()]), "{all:?}");
    assert_all(&all);
    let (all, cpus) = of_array(&place, &read("slurm-explore.sbatch"));
    let folder = "kandy-harness/scenarios/scripts";
    let given = [folder, "--pairs", "--budget", "10m", "--jobs", cpus.as_str()];
    assert!(all.iter().all(|call| call[5..] == given), "{all:?}");
    assert_all_of("explore", &all);
    assert_merges(&place, &read("slurm-merge.sbatch"), "reports");
}

/// What each task of an array calls, and how many processors it has.
fn of_array(place: &Place, file: &str) -> (Vec<Vec<String>>, String) {
    let options = options(file);
    assert!(file.starts_with("#!/bin/sh\n#SBATCH "), "options stand before the first command");
    let (first, last) = options["array"].split_once('-').unwrap();
    let (first, last): (u32, u32) = (first.parse().unwrap(), last.parse().unwrap());
    let of_task = |task: u32| {
        let (task, count, first) = (task.to_string(), (last - first + 1).to_string(), first.to_string());
        let variables = [
            ("SLURM_ARRAY_TASK_ID", task.as_str()),
            ("SLURM_ARRAY_TASK_MIN", &first),
            ("SLURM_ARRAY_TASK_COUNT", &count),
            ("SLURM_CPUS_PER_TASK", options["cpus-per-task"]),
        ];
        calls(place, file, &variables)
    };
    ((first..=last).map(of_task).collect(), options["cpus-per-task"].to_owned())
}
