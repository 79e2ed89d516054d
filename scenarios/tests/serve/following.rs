//! A script that is changed while it runs.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use rustix::process::Signal;
use serde_json::json;

use crate::support::{Folder, Server};

const WAITS: &str = "import \"lib/words\" as words; print(words::hello()); platform.waitFor(\"unsubscribe\");";

/// Writes a file in place, with the times that it had before: only what it says has changed.
fn change(path: &Path, text: &str) {
    let modified = fs::metadata(path).and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    fs::write(path, text).unwrap();
    fs::File::options().write(true).open(path).unwrap().set_modified(modified).unwrap();
}

#[tokio::test]
async fn a_script_that_has_changed_runs_again_and_so_does_one_whose_module_has() {
    let folder = Folder::new("following");
    fs::create_dir(folder.0.join("lib")).unwrap();
    let (script, module) = (folder.0.join("it.rhai"), folder.0.join("lib/words.rhai"));
    fs::write(&module, "fn hello() { \"one\" }").unwrap();
    fs::write(&script, WAITS).unwrap();
    let mut server = Server::start(&folder.0, &["--script", "it.rhai"]).await;
    server.told("script: one").await;

    change(&module, "fn hello() { \"two\" }");
    server.told("The script was stopped where it waited.").await;
    server.told("The script has changed, and runs again.").await;
    server.told("script: two").await;

    change(&script, &WAITS.replace("print(words", "print(1+words"));
    server.told("runs again").await;
    server.told("script: 1two").await;

    change(&script, "let x = ;");
    server.told("runs again").await;
    server.told("it.rhai:1:9").await;
    // What is broken is mended in the module that it imports now.
    change(&module, "fn hello( { }");
    change(&script, WAITS);
    server.told("lib/words.rhai:1").await;
    change(&module, "fn hello() { \"six\" }");
    server.told("script: six").await;
    server.signal(Signal::TERM);
    assert_eq!(server.exit().await, 0);
}

#[tokio::test]
async fn a_script_that_has_ended_or_never_waits_runs_again_too() {
    let folder = Folder::new("following-ended");
    folder.write("it.rhai", "platform.clear(); platform.fail(\"subscribe\", #{ status: 500 });");
    let mut server = Server::start(&folder.0, &["--script", "it.rhai"]).await;
    server.told("The script has ended.").await;
    change(
        &folder.0.join("it.rhai"),
        "platform.clear(); platform.fail(\"subscribe\", #{ status: 503 }); loop { now(); }",
    );
    server.told("runs again").await;
    change(&folder.0.join("it.rhai"), "platform.clear(); print(\"at its end\");");
    server.told("script: at its end").await;
    assert_eq!(server.state().await["faults"], json!([]), "it has taken back what the others have set up");
}

/// A verdict is that of the script with which the command began.
#[tokio::test]
async fn beside_a_command_a_script_stays_what_it_was() {
    let folder = Folder::new("following-command");
    folder.write("it.rhai", "print(\"first\"); platform.waitFor(\"unsubscribe\");");
    folder.write("users.toml", "[[user]]\nname = \"alice\"\npassword = \"x\"\n");
    let wait = "mkfifo fifo; exec 3<>fifo; read -r line <&3";
    let arguments = ["--users", "users.toml", "--script", "it.rhai", "--", "sh", "-c", wait];
    let mut server = Server::start(&folder.0, &arguments).await;
    server.told("script: first").await;
    change(&folder.0.join("it.rhai"), "print(\"second\"); assert(false);");
    // Files are looked at together, so that this tells when it would have been seen.
    for name in ["bobby", "carol"] {
        change(&folder.0.join("users.toml"), &format!("[[user]]\nname = \"{name}\"\npassword = \"x\"\n"));
        server.told("The users have changed").await;
    }
    fs::write(folder.0.join("fifo"), "go\n").unwrap();
    server.told("The script was stopped where it waited.").await;
    assert_eq!(server.exit().await, 0, "the second one's check would have failed");
}
