//! Completions and manual pages: they know what `help` shows, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{harness, root};

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "elvish", "powershell"];

/// The commands that the help lists.
fn commands() -> Vec<String> {
    let (help, _) = harness(&root(), &["help"]);
    let (_, rest) = help.split_once("Commands:\n").unwrap();
    let names = rest.lines().map_while(|line| line.strip_prefix("  ")?.split_whitespace().next());
    let names: Vec<String> = names.filter(|name| *name != "help").map(str::to_owned).collect();
    assert!(names.len() >= 8 && names.contains(&"run".to_owned()), "{names:?}");
    names
}

/// The options that the help of a command lists, without their dashes.
fn options(command: &str) -> Vec<String> {
    let (help, _) = harness(&root(), &["help", command]);
    let lines = help.lines().filter_map(|line| line.trim_start().split_once("--"));
    let starts_line = lines.filter(|(before, _)| before.is_empty() || *before == "-h, " || *before == "-V, ");
    let names = starts_line.map(|(_, rest)| rest.split([' ', '.', ',']).next().unwrap_or_default().to_owned());
    names.filter(|name| !name.is_empty()).collect()
}

#[test]
fn completions_know_every_command_and_option() {
    for shell in SHELLS {
        let (script, exit) = harness(&root(), &["completions", shell]);
        assert_eq!(exit, 0, "{shell}: {script}");
        let has = |word: &str| {
            let is_part = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
            script.split(|letter| !is_part(letter)).any(|known| known == word)
        };
        for command in commands() {
            assert!(has(&command), "{shell} does not complete {command}");
            for option in options(&command) {
                // fish writes `-l option`.
                assert!(has(&format!("--{option}")) || has(&option), "{shell}: {command} --{option}");
            }
        }
        assert!(!has("keep"), "{shell} completes what is hidden");
    }
}

#[test]
fn bash_completes_what_is_begun() {
    let folder = folder("bash");
    let (script, _) = harness(&root(), &["completions", "bash"]);
    fs::write(folder.join("completions"), script).unwrap();
    let complete = |words: &[&str]| {
        let ask = format!(
            "source ./completions; COMP_WORDS=({}); COMP_CWORD={}; _kandy__harness kandy-harness {:?} {:?}; \
             echo \"${{COMPREPLY[@]}}\"",
            words.join(" "),
            words.len() - 1,
            words[words.len() - 1],
            words[words.len() - 2],
        );
        let output = Command::new("bash").args(["-c", &ask]).current_dir(&folder).output().ok()?;
        Some(String::from_utf8(output.stdout).unwrap().trim().to_owned())
    };
    let Some(commands) = complete(&["kandy-harness", "rep"]) else {
        eprintln!("skipped: there is no bash");
        return;
    };
    assert!(commands.contains("replay"), "{commands}");
    assert_eq!(complete(&["kandy-harness", "run", "--upd"]).unwrap(), "--update");
    assert_eq!(complete(&["kandy-harness", "kee"]).unwrap(), "");
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn manual_pages_tell_every_command_and_option() {
    let dashed = |page: String| page.replace("\\-", "-");
    let (page, exit) = harness(&root(), &["man"]);
    assert_eq!(exit, 0, "{page}");
    let page = dashed(page);
    assert!(!page.contains("keep"), "{page}");
    for command in commands() {
        assert!(page.contains(&format!("kandy-harness-{command}(1)")), "{command} is not in\n{page}");
        let (page, exit) = harness(&root(), &["man", &command]);
        assert_eq!(exit, 0, "{page}");
        let page = dashed(page);
        for option in options(&command) {
            assert!(page.contains(&format!("--{option}")), "{command} --{option} is not in\n{page}");
        }
        assert!(page.starts_with(&format!(".TH \"kandy-harness-{command}\" 1 ")), "{page}");
    }
    let (told, exit) = harness(&root(), &["man", "reveiw"]);
    assert_eq!((told.contains("did you mean `review`?"), exit), (true, 2), "{told}");
    let (told, exit) = harness(&root(), &["man", "keep"]);
    assert_eq!((told.contains("there is no command `keep`"), exit), (true, 2), "{told}");
}

#[test]
fn manual_pages_are_shown_without_a_warning() {
    let folder = folder("man");
    for command in commands().iter().map(String::as_str).chain([""]) {
        let arguments: Vec<&str> = ["man", command].into_iter().filter(|argument| !argument.is_empty()).collect();
        let file = folder.join("page.1");
        fs::write(&file, harness(&root(), &arguments).0).unwrap();
        let Some((shown, warnings)) = render(&file) else {
            eprintln!("skipped: there is no man");
            break;
        };
        assert_eq!(warnings, "", "{command}");
        assert!(shown.contains("SYNOPSIS") && shown.contains("kandy-harness"), "{shown}");
        if command == "run" {
            // A table keeps its lines.
            assert!(shown.contains("1  a scenario failed, or a transcript or replay differs\n"), "{shown}");
        }
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// A page as `man` shows it, and what it warns of.
fn render(page: &Path) -> Option<(String, String)> {
    let mut command = Command::new("man");
    let output = command.args(["--warnings", "-l"]).arg(page).env("LC_ALL", "C.UTF-8").env("MANWIDTH", "80").output();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    output.ok().filter(|output| output.status.success()).map(|output| (text(output.stdout), text(output.stderr)))
}

fn folder(test: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("kandy-shell-{}-{test}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}
