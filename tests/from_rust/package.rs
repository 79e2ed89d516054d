//! A package outside of the workspace that does what README.md and docs/from-rust.md say, file by file: what they promise to a
//! newcomer holds, with cargo's own tests and with nextest. It builds the command once more, for which a machine that has
//! nothing of it yet needs minutes; so it is one of `.ci/full`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Package, Told};

pub(crate) const TESTS: [(&str, fn()); 1] = [("package::the_documents_hold_outside", the_documents_hold_outside)];

/// Where the documents have the clone of this repository, seen from a package of the reader's.
const CLONE: &str = "../kandy-harness/";

fn the_documents_hold_outside() {
    let package = outside();
    let cargo = |arguments: &[&str]| run(&package, arguments);
    let scenarios = ["test", "--offline", "--test", "scenarios", "--"];
    let of_scenarios = |arguments: &[&str]| cargo(&[&scenarios[..], arguments].concat());

    let all = cargo(&["test", "--offline", "--no-fail-fast"]);
    all.assert(
        0,
        &[
            "test login ... ok",
            "test a_wrong_password_is_reported ... ok",
            "test signs_in_and_comes_back ... ok",
            "test result: ok. 1 passed; 0 failed; 0 ignored",
        ],
    );
    let list = of_scenarios(&["--list", "--format", "terse"]);
    assert_eq!((list.out.as_str(), list.code), ("login: test\n", Some(0)), "{}", list.err);

    package.write("scenarios/drop/fails.rhai", "assertEq(1 + 1, 3);\n");
    of_scenarios(&["--exact", "login"]).assert(0, &["1 passed; 0 failed; 0 ignored; 0 measured; 1 filtered out"]);
    of_scenarios(&["drop"]).assert(
        101,
        &["test drop/fails ... FAILED", "---- drop/fails ----\nerror: ", " --> scenarios/drop/fails.rhai:1:1\n"],
    );
    package.write("tests/login.rs", &package.read("tests/login.rs").replace("login.rhai", "drop/fails.rhai"));
    cargo(&["test", "--offline", "--test", "login"]).assert(
        101,
        &["Error: \nFAIL    drop/fails\n\nerror: ", "again: kandy-harness run scenarios/drop/fails.rhai --show"],
    );
    with_nextest(&package);
}

fn with_nextest(package: &Package) {
    let version = Command::new("cargo").args(["nextest", "--version"]).stderr(Stdio::null()).output();
    if !version.is_ok_and(|output| output.status.success()) {
        println!("cargo-nextest is not installed: that it runs the same tests is not seen here");
        return;
    }
    let nextest = |arguments: &[&str]| run(package, &[&["nextest"], arguments, &["--offline"]].concat());
    let list = nextest(&["list", "--message-format", "oneline"]);
    list.assert(
        0,
        &["outside::scenarios drop/fails\n", "outside::scenarios login\n", "outside::login a_wrong_password"],
    );
    nextest(&["run", "--test", "scenarios", "login"]).assert(0, &["1 test run: 1 passed, 1 skipped"]);
    nextest(&["run", "--test", "scenarios", "--no-fail-fast"])
        .assert(100, &["2 tests run: 1 passed, 1 failed", " --> scenarios/drop/fails.rhai:1:1\n"]);
}

/// The package that the documents describe, with the versions of dependencies that this workspace has.
fn outside() -> Package {
    let readme = read("README.md");
    let guide = read("docs/from-rust.md");
    let package = Package::new("outside", &[("src/lib.rs", "")]);
    let dependencies = block(&readme, "toml", "[dev-dependencies]");
    let target = block(&guide, "toml", "[[test]]");
    let clone = format!("{}/", repository().display());
    let manifest = format!(
        "[package]\nname = \"outside\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n{dependencies}\n{target}\n[workspace]\n"
    );
    assert!(manifest.contains(CLONE), "the documents name no path to the clone");
    package.write("Cargo.toml", &manifest.replace(CLONE, &clone));
    package.write("scenarios/login.rhai", block(&readme, "rhai", ""));
    package.write("tests/mock.rs", block(&readme, "rust", "use std::time"));
    package.write("tests/scenarios.rs", block(&guide, "rust", "fn main"));
    package.write("tests/login.rs", block(&guide, "rust", "#[test]"));
    fs::copy(repository().join("Cargo.lock"), package.path().join("Cargo.lock")).expect("both are there");
    package
}

fn read(file: &str) -> String {
    fs::read_to_string(repository().join(file)).expect("the repository has it")
}

/// The first fenced block of a language that begins so.
fn block<'a>(markdown: &'a str, language: &str, beginning: &str) -> &'a str {
    let blocks = markdown.split(&format!("```{language}\n")).skip(1).collect::<Vec<_>>();
    let block = blocks.into_iter().find(|block| block.starts_with(beginning));
    let block = block.unwrap_or_else(|| panic!("no block of {language} begins with {beginning:?}"));
    block.split("```").next().expect("a split has a first part")
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is a folder of the repository").to_owned()
}

/// Where this program was built: `debug/deps` is below.
fn target_folder() -> PathBuf {
    let program = env::current_exe().expect("a test knows its own file");
    program.ancestors().nth(3).expect("it lies in the folder of a profile").to_owned()
}

/// Runs cargo in the package, with the target folder of this one, and ends it after some minutes.
fn run(package: &Package, arguments: &[&str]) -> Told {
    // Where the profile of the workspace is taken from, so that what it has compiled serves here, too.
    let profile = ["--config", "profile.dev.debug='line-tables-only'"];
    let mut command = Command::new("timeout");
    command.args(["--kill-after=10", "600", "cargo"]).args(profile).args(arguments).current_dir(package.path());
    for inherited in ["CI", "TF_BUILD", "INSTA_UPDATE", "CARGO_MANIFEST_DIR", super::ROLE] {
        command.env_remove(inherited);
    }
    command.env("CARGO_TARGET_DIR", target_folder()).env("CARGO_TERM_COLOR", "never");
    Told::of(&command.output().expect("timeout is one of the system's tools"))
}
