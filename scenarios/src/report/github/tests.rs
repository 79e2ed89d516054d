use super::*;

#[test]
fn nothing_ends_a_command_or_a_property() {
    assert_eq!(escaped("100 %\r\nof a:b, c"), "100 %25%0D%0Aof a:b, c");
    assert_eq!(escaped("\u{1b}[2J\u{202e}"), "\\u{1b}[2J\\u{202e}");
    assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
}

#[test]
fn paths_are_taken_from_the_folder_of_the_repository() {
    let step = |folder: &str, workspace: Option<&str>| GithubStep {
        folder: folder.into(),
        workspace: workspace.map(PathBuf::from),
        summary: None,
    };
    for (folder, workspace, shown, expected) in [
        ("/w/repo", None, "s/a.rhai", "s/a.rhai"),
        ("/w/repo", Some("/w/repo"), "s/a.rhai", "s/a.rhai"),
        ("/w/repo/web", Some("/w/repo/"), "./s/a.rhai", "web/s/a.rhai"),
        ("/w/repo/web/x", Some("/w/repo"), "../s/a.rhai", "web/s/a.rhai"),
        ("/w/repo", Some("/w/repo"), "/w/repo/s/a.rhai", "s/a.rhai"),
        ("/w/other", Some("/w/repo"), "s/a.rhai", "s/a.rhai"),
    ] {
        assert_eq!(step(folder, workspace).path(shown), expected, "{folder} {shown}");
    }
}

#[test]
fn a_long_message_is_cut_at_a_character() {
    let mut github = Github::new(&GithubStep::default()).unwrap();
    github.annotate(Level::Error, Location::default(), "a", &"é".repeat(MOST_BYTES));
    assert_eq!(github.said(), format!("::error title=a::{}…\n", "é".repeat(MOST_BYTES / 2)));
}
