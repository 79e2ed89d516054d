//! The pages of docs that are tutorials: their files are made, their commands run word for word, and what they show is compared.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

/// What stands for anything in what the page shows.
const ANYTHING: &str = "[..]";
/// What is written between what two commands show.
const BETWEEN: char = '\u{1e}';

#[test]
fn every_step_of_the_tutorial_does_what_it_shows() {
    assert_eq!(walk("tutorial"), (4, 14), "the blocks of the page are not found");
}

#[test]
fn the_guide_to_exploring_does_what_it_shows() {
    assert_eq!(walk("explore"), (5, 15), "the blocks of the page are not found");
}

#[test]
fn the_pages_of_the_dialects_do_what_they_show() {
    for (page, blocks) in [("uc5", (2, 2)), ("link3", (2, 2)), ("link", (3, 3))] {
        assert_eq!(walk(&format!("dialects/{page}")), blocks, "the blocks of the page {page} are not found");
    }
}

#[test]
fn the_tutorial_of_an_application_does_what_it_shows() {
    if !Command::new("node").arg("--version").output().is_ok_and(|told| told.status.success()) {
        println!("skipped: it needs Node");
        return;
    }
    assert_eq!(walk("explore-your-application"), (3, 11), "the blocks of the page are not found");
}

/// Makes the files of a page and runs its commands: how many there are of each.
fn walk(page: &str) -> (usize, usize) {
    let text = fs::read_to_string(format!("{}/../docs/{page}.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let place = env::temp_dir().join(format!("kandy-{}-{}", page.replace('/', "-"), process::id()));
    fs::create_dir_all(&place).unwrap();
    let mut here = place.clone();
    let (mut files, mut commands) = (0, 0);
    for (head, text) in blocks(&text) {
        match head.split_once(' ') {
            Some((of, file)) => {
                assert!(matches!(of, "rhai" | "js"), "{of}");
                fs::write(here.join(file), text).unwrap();
                files += 1;
            }
            // What explorations of the bundle show: tests/it/coverage.rs holds it.
            None if head == "text" => {}
            None => {
                assert_eq!(head, "console", "a block without the name of its file");
                let session = session(text);
                let (shown, then) = in_a_shell(&here, &session);
                for ((command, expected), actual) in session.iter().zip(&shown) {
                    assert!(fits(expected, actual), "$ {command}\n{actual}\nand the page shows\n{expected}");
                }
                commands += session.len();
                here = then;
            }
        }
    }
    fs::remove_dir_all(&place).unwrap();
    (files, commands)
}

/// The fenced blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &str) -> Vec<(&str, &str)> {
    let fenced = page.split("\n```").skip(1).step_by(2);
    fenced.map(|block| block.split_once('\n').expect("a block has a first line")).collect()
}

/// The commands of a session, each with what it shows.
fn session(text: &str) -> Vec<(&str, String)> {
    let mut commands: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command, String::new())),
            (None, Some((_, shown))) => {
                shown.push_str(line);
                shown.push('\n');
            }
            (None, None) => panic!("a session begins with a command, and not with {line:?}"),
        }
    }
    commands
}

/// Types the commands into one shell: what each shows, and where the shell is then.
fn in_a_shell(folder: &Path, session: &[(&str, String)]) -> (Vec<String>, PathBuf) {
    let between = |command: &str| format!("s=$?; printf '\\036'; (exit $s); {command}\n");
    let mut script: String = session.iter().map(|(command, _)| between(&format!("{command} 2>&1"))).collect();
    script.push_str(&between("pwd"));
    let harness = Path::new(env!("CARGO_BIN_EXE_kandy-harness")).parent().unwrap();
    let path = env::join_paths([harness.to_owned()].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap())));
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(folder).env("PATH", path.unwrap());
    shell.env_remove("CI").env_remove("TF_BUILD").env_remove("INSTA_UPDATE").env_remove("CLICOLOR_FORCE");
    let output = String::from_utf8(shell.output().unwrap().stdout).unwrap();
    let mut shown: Vec<String> = output.split(BETWEEN).skip(1).map(str::to_owned).collect();
    let there = shown.pop().expect("the shell says where it is");
    (shown, PathBuf::from(there.trim_end()))
}

/// Whether a command shows what the page says, where `[..]` is anything.
fn fits(expected: &str, actual: &str) -> bool {
    let parts: Vec<&str> = expected.trim_end().split(ANYTHING).collect();
    let [first, middle @ .., last] = &parts[..] else { return expected.trim_end() == actual.trim_end() };
    let Some(mut rest) = actual.trim_end().strip_prefix(first) else { return false };
    for part in middle {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}

#[test]
fn what_a_page_leaves_out_is_anything_and_the_rest_is_not() {
    for (expected, actual, is_so) in [
        ("a\n", "a\n", true),
        ("a", "b", false),
        ("a [..] c", "a b c\n", true),
        ("a [..] c", "a b d", false),
        ("a\n[..]\n", "a\nb\nc\n", true),
        ("[..]b[..]", "abc", true),
        ("[..]d[..]", "abc", false),
        ("", "", true),
        ("", "a", false),
    ] {
        assert_eq!(fits(expected, actual), is_so, "{expected:?} {actual:?}");
    }
}
