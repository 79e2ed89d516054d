//! What the README shows is what a user gets.

use std::fs;
use std::time::Duration;

use kandy_client::{Config, Credentials, Kandy};
use kandy_mock_server::{Fault, MockKandy, Point};

use crate::support::{harness, root};

#[test]
fn the_first_script_gives_the_transcript_below_it() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let script = block(&readme, "rhai");
    let transcript = block(&readme, "text");

    let folder = std::env::temp_dir().join(format!("kandy-readme-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("login.rhai"), script).unwrap();
    let (text, exit) = harness(&folder, &["run", "login.rhai", "--show"]);
    let (live, live_exit) = harness(&folder, &["run", "login.rhai", "--live", "--strict"]);
    fs::remove_dir_all(&folder).unwrap();

    assert_eq!(exit, 0, "{text}");
    assert_eq!(live_exit, 0, "{live}");
    assert!(live.contains("1 passed") && live.contains("on real sockets"), "{live}");
    for line in transcript.lines() {
        assert!(text.contains(line), "the README promises {line:?}; the run gives\n{text}");
    }
    let printed = text.lines().filter(|line| line.trim_start().starts_with("0.000")).count();
    assert_eq!(printed, transcript.lines().count(), "{text}");
}

#[test]
fn every_command_of_the_readme_exists() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (help, _) = harness(&root(), &["help"]);
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `"));
    let commands: Vec<&str> = rows.filter_map(|row| row.split([' ', '`']).next()).collect();
    assert!(commands.contains(&"run"), "the table of commands is not found");
    for command in commands {
        assert!(help.contains(&format!("  {command} ")), "{command} is in the README and not in\n{help}");
    }
}

#[test]
fn every_function_of_the_script_api_is_known() {
    let api = fs::read_to_string(root().join("scenarios/scripts/README.md")).unwrap();
    let folder = std::env::temp_dir().join(format!("kandy-api-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let rows = api.lines().filter_map(|line| line.strip_prefix("| `"));
    let names: Vec<&str> = rows
        .filter_map(|row| row.split_once('(').map(|(name, _)| name))
        .map(|name| name.rsplit('.').next().unwrap_or_default())
        .filter(|name| name.chars().all(|character| character.is_ascii_alphabetic()))
        .collect();
    assert!(names.len() > 30, "the tables of functions are not found: {names:?}");
    for name in names {
        // Called with far too many arguments, a function that exists says how it is called.
        fs::write(folder.join("ask.rhai"), format!("{name}(1, 2, 3, 4, 5, 6, 7);")).unwrap();
        let (text, _) = harness(&folder, &["run", "ask.rhai"]);
        assert!(!text.contains("unknown function"), "{name} is in the README, and the harness says\n{text}");
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// The README's example. The test below holds that each of its lines stands here; that it is whole, with its `use` lines and
/// dependencies, is held by `tests/from_rust/package.rs`.
#[tokio::test]
async fn signs_in_and_comes_back() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockKandy::start().await;
    mock.add_user("alice@example.com", "s3cret")?;

    let kandy = Kandy::create(Config::for_server("127.0.0.1", mock.rest_port(), mock.ws_port()))?;
    kandy.on("auth:change", |kandy, _| println!("Connected: {}", kandy.is_connected()));
    kandy.connect(&Credentials::password("alice@example.com", "s3cret"));
    kandy.connected().await?;

    mock.wait_for(Point::Subscribe, Some("alice@example.com"), Duration::from_secs(20)).await?;
    mock.fail(Point::Resubscribe, [Fault::status(503).times(2)])?;
    mock.cut("alice@example.com")?;
    mock.wait_for(Point::WebSocket, None, Duration::from_secs(20)).await?;
    kandy.disconnect();
    kandy.disconnected().await;
    Ok(())
}

#[test]
fn the_rust_examples_of_the_readme_are_those_that_run() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let mut lines =
        readme.split("```rust\n").skip(1).flat_map(|rest| rest.split("```").next().unwrap_or_default().lines());
    let here = concat!(include_str!("readme.rs"), include_str!("../../docs/from-rust.md"));
    assert!(lines.clone().count() >= 20, "the examples are not found");
    let missing = lines.find(|line| !line.trim_start().starts_with("//") && !here.contains(line.trim()));
    assert_eq!(missing, None, "a line of the README that no test runs");
}

#[test]
fn the_readme_names_the_oldest_rust_that_will_do() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let oldest = manifest["workspace"]["package"]["rust-version"].as_str().unwrap();
    assert!(readme.contains(&format!("[Rust](https://rustup.rs) {oldest} or newer")), "it is {oldest}");
    let builds = readme.lines().filter(|line| line.contains("cargo install ") || line.contains("cargo run "));
    assert!(builds.clone().count() >= 2 && builds.clone().all(|line| line.contains(" --locked")), "{readme}");
}

#[test]
fn the_tests_that_the_table_of_attacks_names_exist() {
    let page = fs::read_to_string(root().join("docs/robustness.md")).unwrap();
    let tables = page.split("| Attack | Limit | Figure | Test |\n").skip(1);
    let rows = tables.flat_map(|table| table.lines().skip(1).take_while(|line| line.starts_with('|')));
    let mut count = 0;
    for row in rows {
        let named = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
        let tests: Vec<(&str, &str)> = named.split('`').filter_map(|name| name.split_once("::")).collect();
        assert!(!tests.is_empty(), "no test is named in {row}");
        for (file, test) in tests {
            assert!(is_there(file, test), "there is no test `{test}` in a file `{file}`, which is named in {row}");
        }
        count += 1;
    }
    assert!(count > 20, "the rows are not found");
    assert!(!is_there("growth", "a_test_that_nobody_has_written"));
}

/// Whether a file of that name has a test of that name.
fn is_there(file: &str, test: &str) -> bool {
    let declared = [format!("fn {test}("), format!("function {test}(")];
    let mut folders: Vec<_> =
        ["client", "mock-server", "scenarios", "tests"].iter().map(|part| root().join(part)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_source = path.extension().is_some_and(|extension| extension == "rs" || extension == "mjs");
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if is_source && path.file_stem().is_some_and(|stem| stem == file) {
                let text = fs::read_to_string(path).unwrap();
                if declared.iter().any(|declared| text.contains(declared)) {
                    return true;
                }
            }
        }
    }
    false
}

/// The first fenced block of a language.
fn block<'a>(markdown: &'a str, language: &str) -> &'a str {
    let start = format!("```{language}\n");
    let (_, rest) = markdown.split_once(&start).expect("the README has such a block");
    let (block, _) = rest.split_once("```").expect("the block has an end");
    block
}
