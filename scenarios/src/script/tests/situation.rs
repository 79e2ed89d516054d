//! What a failure tells beside what the script says.

use super::*;

#[test]
fn the_pending_event_is_a_known_trap() {
    fails(
        "platform.addUser(\"alice\", \"x\");\nlet kandy = create();\nkandy.connect(#{ username: \"alice\", password: \"x\" });
kandy.waitFor(\"auth:change\");\nassert(kandy.getConnection().isConnected);",
        Cause::Check,
        "
error: the assertion does not hold
 --> test.rhai:5:1
  |
5 | assert(kandy.getConnection().isConnected);
  | ^
  = note: kandy: isConnected false, isPending true
  = help: the first auth:change is the pending one; wait for the last one:
          `waitUntil(|| kandy.getConnection().isConnected)`",
    );
}

#[test]
fn a_login_of_nobody_is_named() {
    let failed = |user: &str| {
        failure(&format!(
            "platform.addUser(\"alice\", \"x\"); let kandy = create();
             kandy.connect(#{{ username: \"{user}\", password: \"x\" }}); waitUntil(|| kandy.getConnection().isConnected);"
        ))
    };
    let misspelt = failed("alise");
    assert_eq!(misspelt.notes.last().unwrap(), "\"alise\" tries to sign in, but no user of that name was added");
    assert_eq!(misspelt.help.as_deref(), Some("did you mean `alice`?"));
    assert!(misspelt.notes.iter().any(|note| note.starts_with("kandy: isConnected false, isPending false, error ")));
    let unknown = failed("zoe@example.com");
    assert_eq!(unknown.help.as_deref(), Some("add the user first: `platform.addUser(\"zoe@example.com\", \"..\")`"));
    let wrong_password = failure(
        "platform.addUser(\"alice\", \"x\"); let kandy = create();
         kandy.connect(#{ username: \"alice\", password: \"y\" }); kandy.waitFor(\"auth:error\"); fail(\"no\");",
    );
    assert!(wrong_password.help.is_none(), "{wrong_password}");
}

#[test]
fn what_was_near_is_named() {
    let other = failure(
        "let a = create((), \"a\"); let b = create((), \"b\"); b.disconnect(); a.waitFor(\"auth:change\", \"1s\");",
    );
    assert!(other.notes.contains(&"near: auth:change came to b at 0.000".to_owned()), "{other}");
    let user = failure(
        "platform.addUser(\"alice\", \"x\"); platform.addUser(\"bob\", \"x\"); let kandy = create();
         kandy.connect(#{ username: \"alice\", password: \"x\" }); platform.waitFor(\"subscribe\", \"bob\", \"1s\");",
    );
    assert!(user.notes.contains(&"near: subscribe of alice at 0.000".to_owned()), "{user}");
}

#[test]
fn of_many_clients_the_first_are_shown() {
    let many = failure("for i in 0..9 { create((), `c${i}`); } assert(false);");
    let lines: Vec<&str> = many.notes[0].lines().collect();
    assert_eq!(lines.len(), 5);
    assert_eq!((lines[0], lines[4]), ("c0: isConnected false, isPending false", "and 5 clients more"));
}
