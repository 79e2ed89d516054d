//! What `.ci/dist` has made in `target/dist`, installed as docs/install.md says. It takes minutes to make, so these are tests of
//! `.ci/full`, which makes it first.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::place::{Place, blocks, file, repository, this_system};

fn made() -> PathBuf {
    let folder = repository().join("target/dist");
    assert!(folder.join("SHA256SUMS").is_file(), "there is nothing in {}: .ci/dist makes it", folder.display());
    folder
}

#[test]
#[ignore = "it takes what .ci/dist makes"]
fn the_commands_of_the_document_work() {
    made();
    let place = Place::project("document");
    place.write("package.json", "{ \"private\": true }");
    let page = file("docs/install.md");
    let mut ran = 0;
    for (_, text) in blocks(&page).into_iter().filter(|(language, _)| *language == "sh") {
        let mut command = Command::new("timeout");
        command.args(["--kill-after=10", "2400", "sh", "-euc", text]);
        // Nothing that this machine has fetched before may help, and nothing can be fetched.
        command.env("npm_config_offline", "true").env("npm_config_cache", place.path().join("npm cache"));
        command.env("CARGO_TARGET_DIR", repository().join("target")).env("CARGO_NET_OFFLINE", "true");
        place.run(&mut command).assert(0, &[]);
        ran += 1;
    }
    assert_eq!(ran, 4, "the blocks of the document are not found");
}

/// With no file but its own, as nobody: no shell, library, `/etc`, `/proc` or `/tmp`.
#[test]
#[ignore = "it takes what .ci/dist makes"]
fn the_image_needs_nothing_else() {
    let place = Place::new("image");
    let root = root_of_image(&place);
    let within = |arguments: &[&str]| {
        let mut command = Command::new("unshare");
        command.arg(format!("--root={}", root.display())).args(["--wd=/project", "--setgid=65534", "--setuid=65534"]);
        command.arg("/kandy-harness").args(arguments).env_clear().env("PATH", std::env::var("PATH").unwrap());
        command
    };
    if !within(&["--version"]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: it takes root, and unshare, which can run a program in a folder as its root");
        return;
    }
    let scripts = repository().join("scenarios/scripts");
    place.run(Command::new("cp").arg("-r").arg(scripts).arg(root.join("project/scenarios"))).assert(0, &[]);
    place.run(&mut within(&["run"])).assert(0, &[" passed\n"]);
    place.run(&mut within(&["run", "--live", "--filter", "connect/quickstart"])).assert(0, &["on real sockets"]);

    let mut serve = within(&["serve", "--bind", "0.0.0.0", "--port", "0", "--json"]);
    let mut serve = serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    let read = BufReader::new(serve.stdout.take().unwrap()).read_line(&mut line);
    serve.kill().unwrap();
    serve.wait().unwrap();
    read.unwrap();
    let started: Value = serde_json::from_str(&line).unwrap();
    assert!(started["url"].as_str().unwrap().starts_with("http://"), "{line}");
}

/// The files of the image, as a folder: of the archive, if there was a buildah to make it, else what the Containerfile says.
fn root_of_image(place: &Place) -> PathBuf {
    let dist = made();
    let root = place.path().join("root");
    let archive = dist.join(format!("kandy-harness-image-{}.tar.gz", this_system()));
    if archive.is_file() {
        unpack(&archive, &place.path().join("image"));
        let manifest: Value = serde_json::from_str(&place.read("image/manifest.json")).unwrap();
        let image: Value =
            serde_json::from_str(&place.read(&format!("image/{}", text(&manifest[0]["Config"])))).unwrap();
        let config = &image["config"];
        assert_eq!(config["Entrypoint"], serde_json::json!(["/kandy-harness"]));
        assert_eq!(config["Cmd"], serde_json::json!(["run"]));
        assert_eq!((text(&config["User"]), text(&config["WorkingDir"])), ("65534:65534", "/project"));
        for layer in manifest[0]["Layers"].as_array().unwrap() {
            unpack(&place.path().join("image").join(text(layer)), &root);
        }
    } else {
        fs::create_dir_all(root.join("project")).unwrap();
        fs::create_dir_all(root.join("licenses")).unwrap();
        fs::copy(dist.join("stage").join(this_system()).join("kandy-harness"), root.join("kandy-harness")).unwrap();
    }
    let names: BTreeSet<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["kandy-harness", "licenses", "project"].map(Into::into).into());
    root
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn unpack(archive: &Path, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let status = Command::new("tar").arg("-C").arg(folder).arg("-xf").arg(archive).status().unwrap();
    assert!(status.success(), "{}", archive.display());
}
